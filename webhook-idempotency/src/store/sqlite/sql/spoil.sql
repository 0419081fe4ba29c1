-- A record whose payload is never written. The deferred constraint on it refuses the commit.
INSERT OR IGNORE INTO webhook_records (
    sequence, key, namespace, received_at, source, endpoint, id_signed, event_type_signed, provenance, coverage, payload
) VALUES (-1, zeroblob(32), 'spoilt', 0, x'', x'', 0, 0, 0, 0, -1)
