-- Scans, which are only ever added. Times are whole microseconds since 1970-01-01T00:00:00Z, digests SHA-256.

-- The ledger: positions run from 1 without gaps, and received_at never falls.
CREATE TABLE scan_events (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    position BIGINT NOT NULL CHECK (position > 0),
    id BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    -- The run or round on which it was.
    trip_id BYTEA NULL,
    -- One line of JSON, hashed as it is.
    content TEXT COLLATE "C" NOT NULL,
    content_sha256 BYTEA NOT NULL,
    PRIMARY KEY (centre_id, position)
);

CREATE UNIQUE INDEX scan_events_by_id ON scan_events (centre_id, id);
CREATE INDEX scan_events_by_trip ON scan_events (centre_id, trip_id, position) WHERE trip_id IS NOT NULL;

-- Each code's scans, each chained to the one before.
CREATE TABLE scan_codes (
    centre_id BYTEA NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    link BYTEA NOT NULL,
    PRIMARY KEY (centre_id, code, position),
    FOREIGN KEY (centre_id, position) REFERENCES scan_events (centre_id, position)
);

-- The end of each code's chain.
CREATE TABLE scan_chains (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    code TEXT COLLATE "C" NOT NULL,
    scans BIGINT NOT NULL CHECK (scans > 0),
    position BIGINT NOT NULL,
    link BYTEA NOT NULL,
    PRIMARY KEY (centre_id, code)
);

-- What may have to be erased one day: notes and positions. The content names it by a salted digest.
CREATE TABLE scan_asides (
    centre_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (centre_id, position),
    FOREIGN KEY (centre_id, position) REFERENCES scan_events (centre_id, position)
);

-- Scans that came with the id of another one.
CREATE TABLE scan_conflicts (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    content_sha256 BYTEA NOT NULL,
    content TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, id, content_sha256)
);

-- The root over each day's scans, made when the day is over.
CREATE TABLE scan_days (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    first_position BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    root BYTEA NOT NULL,
    link BYTEA NOT NULL,
    PRIMARY KEY (centre_id, date)
);

-- The running numbers seen of each device.
CREATE TABLE scan_devices (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    device_id BYTEA NOT NULL,
    numbers TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    last_received_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, device_id)
);

-- How far the ledger has been looked through for discrepancies.
CREATE TABLE scan_reviews (
    centre_id BYTEA NOT NULL PRIMARY KEY REFERENCES centres (id),
    position BIGINT NOT NULL
);

CREATE TABLE discrepancies (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    code TEXT COLLATE "C" NULL,
    scan_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    owner TEXT NULL,
    raised_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'explained', 'resolved')),
    assignee TEXT NULL,
    reason TEXT NULL,
    closed_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((state = 'open') = (closed_at IS NULL))
);

CREATE INDEX discrepancies_by_state ON discrepancies (centre_id, state, raised_at, id);
CREATE INDEX discrepancies_by_code ON discrepancies (centre_id, code) WHERE code IS NOT NULL;

-- Nobody changes or deletes what was recorded.
CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % is never changed', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER scan_events_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON scan_events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();
CREATE TRIGGER scan_codes_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON scan_codes
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();
CREATE TRIGGER scan_conflicts_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON scan_conflicts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();
CREATE TRIGGER scan_days_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON scan_days
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();
