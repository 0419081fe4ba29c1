UPDATE webhook_live
SET leased = 1, due_at = ?2, fence = ?3, attempts = attempts + 1
WHERE sequence = ?1
