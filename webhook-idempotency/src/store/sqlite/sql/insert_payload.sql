INSERT INTO webhook_payloads (sequence, sha256, bytes) VALUES (?1, ?2, ?3)
