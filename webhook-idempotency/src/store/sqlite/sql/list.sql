SELECT r.sequence, r.key, r.received_at, r.source, r.endpoint, r.tenant, r.id, r.id_signed,
       r.event_type, r.event_type_signed, r.signed_at, r.provenance, r.coverage, r.secret,
       p.sha256, p.bytes, l.leased, l.due_at,
       coalesce(l.attempts, s.attempts) AS attempts, coalesce(l.last_error, s.last_error) AS last_error,
       s.dead, s.settled_at, s.output
FROM webhook_records r
LEFT JOIN webhook_payloads p ON p.sequence = r.payload
LEFT JOIN webhook_live l ON l.sequence = r.sequence
LEFT JOIN webhook_settled s ON s.sequence = r.sequence
WHERE r.namespace = ?1 AND r.sequence > ?2
ORDER BY r.sequence
LIMIT ?3
