SELECT (SELECT count(*) FROM webhook_settled WHERE namespace = ?1 AND dead = 1) AS dead,
       (SELECT count(*) FROM webhook_settled WHERE namespace = ?1 AND dead = 0) AS done,
       (SELECT count(*) FROM webhook_live WHERE namespace = ?1 AND leased = 1) AS leased,
       (SELECT count(*) FROM webhook_live WHERE namespace = ?1) AS live,
       (SELECT r.received_at
        FROM webhook_live l
        JOIN webhook_records r ON r.sequence = l.sequence
        WHERE l.namespace = ?1
        ORDER BY l.sequence
        LIMIT 1) AS oldest
