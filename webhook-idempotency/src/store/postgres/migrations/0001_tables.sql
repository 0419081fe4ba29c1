-- Milliseconds since 1970, on the database's clock and not at the start of the transaction: a call that waited for a lock must
-- not hand out a lease that is partly spent.
CREATE FUNCTION {schema}.clock() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- Neither starts again, whatever is forgotten or rolled back.
CREATE SEQUENCE {schema}.sequences;
CREATE SEQUENCE {schema}.fences;

-- Keys are hashes, so each lands anywhere in its index. They are only ever added, to the newest of four generations, whose index
-- is small enough to stay in memory; a generation whose records are all forgotten is truncated and used again. A row here is no
-- record by itself: its sequence must be found among the live or the settled rows.
CREATE TABLE {schema}.keys (
    key        bytea    NOT NULL CHECK (octet_length(key) = 32),
    generation smallint NOT NULL,
    sequence   bigint   NOT NULL,
    PRIMARY KEY (key, generation)
) PARTITION BY LIST (generation);
CREATE TABLE {schema}.keys_0 PARTITION OF {schema}.keys FOR VALUES IN (0);
CREATE TABLE {schema}.keys_1 PARTITION OF {schema}.keys FOR VALUES IN (1);
CREATE TABLE {schema}.keys_2 PARTITION OF {schema}.keys FOR VALUES IN (2);
CREATE TABLE {schema}.keys_3 PARTITION OF {schema}.keys FOR VALUES IN (3);
-- Rows are added in the order of their sequence, so this costs next to nothing.
CREATE INDEX keys_sequence ON {schema}.keys USING brin (sequence) WITH (autosummarize = on);

CREATE TABLE {schema}.generation (
    one       boolean  PRIMARY KEY DEFAULT true CHECK (one),
    current   smallint NOT NULL,
    opened_at bigint   NOT NULL
);
INSERT INTO {schema}.generation (current, opened_at) VALUES (0, {schema}.clock());

-- What never changes about a record. Whatever a sender wrote is bytea, because it may hold a NUL or end a terminal line.
CREATE TABLE {schema}.payloads (
    sequence          bigint   PRIMARY KEY,
    key               bytea    NOT NULL,
    namespace         text     NOT NULL,
    received_at       bigint   NOT NULL,
    source            bytea    NOT NULL,
    endpoint          bytea    NOT NULL,
    tenant            bytea,
    id                bytea,
    id_signed         boolean  NOT NULL,
    event_type        bytea,
    event_type_signed boolean  NOT NULL,
    signed_at         bigint,
    provenance        smallint NOT NULL,
    coverage          smallint NOT NULL,
    secret            bytea,
    sha256            bytea    NOT NULL CHECK (octet_length(sha256) = 32),
    bytes             bytea    NOT NULL
);
CREATE INDEX payloads_order ON {schema}.payloads (namespace, sequence);

-- Only what waits or is worked on, so that claiming costs the same however long the history is. The unique key is also what two
-- puts of one event meet in, whichever generation each of them took for the newest.
CREATE TABLE {schema}.live (
    key        bytea   PRIMARY KEY,
    sequence   bigint  NOT NULL,
    namespace  text    NOT NULL,
    -- When it may be leased: the end of the wait, or of the lease that is held unless there is a heartbeat.
    due_at     bigint  NOT NULL,
    leased     boolean NOT NULL DEFAULT false,
    -- Of the newest lease, also after it was settled.
    fence      bigint,
    attempts   integer NOT NULL DEFAULT 0,
    last_error bytea,
    -- Which call put or began it, so that one whose reply was lost can be made again. Gone once anybody else has had it.
    owner      bytea
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 1
);
CREATE INDEX live_due ON {schema}.live (namespace, due_at, sequence);
CREATE INDEX live_order ON {schema}.live (namespace, sequence);

-- The newest end of a lease that was extended. A heartbeat writes here and only looks at the live row, so that it never stands in
-- the way of a settlement in a transaction that began before it, at whatever isolation level.
CREATE TABLE {schema}.heartbeats (
    key   bytea  PRIMARY KEY,
    fence bigint NOT NULL,
    until bigint NOT NULL
) WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000
);
CREATE INDEX heartbeats_until ON {schema}.heartbeats (until);

CREATE TABLE {schema}.settled (
    sequence   bigint  PRIMARY KEY,
    namespace  text    NOT NULL,
    dead       boolean NOT NULL,
    settled_at bigint  NOT NULL,
    fence      bigint  NOT NULL,
    attempts   integer NOT NULL,
    last_error bytea,
    output     bytea
);
CREATE INDEX settled_age ON {schema}.settled (namespace, settled_at, sequence);
CREATE INDEX settled_order ON {schema}.settled (namespace, dead, sequence);

-- Where each record stands, for looking up by key.
CREATE VIEW {schema}.standing AS
SELECT l.key, l.sequence, l.namespace, NULL::boolean AS dead, l.leased, coalesce(h.until, l.due_at) AS due_at, l.fence,
       l.attempts, l.last_error, NULL::bigint AS settled_at, NULL::bytea AS output, l.owner
FROM {schema}.live l
LEFT JOIN {schema}.heartbeats h ON h.key = l.key AND h.fence = l.fence AND l.leased
UNION ALL
SELECT k.key, s.sequence, s.namespace, s.dead, NULL, NULL, s.fence,
       s.attempts, s.last_error, s.settled_at, s.output, NULL
FROM {schema}.keys k
JOIN {schema}.settled s ON s.sequence = k.sequence;

-- A record as it is read.
CREATE TYPE {schema}.entry AS (
    key bytea, sequence bigint, namespace text, received_at bigint, source bytea, endpoint bytea, tenant bytea,
    id bytea, id_signed boolean, event_type bytea, event_type_signed boolean, signed_at bigint,
    provenance smallint, coverage smallint, secret bytea, sha256 bytea, bytes bytea,
    dead boolean, leased boolean, due_at bigint, fence bigint, attempts integer, last_error bytea,
    settled_at bigint, output bytea
);

-- Makes the commit of this transaction one that may be acknowledged, whatever the role or the database is set to.
CREATE FUNCTION {schema}.durable() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- A commit that wrote nothing waits for nothing. What somebody else committed is proven durable by a write of one's own behind it.
CREATE FUNCTION {schema}.prove() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_logical_emit_message(true, 'webhook', '');
END $$;
