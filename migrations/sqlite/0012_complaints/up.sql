-- What citizens say of the service, and what losses are made good with. Times are whole microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE ratings (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    -- 1 the worst to 5 the best.
    step INTEGER NOT NULL CHECK (step BETWEEN 1 AND 5),
    source TEXT NOT NULL CHECK (source IN ('device', 'link')),
    dossier_id BLOB NULL,
    home_delivery_id BLOB NULL,
    comment TEXT NULL,
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id),
    CHECK (dossier_id IS NULL OR home_delivery_id IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX ratings_by_time ON ratings (centre_id, at, id);
CREATE INDEX ratings_by_dossier ON ratings (centre_id, dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX ratings_by_home_delivery ON ratings (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;

CREATE TABLE complaints (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    dossier_id BLOB NULL,
    home_delivery_id BLOB NULL,
    reach TEXT NOT NULL CHECK (reach IN ('in_province', 'between_provinces')),
    text TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    due_on TEXT NOT NULL,
    answered_at INTEGER NULL,
    answer TEXT NULL,
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id),
    CHECK ((dossier_id IS NULL) <> (home_delivery_id IS NULL)),
    CHECK ((answered_at IS NULL) = (answer IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX complaints_by_time ON complaints (centre_id, received_at, id);
CREATE INDEX complaints_by_dossier ON complaints (centre_id, dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX complaints_by_home_delivery ON complaints (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;

CREATE TABLE compensations (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('lost', 'damaged')),
    dossier_id BLOB NULL,
    home_delivery_id BLOB NULL,
    item_id BLOB NULL,
    complaint_id BLOB NULL,
    dong INTEGER NOT NULL CHECK (dong >= 0),
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id),
    FOREIGN KEY (centre_id, complaint_id) REFERENCES complaints (centre_id, id),
    CHECK ((dossier_id IS NULL) <> (home_delivery_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX compensations_by_time ON compensations (centre_id, at, id);
-- Serve the removal of what they name.
CREATE INDEX compensations_by_dossier ON compensations (centre_id, dossier_id) WHERE dossier_id IS NOT NULL;
CREATE INDEX compensations_by_home_delivery ON compensations (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;
CREATE INDEX compensations_by_item ON compensations (centre_id, item_id) WHERE item_id IS NOT NULL;

-- Reports ask for what was settled in a period.
CREATE INDEX dossiers_by_settled ON dossiers (centre_id, settled_at) WHERE settled_at IS NOT NULL;
