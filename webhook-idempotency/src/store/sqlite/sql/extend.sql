UPDATE webhook_live
SET due_at = ?3
WHERE sequence = (SELECT sequence FROM webhook_records WHERE key = ?1) AND fence = ?2 AND leased = 1
