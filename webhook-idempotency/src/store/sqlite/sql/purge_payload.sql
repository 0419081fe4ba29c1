DELETE FROM webhook_payloads WHERE sequence = ?1
