SELECT sequence
FROM webhook_settled
WHERE namespace = ?1 AND settled_at < ?2
ORDER BY settled_at, sequence
LIMIT ?3
