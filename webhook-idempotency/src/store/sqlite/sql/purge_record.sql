DELETE FROM webhook_records WHERE sequence = ?1
