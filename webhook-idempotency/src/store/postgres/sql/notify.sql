SELECT pg_notify($1, n) FROM unnest($2) AS n
