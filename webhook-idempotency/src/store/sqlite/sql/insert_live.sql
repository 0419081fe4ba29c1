INSERT INTO webhook_live (sequence, namespace, due_at) VALUES (?1, ?2, ?3)
