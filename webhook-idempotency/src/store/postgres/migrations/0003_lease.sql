-- Leases what is due, oldest due first. Two looks, because a heartbeat may come between the first look and the lock; once the
-- row is locked none can.
CREATE FUNCTION {schema}.lease(wanted_in text, wanted bigint, length bigint)
RETURNS SETOF {schema}.entry LANGUAGE plpgsql
SET enable_seqscan TO off
SET enable_bitmapscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    t      bigint := {schema}.clock();
    chosen bytea[];
    fences bigint[];
BEGIN
    PERFORM {schema}.durable();
    PERFORM {schema}.sweep(t);
    WITH waiting AS MATERIALIZED (
        SELECT l.key, l.due_at, l.sequence
        FROM {schema}.live l
        WHERE l.namespace = wanted_in AND l.due_at <= t
          AND NOT EXISTS (
              SELECT FROM {schema}.heartbeats h WHERE h.key = l.key AND h.fence = l.fence AND l.leased)
        ORDER BY l.due_at, l.sequence
        LIMIT wanted
        FOR UPDATE OF l SKIP LOCKED
    ), lapsed AS MATERIALIZED (
        SELECT l.key, h.until AS due_at, l.sequence
        FROM {schema}.heartbeats h
        JOIN {schema}.live l ON l.key = h.key AND l.fence = h.fence AND l.leased
        WHERE h.until <= t AND l.namespace = wanted_in
        ORDER BY h.until, l.sequence
        LIMIT wanted
        FOR UPDATE OF l SKIP LOCKED
    ), due AS (
        SELECT * FROM waiting UNION ALL SELECT * FROM lapsed ORDER BY due_at, sequence LIMIT wanted
    )
    SELECT array_agg(d.key ORDER BY d.due_at, d.sequence) INTO chosen FROM due d;
    chosen := ARRAY(
        SELECT c.key
        FROM unnest(chosen) WITH ORDINALITY AS c (key, place)
        JOIN {schema}.live l ON l.key = c.key
        LEFT JOIN {schema}.heartbeats h ON h.key = l.key AND h.fence = l.fence AND l.leased
        WHERE h.until IS NULL OR h.until <= t
        ORDER BY c.place);
    IF cardinality(chosen) = 0 THEN
        RETURN;
    END IF;
    fences := ARRAY(SELECT nextval('{schema}.fences') FROM generate_series(1, cardinality(chosen)));
    UPDATE {schema}.live l
    SET leased = true, due_at = t + length, fence = c.fence, attempts = l.attempts + 1, owner = NULL
    FROM unnest(chosen, fences) AS c (key, fence)
    WHERE l.key = c.key;
    RETURN QUERY
    SELECT l.key, l.sequence, l.namespace, p.received_at, p.source, p.endpoint, p.tenant, p.id, p.id_signed,
           p.event_type, p.event_type_signed, p.signed_at, p.provenance, p.coverage, p.secret, p.sha256, p.bytes,
           NULL::boolean, l.leased, l.due_at, l.fence, l.attempts, l.last_error, NULL::bigint, NULL::bytea
    FROM unnest(chosen) WITH ORDINALITY AS c (key, place)
    JOIN {schema}.live l ON l.key = c.key
    LEFT JOIN {schema}.payloads p ON p.sequence = l.sequence
    ORDER BY c.place;
END $$;

-- Moves the ends of leases that are held, and returns those. It locks the live row against everybody who would take or end the
-- lease, and leaves it as it is.
CREATE FUNCTION {schema}.extend(keys bytea[], fences bigint[], length bigint)
RETURNS TABLE (key bytea, fence bigint, until bigint) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    held     bytea[];
    held_by  bigint[];
    sooner   boolean;
    t        bigint;
BEGIN
    PERFORM {schema}.durable();
    SELECT array_agg(h.key), array_agg(h.fence) INTO held, held_by
    FROM (
        SELECT l.key, l.fence
        FROM unnest(keys, fences) AS g (key, fence)
        JOIN {schema}.live l ON l.key = g.key AND l.fence = g.fence AND l.leased
        ORDER BY l.key
        FOR KEY SHARE OF l
    ) h;
    IF held IS NULL THEN
        RETURN;
    END IF;
    t := {schema}.clock();
    -- A lease that is to end sooner than it did must be found sooner.
    UPDATE {schema}.live l
    SET due_at = t + length
    WHERE l.key = ANY (held) AND l.due_at > t + length;
    INSERT INTO {schema}.heartbeats AS old (key, fence, until)
    SELECT h.key, h.fence, t + length FROM unnest(held, held_by) AS h (key, fence)
    ON CONFLICT (key) DO UPDATE SET fence = EXCLUDED.fence, until = EXCLUDED.until;
    RETURN QUERY SELECT h.key, h.fence, t + length FROM unnest(held, held_by) AS h (key, fence);
END $$;

-- Removes the heartbeats of leases that are over. A settlement leaves its own behind.
CREATE FUNCTION {schema}.sweep(t bigint) RETURNS void LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
BEGIN
    DELETE FROM {schema}.heartbeats h WHERE h.key IN (
        SELECT o.key
        FROM {schema}.heartbeats o
        WHERE o.until <= t
          AND NOT EXISTS (SELECT FROM {schema}.live l WHERE l.key = o.key AND l.fence = o.fence AND l.leased)
        LIMIT 100
        FOR UPDATE SKIP LOCKED);
END $$;
