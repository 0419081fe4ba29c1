SELECT coalesce(max(version), 0) FROM webhook_migrations
