-- Stores what is absent and returns it. The arrays are in the order of the keys, so that no two batches wait for each other;
-- `places` says where each record stands in the batch, which is the order of their sequences.
CREATE FUNCTION {schema}.insert_absent(
    places integer[], keys bytea[], namespaces text[], delays bigint[], sources bytea[], endpoints bytea[],
    tenants bytea[], ids bytea[], ids_signed boolean[], types bytea[], types_signed boolean[], signed_ats bigint[],
    provenances smallint[], coverages smallint[], secrets bytea[], sha256s bytea[], payloads bytea[],
    caller bytea, length bigint
) RETURNS TABLE (key bytea, fence bigint, due_at bigint) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    t       bigint := {schema}.clock();
    numbers bigint[];
    mine    bytea[];
    stored  bigint[];
    fences  bigint[];
    ends    bigint[];
    lost    bytea[];
    newest  smallint;
BEGIN
    PERFORM {schema}.durable();
    -- Numbers are handed out before their transactions commit. Listings wait behind this lock: see horizon.
    PERFORM pg_advisory_xact_lock_shared(
        '{schema}'::regnamespace::oid::integer,
        ((CASE WHEN is_called THEN last_value ELSE 0 END & 4294967295) - 2147483648)::integer)
    FROM {schema}.sequences;
    numbers := ARRAY(SELECT nextval('{schema}.sequences') FROM generate_series(1, cardinality(keys)));

    WITH given AS MATERIALIZED (
        SELECT g.place, g.key, g.namespace, g.delay
        FROM unnest(places, keys, namespaces, delays) AS g (place, key, namespace, delay)
        WHERE NOT EXISTS (
            SELECT FROM {schema}.keys k JOIN {schema}.settled s ON s.sequence = k.sequence WHERE k.key = g.key)
    ), inserted AS (
        INSERT INTO {schema}.live (key, sequence, namespace, due_at, leased, fence, attempts, owner)
        SELECT g.key, numbers[g.place], g.namespace, t + coalesce(length, g.delay), length IS NOT NULL,
               CASE WHEN length IS NULL THEN NULL ELSE nextval('{schema}.fences') END,
               CASE WHEN length IS NULL THEN 0 ELSE 1 END, caller
        FROM given g
        ORDER BY g.key
        ON CONFLICT (key) DO NOTHING
        RETURNING live.key, live.sequence, live.fence, live.due_at
    )
    SELECT array_agg(i.key), array_agg(i.sequence), array_agg(i.fence), array_agg(i.due_at)
    INTO mine, stored, fences, ends
    FROM inserted i;
    IF mine IS NULL THEN
        RETURN;
    END IF;

    -- Whoever puts one of these keys from now on waits for this transaction. Whoever put and settled one since the look above is
    -- seen by a new one.
    lost := ARRAY(
        SELECT k.key FROM {schema}.keys k JOIN {schema}.settled s ON s.sequence = k.sequence WHERE k.key = ANY (mine));
    IF cardinality(lost) > 0 THEN
        DELETE FROM {schema}.live l WHERE l.key = ANY (lost);
        SELECT array_agg(m.key), array_agg(m.sequence), array_agg(m.fence), array_agg(m.due_at)
        INTO mine, stored, fences, ends
        FROM unnest(mine, stored, fences, ends) AS m (key, sequence, fence, due_at)
        WHERE m.key <> ALL (lost);
        IF mine IS NULL THEN
            RETURN;
        END IF;
    END IF;

    SELECT g.current INTO newest FROM {schema}.generation g;
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        -- This transaction looks at the past, but a unique index does not: what it cannot see fails it here.
        INSERT INTO {schema}.keys AS old (key, generation, sequence)
        SELECT m.key, n::smallint, m.sequence
        FROM unnest(mine, stored) AS m (key, sequence), generate_series(0, 3) AS n
        WHERE n <> newest
        ON CONFLICT (key, generation) DO NOTHING;
        DELETE FROM {schema}.keys k WHERE k.key = ANY (mine) AND k.sequence = ANY (stored);
    END IF;
    INSERT INTO {schema}.keys AS old (key, generation, sequence)
    SELECT m.key, newest, m.sequence
    FROM unnest(mine, stored) AS m (key, sequence)
    ON CONFLICT (key, generation) DO UPDATE SET sequence = EXCLUDED.sequence;
    INSERT INTO {schema}.payloads (
        sequence, key, namespace, received_at, source, endpoint, tenant, id, id_signed, event_type, event_type_signed,
        signed_at, provenance, coverage, secret, sha256, bytes)
    SELECT numbers[g.place], g.key, g.namespace, t, g.source, g.endpoint, g.tenant, g.id, g.id_signed, g.type, g.type_signed,
           g.signed_at, g.provenance, g.coverage, g.secret, g.sha256, g.bytes
    FROM unnest(places, keys, namespaces, sources, endpoints, tenants, ids, ids_signed, types, types_signed, signed_ats,
                provenances, coverages, secrets, sha256s, payloads)
         AS g (place, key, namespace, source, endpoint, tenant, id, id_signed, type, type_signed, signed_at,
               provenance, coverage, secret, sha256, bytes)
    WHERE cardinality(stored) = cardinality(places) OR numbers[g.place] = ANY (stored)
    ORDER BY g.place;
    RETURN QUERY SELECT * FROM unnest(mine, fences, ends);
