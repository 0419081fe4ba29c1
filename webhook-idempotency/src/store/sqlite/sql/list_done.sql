SELECT r.sequence, r.key, r.received_at, r.source, r.endpoint, r.tenant, r.id, r.id_signed,
       r.event_type, r.event_type_signed, r.signed_at, r.provenance, r.coverage, r.secret,
       p.sha256, p.bytes, NULL AS leased, NULL AS due_at, s.attempts, s.last_error,
       s.dead, s.settled_at, s.output
FROM webhook_settled s
JOIN webhook_records r ON r.sequence = s.sequence
LEFT JOIN webhook_payloads p ON p.sequence = r.payload
WHERE s.namespace = ?1 AND s.dead = 0 AND s.sequence > ?2
ORDER BY s.sequence
LIMIT ?3
