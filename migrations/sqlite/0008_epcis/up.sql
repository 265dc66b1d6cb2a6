-- EPCIS 2.0: what partners told, and how all events, our scans among them, are found. Times are whole microseconds since
-- 1970-01-01T00:00:00Z, digests SHA-256.

-- The captures, each ended when it is stored.
CREATE TABLE epcis_captures (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    behaviour TEXT NOT NULL CHECK (behaviour IN ('rollback', 'proceed')),
    -- How many events it held, and how many of them were stored.
    events INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    success INTEGER NOT NULL CHECK (success IN (0, 1)),
    errors TEXT NOT NULL,
    PRIMARY KEY (centre_id, id)
) STRICT, WITHOUT ROWID;

-- The events in the order in which they were recorded here: numbers run from 1.
CREATE TABLE epcis_events (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    number INTEGER NOT NULL CHECK (number > 0),
    event_hash BLOB NOT NULL,
    event_id TEXT NOT NULL,
    -- Of an error declaration: when it was declared.
    declared_at INTEGER NULL,
    record_time INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    action TEXT NULL,
    biz_step TEXT NULL,
    disposition TEXT NULL,
    read_point TEXT NULL,
    biz_location TEXT NULL,
    -- Of an event that a scan of ours is told as: the scan.
    scan_position INTEGER NULL,
    -- Of a foreign one: the event as it was sent, and the context of its document.
    content TEXT NULL,
    context TEXT NULL,
    PRIMARY KEY (centre_id, number),
    CHECK ((scan_position IS NULL) = (content IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX epcis_events_by_event_time ON epcis_events (centre_id, event_time, number);
CREATE INDEX epcis_events_by_record_time ON epcis_events (centre_id, record_time, number);
CREATE INDEX epcis_events_by_type ON epcis_events (centre_id, event_type, number);
CREATE INDEX epcis_events_by_id ON epcis_events (centre_id, event_id);
CREATE INDEX epcis_events_by_hash ON epcis_events (centre_id, event_hash);
-- A partner tells each event once, and takes it back once.
CREATE UNIQUE INDEX epcis_events_once ON epcis_events (centre_id, event_hash)
    WHERE content IS NOT NULL AND declared_at IS NULL;
CREATE UNIQUE INDEX epcis_events_declared_once ON epcis_events (centre_id, event_hash)
    WHERE content IS NOT NULL AND declared_at IS NOT NULL;

-- What the events name, each term with its kind in front.
CREATE TABLE epcis_terms (
    centre_id BLOB NOT NULL,
    term TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (centre_id, term, number),
    FOREIGN KEY (centre_id, number) REFERENCES epcis_events (centre_id, number)
) STRICT, WITHOUT ROWID;

-- How far the ledger of scans has been told as events.
CREATE TABLE epcis_cursors (
    centre_id BLOB NOT NULL PRIMARY KEY REFERENCES centres (id),
    position INTEGER NOT NULL
) STRICT;

-- Corrections that came before the scan that they correct.
CREATE TABLE epcis_waiting (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    scan_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (centre_id, scan_id, position)
) STRICT, WITHOUT ROWID;
