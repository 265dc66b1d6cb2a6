-- Printed papers and what proves them; photos and signatures. Times are whole microseconds since 1970-01-01T00:00:00Z.

-- The forms that regulations prescribe.
CREATE TABLE forms (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    row_no INTEGER NOT NULL,
    form TEXT NOT NULL,
    number TEXT NOT NULL,
    regulation TEXT NOT NULL,
    title TEXT NOT NULL,
    form_columns TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to TEXT NULL CHECK (effective_to >= effective_from),
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (centre_id, row_no)
) STRICT, WITHOUT ROWID;

-- The Ed25519 key with which control slips are signed.
CREATE TABLE signing_keys (
    centre_id BLOB NOT NULL PRIMARY KEY REFERENCES centres (id),
    secret BLOB NOT NULL,
    public BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- Control slips that were issued: the statement as it was signed, and the things whose scans it rests on.
CREATE TABLE slips (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    code TEXT NOT NULL,
    dossier TEXT NOT NULL,
    things TEXT NOT NULL,
    statement BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX slips_by_dossier ON slips (centre_id, dossier, issued_at);

-- Photos and signatures, found by the digest of what the device sent. What is kept has lost its metadata and has
-- a digest of its own, which names its file.
CREATE TABLE evidence (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    sent_sha256 BLOB NOT NULL,
    kept_sha256 BLOB NOT NULL,
    media_type TEXT NOT NULL,
    kept_bytes INTEGER NOT NULL CHECK (kept_bytes > 0),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, sent_sha256)
) STRICT, WITHOUT ROWID;

-- Evidence that is being sent.
CREATE TABLE evidence_uploads (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    sent_sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    begun_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX evidence_uploads_by_expiry ON evidence_uploads (centre_id, expires_at);
