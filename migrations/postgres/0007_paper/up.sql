-- Printed papers and what proves them; photos and signatures. Times are whole microseconds since 1970-01-01T00:00:00Z.

-- The forms that regulations prescribe.
CREATE TABLE forms (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    form TEXT NOT NULL,
    number TEXT NOT NULL,
    regulation TEXT NOT NULL,
    title TEXT NOT NULL,
    form_columns TEXT NOT NULL,
    effective_from DATE NOT NULL,
    effective_to DATE NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
);

-- The Ed25519 key with which control slips are signed.
CREATE TABLE signing_keys (
    centre_id BYTEA NOT NULL PRIMARY KEY REFERENCES centres (id),
    secret BYTEA NOT NULL,
    public BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);

-- Control slips that were issued: the statement as it was signed, and the things whose scans it rests on.
CREATE TABLE slips (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    code TEXT COLLATE "C" NOT NULL,
    dossier TEXT COLLATE "C" NOT NULL,
    things TEXT NOT NULL,
    statement BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, code)
);

CREATE INDEX slips_by_dossier ON slips (centre_id, dossier, issued_at);

-- Photos and signatures, found by the digest of what the device sent. What is kept has lost its metadata and has
-- a digest of its own, which names its file.
CREATE TABLE evidence (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    sent_sha256 BYTEA NOT NULL,
    kept_sha256 BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    kept_bytes BIGINT NOT NULL CHECK (kept_bytes > 0),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, sent_sha256)
);

-- Evidence that is being sent.
CREATE TABLE evidence_uploads (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    sent_sha256 BYTEA NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes > 0),
    begun_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, id)
);

CREATE INDEX evidence_uploads_by_expiry ON evidence_uploads (centre_id, expires_at);
