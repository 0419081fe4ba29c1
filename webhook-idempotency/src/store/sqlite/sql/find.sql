SELECT r.sequence, r.namespace, p.sha256,
       l.leased, l.due_at, coalesce(l.fence, s.fence) AS fence, s.dead, s.output
FROM webhook_records r
LEFT JOIN webhook_payloads p ON p.sequence = r.payload
LEFT JOIN webhook_live l ON l.sequence = r.sequence
LEFT JOIN webhook_settled s ON s.sequence = r.sequence
WHERE r.key = ?1
