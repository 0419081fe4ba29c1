UPDATE webhook_live
SET leased = 0, due_at = ?3, attempts = max(attempts - 1, 0)
WHERE sequence = ?1 AND fence = ?2 AND leased = 1
