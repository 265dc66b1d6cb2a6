-- Planning as long work, and the answers once given to creations.

CREATE TABLE plan_jobs (
    id BYTEA NOT NULL PRIMARY KEY,
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    -- All 64 bits of an unsigned seed, read as a signed number.
    seed BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    done BIGINT NOT NULL CHECK (done >= 0),
    total BIGINT NOT NULL CHECK (total >= 0),
    phase TEXT NOT NULL,
    error TEXT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT NULL,
    revision BIGINT NULL
);

CREATE INDEX plan_jobs_open ON plan_jobs (centre_id, created_at, id) WHERE state IN ('queued', 'running');

CREATE TABLE idempotency_keys (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    key TEXT COLLATE "C" NOT NULL,
    body_sha256 BYTEA NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
