-- The live day: where couriers were, what was noticed, what dispatchers changed, and how the day was closed. Times are whole
-- microseconds since 1970-01-01T00:00:00Z.

-- Where couriers' devices were. Kept briefly.
CREATE TABLE positions (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    courier_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m INTEGER NULL CHECK (accuracy_m >= 0),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, courier_id, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX positions_by_time ON positions (centre_id, at);

-- What a dispatcher was told of, once for each cause.
CREATE TABLE alerts (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    date TEXT NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    ended_at INTEGER NULL,
    PRIMARY KEY (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX alerts_once ON alerts (centre_id, date, cause);

-- How a day stands beside its plan: locks, what has upset it, what the revision in force came from, and how it was closed.
CREATE TABLE live_days (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    date TEXT NOT NULL,
    -- The revision of the plan that `origin` and `disruptions` belong to.
    revision INTEGER NOT NULL,
    origin TEXT NOT NULL,
    disruptions TEXT NOT NULL,
    locks TEXT NOT NULL,
    locks_version INTEGER NOT NULL,
    closed_at INTEGER NULL,
    report TEXT NULL,
    PRIMARY KEY (centre_id, date),
    CHECK ((closed_at IS NULL) = (report IS NULL))
) STRICT, WITHOUT ROWID;

-- The revisions that were replaced on the day, whole.
CREATE TABLE plan_revisions (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    date TEXT NOT NULL,
    revision INTEGER NOT NULL,
    origin TEXT NOT NULL,
    disruptions TEXT NOT NULL,
    plan TEXT NOT NULL,
    PRIMARY KEY (centre_id, date, revision)
) STRICT, WITHOUT ROWID;

-- Plans that are proposed and not in force yet.
CREATE TABLE plan_proposals (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    date TEXT NOT NULL,
    base_revision INTEGER NOT NULL,
    locks_version INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'discarded')),
    cause TEXT NOT NULL,
    difference TEXT NOT NULL,
    plan TEXT NOT NULL,
    ended_at INTEGER NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((state = 'open') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX plan_proposals_by_date ON plan_proposals (centre_id, date, made_at);
