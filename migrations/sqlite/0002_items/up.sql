-- Dossiers, home deliveries and items. Times are whole microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE dossiers (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    department_id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    appointment_at INTEGER NOT NULL,
    settled_at INTEGER NULL,
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, code),
    FOREIGN KEY (centre_id, department_id) REFERENCES sites (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX dossiers_by_received ON dossiers (centre_id, received_at);

CREATE TABLE home_deliveries (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    dossier_id BLOB NULL,
    address TEXT NOT NULL,
    commune_code TEXT NOT NULL,
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    position_quality TEXT NOT NULL CHECK (position_quality IN ('building', 'street', 'commune', 'assumed_commune')),
    requested_at INTEGER NOT NULL,
    wanted_date TEXT NULL,
    wanted_half_day TEXT NULL CHECK (wanted_half_day IN ('morning', 'afternoon')),
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    CHECK (wanted_half_day IS NULL OR wanted_date IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX home_deliveries_by_dossier ON home_deliveries (centre_id, dossier_id);

CREATE TABLE items (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    dossier_id BLOB NULL,
    from_site_id BLOB NOT NULL,
    -- It goes either to a site or to a home.
    to_site_id BLOB NULL CHECK (to_site_id <> from_site_id),
    to_home_delivery_id BLOB NULL,
    ready_at INTEGER NOT NULL,
    due_at INTEGER NULL CHECK (due_at > ready_at),
    weight_g INTEGER NOT NULL CHECK (weight_g >= 0),
    -- The last site that it has come to on its way.
    waypoint_site_id BLOB NULL,
    waypoint_reached_at INTEGER NULL,
    delivered_at INTEGER NULL,
    synthetic INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, code),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    FOREIGN KEY (centre_id, from_site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, to_site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, waypoint_site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, to_home_delivery_id) REFERENCES home_deliveries (centre_id, id),
    CHECK ((to_site_id IS NULL) <> (to_home_delivery_id IS NULL)),
    CHECK ((waypoint_site_id IS NULL) = (waypoint_reached_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX items_by_ready ON items (centre_id, ready_at, id);
-- Serves the day's waiting items: not delivered (null) or delivered only since.
CREATE INDEX items_by_delivered ON items (centre_id, delivered_at, ready_at);
CREATE INDEX items_by_dossier ON items (centre_id, dossier_id, ready_at, id);
CREATE INDEX items_by_home_delivery ON items (centre_id, to_home_delivery_id) WHERE to_home_delivery_id IS NOT NULL;
