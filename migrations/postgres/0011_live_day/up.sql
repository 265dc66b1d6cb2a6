-- The live day: where couriers were, what was noticed, what dispatchers changed, and how the day was closed. Times are whole
-- microseconds since 1970-01-01T00:00:00Z.

-- Where couriers' devices were. Kept briefly.
CREATE TABLE positions (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    courier_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    accuracy_m BIGINT NULL CHECK (accuracy_m >= 0),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, courier_id, at)
);

CREATE INDEX positions_by_time ON positions (centre_id, at);

-- What a dispatcher was told of, once for each cause.
CREATE TABLE alerts (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    date DATE NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    detail TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    ended_at BIGINT NULL,
    PRIMARY KEY (centre_id, id)
);

CREATE UNIQUE INDEX alerts_once ON alerts (centre_id, date, cause);

-- How a day stands beside its plan: locks, what has upset it, what the revision in force came from, and how it was closed.
CREATE TABLE live_days (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    -- The revision of the plan that `origin` and `disruptions` belong to.
    revision BIGINT NOT NULL,
    origin TEXT NOT NULL,
    disruptions TEXT NOT NULL,
    locks TEXT NOT NULL,
    locks_version BIGINT NOT NULL,
    closed_at BIGINT NULL,
    report TEXT NULL,
    PRIMARY KEY (centre_id, date),
    CHECK ((closed_at IS NULL) = (report IS NULL))
);

-- The revisions that were replaced on the day, whole.
CREATE TABLE plan_revisions (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    revision BIGINT NOT NULL,
    origin TEXT NOT NULL,
    disruptions TEXT NOT NULL,
    plan TEXT NOT NULL,
    PRIMARY KEY (centre_id, date, revision)
);

-- Plans that are proposed and not in force yet.
CREATE TABLE plan_proposals (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    date DATE NOT NULL,
    base_revision BIGINT NOT NULL,
    locks_version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'discarded')),
    cause TEXT COLLATE "C" NOT NULL,
    difference TEXT NOT NULL,
    plan TEXT NOT NULL,
    ended_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    CHECK ((state = 'open') = (ended_at IS NULL))
);

CREATE INDEX plan_proposals_by_date ON plan_proposals (centre_id, date, made_at);
