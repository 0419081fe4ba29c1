DELETE FROM webhook_settled WHERE sequence = ?1
