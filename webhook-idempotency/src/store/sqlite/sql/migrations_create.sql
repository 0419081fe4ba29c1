CREATE TABLE IF NOT EXISTS webhook_migrations (
    version    INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT
