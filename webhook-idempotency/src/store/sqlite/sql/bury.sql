INSERT INTO webhook_settled (sequence, namespace, dead, settled_at, fence, attempts, last_error)
SELECT sequence, namespace, 1, ?3, ?2, attempts, ?4
FROM webhook_live
WHERE sequence = ?1
