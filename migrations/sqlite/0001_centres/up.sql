-- A centre and what is known of it before a day's work. Keys and references begin with the centre's id, so
-- that centres that share one database cannot name each other's rows. row_no keeps the order of the imported files.

CREATE TABLE centres (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    site_code TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    calendar_from TEXT NOT NULL,
    calendar_to TEXT NOT NULL CHECK (calendar_to >= calendar_from),
    -- JSON: the figures that the centre has published, and the shape of a synthetic season.
    published TEXT NULL,
    season TEXT NULL
) STRICT;

CREATE TABLE dossier_code_patterns (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    pattern TEXT NOT NULL,
    example TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    row_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('centre', 'department', 'post_office')),
    address TEXT NULL,
    address_status TEXT NOT NULL,
    commune_code TEXT NOT NULL,
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    position_quality TEXT NOT NULL CHECK (position_quality IN ('building', 'street', 'commune', 'assumed_commune')),
    always_visit INTEGER NOT NULL CHECK (always_visit IN (0, 1)),
    -- Without hours of its own a site keeps the centre's; with them it may also have none at all.
    has_own_hours INTEGER NOT NULL CHECK (has_own_hours IN (0, 1)),
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    source TEXT NOT NULL,
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE opening_hours (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    -- Null for the hours of every site without its own.
    site_id BLOB NULL,
    weekdays TEXT NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL CHECK (closes > opens),
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    PRIMARY KEY (centre_id, row_no),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE communes (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ward', 'commune', 'township')),
    district_code TEXT NULL,
    district TEXT NULL,
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    position_quality TEXT NOT NULL CHECK (position_quality IN ('building', 'street', 'commune', 'assumed_commune')),
    spread_radius_m INTEGER NOT NULL CHECK (spread_radius_m >= 0),
    population INTEGER NOT NULL CHECK (population >= 0),
    population_status TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    -- JSON: a list of codes.
    merged_into TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar_days (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    date TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('public_holiday', 'day_off_swapped', 'day_off_substitute', 'working_saturday')),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, date)
) STRICT, WITHOUT ROWID;

CREATE TABLE timetable_runs (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('document', 'line_haul')),
    name TEXT NOT NULL,
    departs TEXT NOT NULL,
    back_by TEXT NOT NULL CHECK (back_by > departs),
    -- JSON: a list of kinds of site and of codes of sites.
    serves TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE vehicles (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    row_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    profile TEXT NOT NULL CHECK (profile IN ('motorbike', 'car', 'foot')),
    capacity_items INTEGER NOT NULL CHECK (capacity_items >= 0),
    capacity_g INTEGER NOT NULL CHECK (capacity_g >= 0),
    fixed_cost_dong INTEGER NOT NULL CHECK (fixed_cost_dong >= 0),
    cost_per_hour_dong INTEGER NOT NULL CHECK (cost_per_hour_dong >= 0),
    cost_per_km_dong INTEGER NOT NULL CHECK (cost_per_km_dong >= 0),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE couriers (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    row_no INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    base_site_id BLOB NOT NULL,
    vehicle_id BLOB NOT NULL,
    -- JSON: a list of codes of runs, and one of half-days.
    runs TEXT NOT NULL,
    rounds TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, code),
    -- Checked at the end of an import, which removes a site before it says where its couriers go instead.
    FOREIGN KEY (centre_id, base_site_id) REFERENCES sites (centre_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (centre_id, vehicle_id) REFERENCES vehicles (centre_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE areas (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    commune_code TEXT NULL,
    district_code TEXT NULL,
    name TEXT NOT NULL,
    depot_site_id BLOB NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no),
    FOREIGN KEY (centre_id, depot_site_id) REFERENCES sites (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE half_days (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    half_day TEXT NOT NULL CHECK (half_day IN ('morning', 'afternoon')),
    starts TEXT NOT NULL,
    ends TEXT NOT NULL CHECK (ends > starts),
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    unit TEXT NOT NULL
        CHECK (unit IN ('time_of_day', 'second', 'working_day', 'day_of_month', 'month', 'year', 'count', 'dong')),
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE procedures (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    department_id BLOB NOT NULL,
    procedure_count INTEGER NOT NULL CHECK (procedure_count >= 0),
    dossier_share_permille INTEGER NOT NULL CHECK (dossier_share_permille >= 0),
    status TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no),
    FOREIGN KEY (centre_id, department_id) REFERENCES sites (centre_id, id)
) STRICT, WITHOUT ROWID;
