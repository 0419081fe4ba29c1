-- Ends leases: 0 done, 1 dead, 2 retry, 3 not charged as an attempt. Answers 0 applied, 1 settled under this fence before, 2 lost.
CREATE FUNCTION {schema}.settle(
    keys bytea[], fences bigint[], kinds smallint[], waits bigint[], texts bytea[], outputs bytea[]
) RETURNS TABLE (key bytea, fence bigint, answer smallint, namespace text) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    held       bytea[];
    held_by    bigint[];
    names      text[];
    outcomes   smallint[];
    t          bigint;
BEGIN
    PERFORM {schema}.durable();
    SELECT array_agg(h.key), array_agg(h.fence), array_agg(h.namespace), array_agg(h.kind) INTO held, held_by, names, outcomes
    FROM (
        SELECT l.key, l.fence, l.namespace, g.kind
        FROM unnest(keys, fences, kinds) AS g (key, fence, kind)
        JOIN {schema}.live l ON l.key = g.key AND l.fence = g.fence AND l.leased
        ORDER BY l.key
        FOR UPDATE OF l
    ) h;
    IF EXISTS (SELECT FROM unnest(names, outcomes) AS h (name, kind) WHERE h.kind = 1 AND starts_with(h.name, 'guard:')) THEN
        RAISE EXCEPTION USING ERRCODE = 'WH001', MESSAGE = 'a record of a guard is never dead; release it instead';
    END IF;
    IF held IS NOT NULL THEN
        t := {schema}.clock();
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest(keys, fences, kinds, texts, outputs) AS g (key, fence, kind, text, output) WHERE g.kind < 2
        ), gone AS (
            DELETE FROM {schema}.live l
            USING given g
            WHERE l.key = g.key AND l.fence = g.fence AND l.leased
            RETURNING l.sequence, l.namespace, g.kind, l.fence, l.attempts, g.text, g.output
        )
        INSERT INTO {schema}.settled (sequence, namespace, dead, settled_at, fence, attempts, last_error, output)
        SELECT g.sequence, g.namespace, g.kind = 1, t, g.fence, g.attempts, g.text, g.output FROM gone g;
        UPDATE {schema}.live l
        SET leased = false, due_at = t + g.wait, owner = NULL,
            attempts = CASE WHEN g.kind = 2 THEN l.attempts ELSE greatest(l.attempts - 1, 0) END,
            last_error = CASE WHEN g.kind = 2 THEN g.text ELSE l.last_error END
        FROM unnest(keys, fences, kinds, waits, texts) AS g (key, fence, kind, wait, text)
        WHERE g.kind >= 2 AND l.key = g.key AND l.fence = g.fence AND l.leased;
        RETURN QUERY SELECT h.key, h.fence, 0::smallint, h.name FROM unnest(held, held_by, names) AS h (key, fence, name);
        IF cardinality(held) = cardinality(keys) THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT g.key, g.fence,
           CASE WHEN s.key IS NULL THEN 2 ELSE 1 END::smallint,
           NULL::text
    FROM unnest(keys, fences) AS g (key, fence)
    LEFT JOIN {schema}.standing s ON s.key = g.key AND s.fence = g.fence AND s.leased IS NOT TRUE
    WHERE held IS NULL OR (g.key, g.fence) NOT IN (SELECT * FROM unnest(held, held_by));
    PERFORM {schema}.prove();
END $$;

-- The same for one lease inside somebody else's transaction, which cannot be committed unless it was applied.
CREATE FUNCTION {schema}.settle_or_fail(
    keys bytea[], fences bigint[], kinds smallint[], waits bigint[], texts bytea[], outputs bytea[]
) RETURNS TABLE (answer smallint) LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.answer INTO answer FROM {schema}.settle(keys, fences, kinds, waits, texts, outputs) s;
    IF answer = 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'WH002', MESSAGE = 'the lease was settled before; the transaction cannot be committed';
    ELSIF answer = 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'WH003', MESSAGE = 'the lease was lost; the transaction cannot be committed';
    END IF;
    RETURN NEXT;
END $$;

-- A transaction that is lent to a handler cannot be committed while its gate stands.
CREATE TABLE {schema}.gates (transaction bigint PRIMARY KEY);

CREATE FUNCTION {schema}.refuse_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM {schema}.gates g WHERE g.transaction = NEW.transaction) THEN
        RAISE EXCEPTION USING ERRCODE = 'WH004', MESSAGE = 'a handler committed the transaction that it was given';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON {schema}.gates
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_at_gate();

-- How a lease stands, as `settle` answers; puts up the gate if it is held. It locks nothing, so that a handler that takes its time
-- stands in nobody's way.
CREATE FUNCTION {schema}.open_gate(wanted bytea, held_by bigint)
RETURNS TABLE (answer smallint, gate bigint) LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
DECLARE
    found record;
BEGIN
    SELECT s.leased, s.key INTO found FROM {schema}.standing s WHERE s.key = wanted AND s.fence = held_by;
    answer := CASE WHEN found.key IS NULL THEN 2 WHEN found.leased THEN 0 ELSE 1 END;
    IF answer = 0 THEN
        gate := pg_current_xact_id()::text::bigint;
        INSERT INTO {schema}.gates (transaction) VALUES (gate);
    END IF;
    RETURN NEXT;
END $$;

-- Settles as done and takes the gate away. Answers 3 if this is not the transaction that the gate was put up in.
CREATE FUNCTION {schema}.pass_gate(wanted bytea, held_by bigint, gate bigint)
RETURNS TABLE (answer smallint) LANGUAGE plpgsql AS $$
BEGIN
    IF pg_current_xact_id_if_assigned()::text::bigint IS DISTINCT FROM gate THEN
        answer := 3;
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT s.answer INTO answer
    FROM {schema}.settle(ARRAY[wanted], ARRAY[held_by], ARRAY[0::smallint], ARRAY[0::bigint], ARRAY[NULL::bytea], ARRAY[NULL::bytea]) s;
    IF answer = 0 THEN
        DELETE FROM {schema}.gates g WHERE g.transaction = gate;
    END IF;
    RETURN NEXT;
END $$;
