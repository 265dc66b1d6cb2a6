-- Exchange with other systems: the feed of what happens, webhooks, and what the one-stop system tells of dossiers. Times are
-- whole microseconds since 1970-01-01T00:00:00Z.

-- What has happened besides scans, in order: positions run from 1.
CREATE TABLE feed_entries (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    position BIGINT NOT NULL CHECK (position > 0),
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (centre_id, position)
);

-- When a discrepancy that counts was first told of; again after later scans had explained it.
ALTER TABLE discrepancies ADD COLUMN announced_at BIGINT NULL;
CREATE INDEX discrepancies_to_announce ON discrepancies (centre_id, raised_at)
    WHERE announced_at IS NULL AND state = 'open';

-- The administrative procedure, by its national code.
ALTER TABLE dossiers ADD COLUMN procedure_code TEXT COLLATE "C" NULL;

CREATE TABLE webhook_endpoints (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    url TEXT NOT NULL,
    -- The secret itself: without it nothing can be signed.
    secret TEXT NOT NULL,
    types TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT NULL,
    disabled_reason TEXT NULL,
    -- How far scans and feed have been turned into deliveries.
    scan_position BIGINT NOT NULL,
    feed_position BIGINT NOT NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);

CREATE TABLE webhook_deliveries (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    endpoint_id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- While somebody sends it.
    leased_until BIGINT NULL,
    last_status BIGINT NULL,
    last_problem TEXT NULL,
    ended_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, endpoint_id) REFERENCES webhook_endpoints (centre_id, id) ON DELETE CASCADE,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (centre_id, endpoint_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (centre_id, endpoint_id, created_at, id);
