INSERT INTO webhook_live (sequence, namespace, due_at, fence, last_error)
SELECT sequence, namespace, ?2, fence, last_error
FROM webhook_settled
WHERE sequence = ?1
