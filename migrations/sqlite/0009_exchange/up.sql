-- Exchange with other systems: the feed of what happens, webhooks, and what the one-stop system tells of dossiers. Times are
-- whole microseconds since 1970-01-01T00:00:00Z.

-- What has happened besides scans, in order: positions run from 1.
CREATE TABLE feed_entries (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    position INTEGER NOT NULL CHECK (position > 0),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (centre_id, position)
) STRICT, WITHOUT ROWID;

-- When a discrepancy that counts was first told of; again after later scans had explained it.
ALTER TABLE discrepancies ADD COLUMN announced_at INTEGER NULL;
CREATE INDEX discrepancies_to_announce ON discrepancies (centre_id, raised_at)
    WHERE announced_at IS NULL AND state = 'open';

-- The administrative procedure, by its national code.
ALTER TABLE dossiers ADD COLUMN procedure_code TEXT NULL;

CREATE TABLE webhook_endpoints (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    url TEXT NOT NULL,
    -- The secret itself: without it nothing can be signed.
    secret TEXT NOT NULL,
    types TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER NULL,
    disabled_reason TEXT NULL,
    -- How far scans and feed have been turned into deliveries.
    scan_position INTEGER NOT NULL,
    feed_position INTEGER NOT NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_deliveries (
    centre_id BLOB NOT NULL,
    id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- While somebody sends it.
    leased_until INTEGER NULL,
    last_status INTEGER NULL,
    last_problem TEXT NULL,
    ended_at INTEGER NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, endpoint_id) REFERENCES webhook_endpoints (centre_id, id) ON DELETE CASCADE,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (centre_id, endpoint_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (centre_id, endpoint_id, created_at, id);
