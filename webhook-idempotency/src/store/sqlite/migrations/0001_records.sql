-- What never changes about a record. Whatever a sender wrote is a BLOB, because it may hold a NUL or end a terminal line.
CREATE TABLE webhook_records (
    sequence          INTEGER PRIMARY KEY,
    key               BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    namespace         TEXT    NOT NULL,
    received_at       INTEGER NOT NULL,
    source            BLOB    NOT NULL,
    endpoint          BLOB    NOT NULL,
    tenant            BLOB,
    id                BLOB,
    id_signed         INTEGER NOT NULL,
    event_type        BLOB,
    event_type_signed INTEGER NOT NULL,
    signed_at         INTEGER,
    provenance        INTEGER NOT NULL,
    coverage          INTEGER NOT NULL,
    secret            BLOB,
    -- Deferred, and the payload is written last: a put that was cut short cannot be committed by whoever owns the transaction.
    payload           INTEGER REFERENCES webhook_payloads (sequence) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX webhook_records_order ON webhook_records (namespace, sequence);
-- SQLite looks for the records of a payload whenever one is inserted or deleted.
CREATE INDEX webhook_records_payload ON webhook_records (payload);

CREATE TABLE webhook_payloads (
    sequence INTEGER PRIMARY KEY,
    sha256   BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes    BLOB NOT NULL
) STRICT;

-- Only what waits or is worked on, so that claiming costs the same however long the history is.
CREATE TABLE webhook_live (
    sequence   INTEGER PRIMARY KEY REFERENCES webhook_records (sequence),
    namespace  TEXT    NOT NULL,
    -- When it may be leased: the end of the wait, or of the lease that is held.
    due_at     INTEGER NOT NULL,
    leased     INTEGER NOT NULL DEFAULT 0,
    -- Of the newest lease, also after it was settled.
    fence      INTEGER,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error BLOB
) STRICT;

CREATE INDEX webhook_live_due ON webhook_live (namespace, due_at, sequence);
CREATE INDEX webhook_live_order ON webhook_live (namespace, sequence);
CREATE INDEX webhook_live_leased ON webhook_live (namespace, sequence) WHERE leased = 1;

CREATE TABLE webhook_settled (
    sequence   INTEGER PRIMARY KEY REFERENCES webhook_records (sequence),
    namespace  TEXT    NOT NULL,
    dead       INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    fence      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    last_error BLOB,
    output     BLOB
) STRICT;

CREATE INDEX webhook_settled_age ON webhook_settled (namespace, settled_at, sequence);
CREATE INDEX webhook_settled_order ON webhook_settled (namespace, dead, sequence);

-- A record is live or settled, never both, and moves in one statement: nothing can be cut short between the two.
CREATE TRIGGER webhook_settled_leaves_live AFTER INSERT ON webhook_settled BEGIN
    DELETE FROM webhook_live WHERE sequence = NEW.sequence;
END;

CREATE TRIGGER webhook_live_leaves_settled AFTER INSERT ON webhook_live BEGIN
    DELETE FROM webhook_settled WHERE sequence = NEW.sequence;
END;

-- Both numbers only ever rise, also after every record is gone.
CREATE TABLE webhook_counters (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    fence    INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT;

INSERT INTO webhook_counters (one, fence, sequence) VALUES (1, 0, 0);
