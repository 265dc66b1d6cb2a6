-- Scans, which are only ever added. Times are whole microseconds since 1970-01-01T00:00:00Z, digests SHA-256.

-- The ledger: positions run from 1 without gaps, and received_at never falls.
CREATE TABLE scan_events (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    position INTEGER NOT NULL CHECK (position > 0),
    id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    -- The run or round on which it was.
    trip_id BLOB NULL,
    -- One line of JSON, hashed as it is.
    content TEXT NOT NULL,
    content_sha256 BLOB NOT NULL,
    PRIMARY KEY (centre_id, position)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX scan_events_by_id ON scan_events (centre_id, id);
CREATE INDEX scan_events_by_trip ON scan_events (centre_id, trip_id, position) WHERE trip_id IS NOT NULL;

-- Each code's scans, each chained to the one before.
CREATE TABLE scan_codes (
    centre_id BLOB NOT NULL,
    code TEXT NOT NULL,
    position INTEGER NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (centre_id, code, position),
    FOREIGN KEY (centre_id, position) REFERENCES scan_events (centre_id, position)
) STRICT, WITHOUT ROWID;

-- The end of each code's chain.
CREATE TABLE scan_chains (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    code TEXT NOT NULL,
    scans INTEGER NOT NULL CHECK (scans > 0),
    position INTEGER NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (centre_id, code)
) STRICT, WITHOUT ROWID;

-- What may have to be erased one day: notes and positions. The content names it by a salted digest.
CREATE TABLE scan_asides (
    centre_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    salt BLOB NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (centre_id, position),
    FOREIGN KEY (centre_id, position) REFERENCES scan_events (centre_id, position)
) STRICT, WITHOUT ROWID;

-- Scans that came with the id of another one.
CREATE TABLE scan_conflicts (
    centre_id BLOB NOT NULL,
    id BLOB NOT NULL,
    content_sha256 BLOB NOT NULL,
    content TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, id, content_sha256)
) STRICT, WITHOUT ROWID;

-- The root over each day's scans, made when the day is over.
CREATE TABLE scan_days (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    date TEXT NOT NULL,
    first_position INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    root BLOB NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (centre_id, date)
) STRICT, WITHOUT ROWID;

-- The running numbers seen of each device.
CREATE TABLE scan_devices (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    device_id BLOB NOT NULL,
    numbers TEXT NOT NULL,
    last_number INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, device_id)
) STRICT, WITHOUT ROWID;

-- How far the ledger has been looked through for discrepancies.
CREATE TABLE scan_reviews (
    centre_id BLOB NOT NULL PRIMARY KEY REFERENCES centres (id),
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE discrepancies (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    code TEXT NULL,
    scan_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    owner TEXT NULL,
    raised_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'explained', 'resolved')),
    assignee TEXT NULL,
    reason TEXT NULL,
    closed_at INTEGER NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((state = 'open') = (closed_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX discrepancies_by_state ON discrepancies (centre_id, state, raised_at, id);
CREATE INDEX discrepancies_by_code ON discrepancies (centre_id, code) WHERE code IS NOT NULL;

-- Nobody changes or deletes what was recorded.
CREATE TRIGGER scan_events_no_update BEFORE UPDATE ON scan_events
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_events is never changed'); END;
CREATE TRIGGER scan_events_no_delete BEFORE DELETE ON scan_events
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_events is never changed'); END;
CREATE TRIGGER scan_codes_no_update BEFORE UPDATE ON scan_codes
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_codes is never changed'); END;
CREATE TRIGGER scan_codes_no_delete BEFORE DELETE ON scan_codes
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_codes is never changed'); END;
CREATE TRIGGER scan_conflicts_no_update BEFORE UPDATE ON scan_conflicts
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_conflicts is never changed'); END;
CREATE TRIGGER scan_conflicts_no_delete BEFORE DELETE ON scan_conflicts
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_conflicts is never changed'); END;
CREATE TRIGGER scan_days_no_update BEFORE UPDATE ON scan_days
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_days is never changed'); END;
CREATE TRIGGER scan_days_no_delete BEFORE DELETE ON scan_days
BEGIN SELECT RAISE(ABORT, 'the ledger only grows: scan_days is never changed'); END;
