SELECT r.sequence, r.key, r.received_at, r.source, r.endpoint, r.tenant, r.id, r.id_signed,
       r.event_type, r.event_type_signed, r.signed_at, r.provenance, r.coverage, r.secret,
       p.sha256, p.bytes, l.leased, l.due_at, l.attempts, l.last_error,
       NULL AS dead, NULL AS settled_at, NULL AS output
FROM webhook_live l INDEXED BY webhook_live_leased
JOIN webhook_records r ON r.sequence = l.sequence
LEFT JOIN webhook_payloads p ON p.sequence = r.payload
WHERE l.namespace = ?1 AND l.sequence > ?2 AND l.leased = 1
ORDER BY l.sequence
LIMIT ?3