END $$;

-- Each key with whether it is this caller's, who may have lost an earlier reply, and where it stands if it is not.
CREATE FUNCTION {schema}.put(
    places integer[], keys bytea[], namespaces text[], delays bigint[], sources bytea[], endpoints bytea[],
    tenants bytea[], ids bytea[], ids_signed boolean[], types bytea[], types_signed boolean[], signed_ats bigint[],
    provenances smallint[], coverages smallint[], secrets bytea[], sha256s bytea[], payloads bytea[],
    caller bytea
) RETURNS TABLE (key bytea, fresh boolean, dead boolean, leased boolean, due_at bigint, sha256 bytea) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    mine  bytea[];
    ends  bigint[];
    known bytea[];
    found bigint;
BEGIN
    SELECT array_agg(i.key), array_agg(i.due_at) INTO mine, ends
    FROM {schema}.insert_absent(
        places, keys, namespaces, delays, sources, endpoints, tenants, ids, ids_signed, types, types_signed, signed_ats,
        provenances, coverages, secrets, sha256s, payloads, caller, NULL) i;
    RETURN QUERY
    SELECT m.key, true, NULL::boolean, false, m.due_at, NULL::bytea FROM unnest(mine, ends) AS m (key, due_at);
    IF cardinality(keys) = cardinality(mine) THEN
        RETURN;
    END IF;
    known := ARRAY(SELECT g.key FROM unnest(keys) AS g (key) WHERE mine IS NULL OR g.key <> ALL (mine));
    RETURN QUERY
    SELECT s.key, coalesce(s.owner = caller, false), s.dead, s.leased, s.due_at, p.sha256
    FROM {schema}.standing s
    LEFT JOIN {schema}.payloads p ON p.sequence = s.sequence
    WHERE s.key = ANY (known);
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found <> cardinality(known) THEN
        RAISE serialization_failure USING MESSAGE = 'a record was forgotten while it was put again';
    END IF;
    PERFORM {schema}.prove();
END $$;

-- Each key with what the caller got: 0 a lease, 1 another payload, 2 finished, 3 somebody else's lease or wait.
CREATE FUNCTION {schema}.put_leased(
    places integer[], keys bytea[], namespaces text[], delays bigint[], sources bytea[], endpoints bytea[],
    tenants bytea[], ids bytea[], ids_signed boolean[], types bytea[], types_signed boolean[], signed_ats bigint[],
    provenances smallint[], coverages smallint[], secrets bytea[], sha256s bytea[], payloads bytea[],
    caller bytea, length bigint
) RETURNS TABLE (key bytea, answer smallint, fence bigint, until bigint, output bytea) LANGUAGE plpgsql
SET enable_seqscan TO off
SET plan_cache_mode TO force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    mine   bytea[];
    fences bigint[];
    ends   bigint[];
    given  record;
    found  record;
    t      bigint;
BEGIN
    SELECT array_agg(i.key), array_agg(i.fence), array_agg(i.due_at) INTO mine, fences, ends
    FROM {schema}.insert_absent(
        places, keys, namespaces, delays, sources, endpoints, tenants, ids, ids_signed, types, types_signed, signed_ats,
        provenances, coverages, secrets, sha256s, payloads, caller, length) i;
    RETURN QUERY
    SELECT m.key, 0::smallint, m.fence, m.until, NULL::bytea FROM unnest(mine, fences, ends) AS m (key, fence, until);
    IF cardinality(keys) = cardinality(mine) THEN
        RETURN;
    END IF;
    FOR given IN
        SELECT g.key, g.sha256 FROM unnest(keys, sha256s) AS g (key, sha256)
        WHERE mine IS NULL OR g.key <> ALL (mine)
    LOOP
        -- Nobody can lease, extend or settle it behind this lock.
        PERFORM FROM {schema}.live l WHERE l.key = given.key FOR UPDATE;
        SELECT s.*, p.sha256 INTO found
        FROM {schema}.standing s
        LEFT JOIN {schema}.payloads p ON p.sequence = s.sequence
        WHERE s.key = given.key;
        t := {schema}.clock();
        key := given.key;
        fence := NULL;
        until := NULL;
        output := NULL;
        IF found.key IS NULL THEN
            RAISE serialization_failure USING MESSAGE = 'a record was forgotten while it was put again';
        ELSIF found.sha256 IS DISTINCT FROM given.sha256 THEN
            answer := 1;
        ELSIF found.dead IS NOT NULL THEN
            answer := 2;
            output := found.output;
        ELSIF found.leased AND found.owner = caller THEN
            answer := 0;
            fence := found.fence;
            until := found.due_at;
        ELSIF found.due_at > t THEN
            answer := 3;
            until := found.due_at;
        ELSE
            UPDATE {schema}.live l
            SET leased = true, due_at = t + length, fence = nextval('{schema}.fences'), attempts = l.attempts + 1,
                owner = caller
            WHERE l.key = given.key
            RETURNING 0, l.fence, l.due_at INTO answer, fence, until;
        END IF;
        RETURN NEXT;
    END LOOP;
    PERFORM {schema}.prove();
END $$;
