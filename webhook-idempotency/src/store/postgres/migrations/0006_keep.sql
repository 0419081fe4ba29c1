-- Makes settled records ready again. Answers 0 absent, 1 pending, 2 ready again.
CREATE FUNCTION {schema}.replay(keys bytea[])
RETURNS TABLE (key bytea, answer smallint, namespace text) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    moved bytea[];
    names text[];
BEGIN
    PERFORM {schema}.durable();
    PERFORM FROM {schema}.keys k JOIN {schema}.settled s ON s.sequence = k.sequence
    WHERE k.key = ANY (keys) ORDER BY k.key FOR UPDATE OF s;
    WITH gone AS (
        DELETE FROM {schema}.settled s
        USING {schema}.keys k
        WHERE k.key = ANY (keys) AND s.sequence = k.sequence
        RETURNING k.key, s.sequence, s.namespace, s.fence, s.last_error
    ), live AS (
        INSERT INTO {schema}.live (key, sequence, namespace, due_at, fence, last_error)
        SELECT g.key, g.sequence, g.namespace, {schema}.clock(), g.fence, g.last_error FROM gone g ORDER BY g.key
        RETURNING live.key, live.namespace
    )
    SELECT array_agg(l.key), array_agg(l.namespace) INTO moved, names FROM live l;
    RETURN QUERY SELECT m.key, 2::smallint, m.name FROM unnest(moved, names) AS m (key, name);
    RETURN QUERY
    SELECT g.key, CASE WHEN l.key IS NULL THEN 0 ELSE 1 END::smallint, NULL::text
    FROM unnest(keys) AS g (key)
    LEFT JOIN {schema}.live l ON l.key = g.key
    WHERE moved IS NULL OR g.key <> ALL (moved);
    PERFORM {schema}.prove();
END $$;

-- Forgets what was settled from `since` on and longer than `age` ago, oldest first, and says how far it came.
CREATE FUNCTION {schema}.purge(wanted_in text, age bigint, since bigint, wanted bigint)
RETURNS TABLE (purged bigint, reached bigint) LANGUAGE plpgsql
SET enable_seqscan TO off
SET enable_bitmapscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
BEGIN
    PERFORM {schema}.durable();
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT s.sequence
        FROM {schema}.settled s
        WHERE s.namespace = wanted_in AND s.settled_at >= since AND s.settled_at < {schema}.clock() - age
        ORDER BY s.settled_at, s.sequence
        LIMIT wanted
        FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM {schema}.settled s USING due d WHERE s.sequence = d.sequence RETURNING s.sequence, s.settled_at
    ), emptied AS (
        DELETE FROM {schema}.payloads p USING forgotten f WHERE p.sequence = f.sequence
    )
    SELECT count(*), max(f.settled_at) FROM forgotten f;
END $$;

-- Truncates generations of keys whose records are all forgotten, and opens the next one once the newest is old enough and there
-- is one to spare. Says whether it opened one. Nothing depends on when this runs, or on whether it does.
CREATE FUNCTION {schema}.turn(age bigint) RETURNS TABLE (turned boolean) LANGUAGE plpgsql
SET lock_timeout TO '25ms' AS $$
DECLARE
    t       bigint := {schema}.clock();
    newest  smallint;
    opened  bigint;
    slot    integer;
    following smallint;
    in_use  boolean;
BEGIN
    turned := false;
    SELECT g.current, g.opened_at INTO newest, opened FROM {schema}.generation g FOR UPDATE SKIP LOCKED;
    IF newest IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    FOR slot IN SELECT n FROM generate_series(0, 3) AS n WHERE n <> newest LOOP
        CONTINUE WHEN pg_relation_size(format('{schema}.keys_%s', slot)) = 0 OR {schema}.generation_in_use(slot);
        BEGIN
            -- Behind this lock nobody has a key in it that is not committed yet.
            EXECUTE format('LOCK TABLE {schema}.keys_%s IN ACCESS EXCLUSIVE MODE', slot);
            in_use := {schema}.generation_in_use(slot);
            IF NOT in_use THEN
                EXECUTE format('TRUNCATE {schema}.keys_%s', slot);
            END IF;
        EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
    following := (newest + 1) % 4;
    IF t - opened >= age
       AND pg_relation_size(format('{schema}.keys_%s', newest)) > 0
       AND pg_relation_size(format('{schema}.keys_%s', following)) = 0
    THEN
        UPDATE {schema}.generation g SET current = following, opened_at = t;
        turned := true;
    END IF;
    RETURN NEXT;
END $$;

-- Whether a generation may hold the key of a record. Sequences only rise, so the oldest record says enough.
CREATE FUNCTION {schema}.generation_in_use(slot integer) RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
DECLARE
    oldest bigint;
    in_use boolean;
BEGIN
    SELECT min(p.sequence) INTO oldest FROM {schema}.payloads p;
    IF oldest IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM {schema}.keys_%s k WHERE k.sequence >= $1)', slot) INTO in_use USING oldest;
    RETURN in_use;
END $$;
