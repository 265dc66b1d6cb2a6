-- Planning as long work, and the answers once given to creations.

CREATE TABLE plan_jobs (
    id BLOB NOT NULL PRIMARY KEY,
    centre_id BLOB NOT NULL REFERENCES centres (id),
    date TEXT NOT NULL,
    -- All 64 bits of an unsigned seed, read as a signed number.
    seed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    done INTEGER NOT NULL CHECK (done >= 0),
    total INTEGER NOT NULL CHECK (total >= 0),
    phase TEXT NOT NULL,
    error TEXT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER NULL,
    revision INTEGER NULL
) STRICT;

CREATE INDEX plan_jobs_open ON plan_jobs (centre_id, created_at, id) WHERE state IN ('queued', 'running');

CREATE TABLE idempotency_keys (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    key TEXT NOT NULL,
    body_sha256 BLOB NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, key)
) STRICT;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
