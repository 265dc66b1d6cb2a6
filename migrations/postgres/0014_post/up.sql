-- What is handed to the postal operator, and what the operator tells of it. Times are whole microseconds since 1970-01-01T00:00:00Z.

-- The last number given out of each range; a number is never given twice.
CREATE TABLE postal_counters (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    service TEXT COLLATE "C" NOT NULL,
    first_serial BIGINT NOT NULL,
    last_serial BIGINT NOT NULL,
    PRIMARY KEY (centre_id, service, first_serial)
);

CREATE TABLE postal_handovers (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    from_site_id BYTEA NOT NULL,
    to_site_id BYTEA NOT NULL,
    -- The day on the centre's clocks.
    date DATE NOT NULL,
    handed_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    -- The scan in the ledger by which it was given.
    scan_id BYTEA NOT NULL,
    -- Of what was asked for, so that asking again is told from asking for another.
    asked_sha256 BYTEA NOT NULL,
    announced_at BIGINT NULL,
    announce_tries BIGINT NOT NULL,
    announce_due_at BIGINT NOT NULL,
    announce_problem TEXT NULL,
    synthetic BOOLEAN NOT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, from_site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, to_site_id) REFERENCES sites (centre_id, id)
);

CREATE INDEX postal_handovers_by_date ON postal_handovers (centre_id, date, handed_at, id);
CREATE INDEX postal_handovers_to_announce ON postal_handovers (centre_id, announce_due_at) WHERE announced_at IS NULL;

CREATE TABLE postal_parcels (
    centre_id BYTEA NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    handover_id BYTEA NOT NULL,
    place BIGINT NOT NULL,
    home_delivery_id BYTEA NULL,
    weight_g BIGINT NOT NULL,
    PRIMARY KEY (centre_id, number),
    FOREIGN KEY (centre_id, handover_id) REFERENCES postal_handovers (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id)
);

CREATE UNIQUE INDEX postal_parcels_by_handover ON postal_parcels (centre_id, handover_id, place);
CREATE INDEX postal_parcels_by_home ON postal_parcels (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;

CREATE TABLE postal_parcel_items (
    centre_id BYTEA NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    item_id BYTEA NOT NULL,
    -- Whether it has not come back.
    is_out BOOLEAN NOT NULL,
    PRIMARY KEY (centre_id, number, item_id),
    FOREIGN KEY (centre_id, number) REFERENCES postal_parcels (centre_id, number),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id)
);

-- Nothing is in two parcels at once.
CREATE UNIQUE INDEX postal_parcel_items_out ON postal_parcel_items (centre_id, item_id) WHERE is_out;

CREATE TABLE postal_events (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    -- The operator's own.
    id TEXT COLLATE "C" NOT NULL,
    -- No reference: what the operator has accepted though nobody handed it over is kept too.
    number TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL
        CHECK (kind IN ('accepted', 'in_transit', 'out_for_delivery', 'attempt_failed', 'delivered', 'returned')),
    reason TEXT COLLATE "C" NULL,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    handover_id BYTEA NULL,
    is_known BOOLEAN NOT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, handover_id) REFERENCES postal_handovers (centre_id, id),
    CHECK ((kind = 'attempt_failed') = (reason IS NOT NULL))
);

CREATE INDEX postal_events_by_number ON postal_events (centre_id, number, at);
CREATE INDEX postal_events_extra ON postal_events (centre_id, at) WHERE NOT is_known;
-- Serves the removal of what it names.
CREATE INDEX postal_events_by_handover ON postal_events (centre_id, handover_id) WHERE handover_id IS NOT NULL;

-- How far the operator's events have been read.
CREATE TABLE postal_cursors (
    centre_id BYTEA NOT NULL PRIMARY KEY REFERENCES centres (id),
    cursor TEXT NOT NULL,
    read_at BIGINT NOT NULL
);
