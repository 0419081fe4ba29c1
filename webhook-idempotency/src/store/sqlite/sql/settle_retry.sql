UPDATE webhook_live
SET leased = 0, due_at = ?3, last_error = ?4
WHERE sequence = ?1 AND fence = ?2 AND leased = 1
