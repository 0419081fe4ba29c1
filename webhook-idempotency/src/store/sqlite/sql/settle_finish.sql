INSERT INTO webhook_settled (sequence, namespace, dead, settled_at, fence, attempts, last_error, output)
SELECT sequence, namespace, ?3, ?4, fence, attempts, ?5, ?6
FROM webhook_live
WHERE sequence = ?1 AND fence = ?2 AND leased = 1
