-- One plan per centre and day, whole: its parts are numbered from 0 in the order in which the plan has them.

CREATE TABLE plans (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    id BYTEA NOT NULL UNIQUE,
    revision BIGINT NOT NULL CHECK (revision > 0),
    made_at BIGINT NOT NULL,
    travel_kind TEXT NOT NULL CHECK (travel_kind IN ('estimate', 'network')),
    travel_label TEXT NOT NULL,
    travel_attribution TEXT NULL,
    PRIMARY KEY (centre_id, date)
);

CREATE TABLE plan_runs (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    run_no INTEGER NOT NULL,
    id BYTEA NOT NULL UNIQUE,
    code TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('document', 'line_haul')),
    name TEXT NOT NULL,
    departs_at BIGINT NOT NULL,
    back_by BIGINT NOT NULL,
    PRIMARY KEY (centre_id, date, run_no),
    FOREIGN KEY (centre_id, date) REFERENCES plans (centre_id, date)
);

CREATE TABLE plan_routes (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    route_no INTEGER NOT NULL,
    id BYTEA NOT NULL UNIQUE,
    -- A route belongs to a run, or is the one of a round.
    run_no INTEGER NULL,
    round_id BYTEA NULL UNIQUE,
    half_day TEXT NULL CHECK (half_day IN ('morning', 'afternoon')),
    depot_site_id BYTEA NULL,
    courier_id BYTEA NOT NULL,
    vehicle_id BYTEA NOT NULL,
    profile TEXT NOT NULL CHECK (profile IN ('motorbike', 'car', 'foot')),
    cost_dong BIGINT NOT NULL,
    PRIMARY KEY (centre_id, date, route_no),
    FOREIGN KEY (centre_id, date) REFERENCES plans (centre_id, date),
    FOREIGN KEY (centre_id, date, run_no) REFERENCES plan_runs (centre_id, date, run_no),
    FOREIGN KEY (centre_id, depot_site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id),
    FOREIGN KEY (centre_id, vehicle_id) REFERENCES vehicles (centre_id, id),
    CHECK ((run_no IS NULL) <> (round_id IS NULL)),
    CHECK ((round_id IS NULL) = (half_day IS NULL)),
    CHECK ((round_id IS NULL) = (depot_site_id IS NULL))
);

CREATE TABLE plan_stops (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    route_no INTEGER NOT NULL,
    stop_no INTEGER NOT NULL,
    id BYTEA NOT NULL,
    -- It halts either at a site or at a home.
    site_id BYTEA NULL,
    home_delivery_id BYTEA NULL,
    arrives_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    departs_at BIGINT NOT NULL,
    distance_m BIGINT NOT NULL,
    travel_s BIGINT NOT NULL,
    PRIMARY KEY (centre_id, date, route_no, stop_no),
    FOREIGN KEY (centre_id, date, route_no) REFERENCES plan_routes (centre_id, date, route_no),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id),
    CHECK ((site_id IS NULL) <> (home_delivery_id IS NULL))
);

CREATE INDEX plan_stops_by_home_delivery ON plan_stops (centre_id, home_delivery_id)
WHERE home_delivery_id IS NOT NULL;

CREATE TABLE plan_stop_items (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    route_no INTEGER NOT NULL,
    stop_no INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('load', 'unload')),
    item_no INTEGER NOT NULL,
    item_id BYTEA NOT NULL,
    PRIMARY KEY (centre_id, date, route_no, stop_no, action, item_no),
    FOREIGN KEY (centre_id, date, route_no, stop_no) REFERENCES plan_stops (centre_id, date, route_no, stop_no),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id)
);

CREATE INDEX plan_stop_items_by_item ON plan_stop_items (centre_id, item_id);

CREATE TABLE plan_unassigned (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    item_no INTEGER NOT NULL,
    item_id BYTEA NOT NULL,
    -- The reason's code, and the whole reason as JSON.
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (centre_id, date, item_no),
    FOREIGN KEY (centre_id, date) REFERENCES plans (centre_id, date),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id)
);

CREATE INDEX plan_unassigned_by_item ON plan_unassigned (centre_id, item_id);

CREATE TABLE plan_continues (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    item_no INTEGER NOT NULL,
    item_id BYTEA NOT NULL,
    PRIMARY KEY (centre_id, date, item_no),
    FOREIGN KEY (centre_id, date) REFERENCES plans (centre_id, date),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id)
);

CREATE INDEX plan_continues_by_item ON plan_continues (centre_id, item_id);

CREATE TABLE plan_warnings (
    centre_id BYTEA NOT NULL,
    date DATE NOT NULL,
    warning_no INTEGER NOT NULL,
    code TEXT NOT NULL CHECK (code IN ('last_safe_run', 'late', 'visit_skipped')),
    item_id BYTEA NULL,
    site_id BYTEA NULL,
    run_id BYTEA NULL,
    due_at BIGINT NULL,
    arrives_at BIGINT NULL,
    PRIMARY KEY (centre_id, date, warning_no),
    FOREIGN KEY (centre_id, date) REFERENCES plans (centre_id, date),
    FOREIGN KEY (centre_id, item_id) REFERENCES items (centre_id, id),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id)
);

CREATE INDEX plan_warnings_by_item ON plan_warnings (centre_id, item_id) WHERE item_id IS NOT NULL;
