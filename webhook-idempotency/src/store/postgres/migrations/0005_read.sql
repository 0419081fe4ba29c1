CREATE FUNCTION {schema}.get(keys bytea[]) RETURNS SETOF {schema}.entry LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT s.key, s.sequence, s.namespace, p.received_at, p.source, p.endpoint, p.tenant, p.id, p.id_signed,
           p.event_type, p.event_type_signed, p.signed_at, p.provenance, p.coverage, p.secret, p.sha256, p.bytes,
           s.dead, s.leased, s.due_at, s.fence, s.attempts, s.last_error, s.settled_at, s.output
    FROM {schema}.standing s
    LEFT JOIN {schema}.payloads p ON p.sequence = s.sequence
    WHERE s.key = ANY (keys);
END $$;

-- The last sequence behind which nothing is to come any more. A put notes the newest number as a lock before it takes its own, so
-- numbers up to the lowest of these locks are all committed or never will be.
CREATE FUNCTION {schema}.horizon() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
    oldest bigint;
BEGIN
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO newest FROM {schema}.sequences;
    -- A lock has room for the low 32 bits. The others are those of the nearest number.
    SELECT min(newest + CASE WHEN d.behind < 2147483648 THEN d.behind ELSE d.behind - 4294967296 END) INTO oldest
    FROM pg_locks l,
         LATERAL (SELECT (l.objid::integer::bigint + 2147483648 - newest) & 4294967295 AS behind) d
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.classid = '{schema}'::regnamespace::oid
      AND l.database = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database());
    RETURN least(newest, oldest);
END $$;

-- One page: 0 of all records, 1 dead, 2 done, 3 leased, 4 ready.
CREATE FUNCTION {schema}.list(wanted_in text, states integer, behind bigint, wanted bigint)
RETURNS SETOF {schema}.entry LANGUAGE plpgsql
SET enable_seqscan TO off
SET enable_bitmapscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
DECLARE
    -- Before anything is looked at, or what is committed in between would be left out for ever.
    last bigint := {schema}.horizon();
BEGIN
    IF states = 0 THEN
        RETURN QUERY
        SELECT p.key, p.sequence, p.namespace, p.received_at, p.source, p.endpoint, p.tenant, p.id, p.id_signed,
               p.event_type, p.event_type_signed, p.signed_at, p.provenance, p.coverage, p.secret, p.sha256, p.bytes,
               s.dead, l.leased, coalesce(h.until, l.due_at), coalesce(l.fence, s.fence),
               coalesce(l.attempts, s.attempts), coalesce(l.last_error, s.last_error), s.settled_at, s.output
        FROM {schema}.payloads p
        LEFT JOIN {schema}.live l ON l.key = p.key AND l.sequence = p.sequence
        LEFT JOIN {schema}.heartbeats h ON h.key = l.key AND h.fence = l.fence AND l.leased
        LEFT JOIN {schema}.settled s ON s.sequence = p.sequence
        WHERE p.namespace = wanted_in AND p.sequence > behind AND p.sequence <= last
        ORDER BY p.sequence
        LIMIT wanted;
    ELSIF states <= 2 THEN
        RETURN QUERY
        SELECT p.key, s.sequence, s.namespace, p.received_at, p.source, p.endpoint, p.tenant, p.id, p.id_signed,
               p.event_type, p.event_type_signed, p.signed_at, p.provenance, p.coverage, p.secret, p.sha256, p.bytes,
               s.dead, NULL::boolean, NULL::bigint, s.fence, s.attempts, s.last_error, s.settled_at, s.output
        FROM {schema}.settled s
        LEFT JOIN {schema}.payloads p ON p.sequence = s.sequence
        WHERE s.namespace = wanted_in AND s.dead = (states = 1) AND s.sequence > behind AND s.sequence <= last
        ORDER BY s.sequence
        LIMIT wanted;
    ELSE
        RETURN QUERY
        SELECT l.key, l.sequence, l.namespace, p.received_at, p.source, p.endpoint, p.tenant, p.id, p.id_signed,
               p.event_type, p.event_type_signed, p.signed_at, p.provenance, p.coverage, p.secret, p.sha256, p.bytes,
               NULL::boolean, l.leased, coalesce(h.until, l.due_at), l.fence, l.attempts, l.last_error,
               NULL::bigint, NULL::bytea
        FROM {schema}.live l
        LEFT JOIN {schema}.heartbeats h ON h.key = l.key AND h.fence = l.fence AND l.leased
        LEFT JOIN {schema}.payloads p ON p.sequence = l.sequence
        WHERE l.namespace = wanted_in AND l.leased = (states = 3) AND l.sequence > behind AND l.sequence <= last
        ORDER BY l.sequence
        LIMIT wanted;
    END IF;
END $$;

CREATE FUNCTION {schema}.stats(wanted_in text)
RETURNS TABLE (dead bigint, done bigint, leased bigint, live bigint, oldest bigint) LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM {schema}.settled s WHERE s.namespace = wanted_in AND s.dead),
           (SELECT count(*) FROM {schema}.settled s WHERE s.namespace = wanted_in AND NOT s.dead),
           (SELECT count(*) FROM {schema}.live l WHERE l.namespace = wanted_in AND l.leased),
           (SELECT count(*) FROM {schema}.live l WHERE l.namespace = wanted_in),
           (SELECT {schema}.clock() - p.received_at
            FROM {schema}.live l
            JOIN {schema}.payloads p ON p.sequence = l.sequence
            WHERE l.namespace = wanted_in
            ORDER BY l.sequence
            LIMIT 1)
$$;
