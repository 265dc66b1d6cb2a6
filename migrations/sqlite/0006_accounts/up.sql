-- Who may come in. Times are whole microseconds since 1970-01-01T00:00:00Z. No secret is kept, only its SHA-256 digest, and of
-- a password its Argon2id hash.

CREATE TABLE accounts (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'dispatcher', 'courier', 'clerk', 'supervisor', 'integration')),
    -- A clerk's office, a courier's self.
    site_id BLOB NULL,
    courier_id BLOB NULL,
    email TEXT NULL,
    -- Under which the identity provider knows the person.
    oidc_subject TEXT NULL,
    password_hash TEXT NULL,
    disabled_at INTEGER NULL,
    created_at INTEGER NOT NULL,
    -- Counts the changes, those of the password included.
    revision INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, name),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id),
    CHECK ((role = 'clerk') = (site_id IS NOT NULL)),
    CHECK ((role = 'courier') = (courier_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX accounts_by_email ON accounts (centre_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX accounts_by_subject ON accounts (centre_id, oidc_subject) WHERE oidc_subject IS NOT NULL;

-- One-time links with which a password is set.
CREATE TABLE account_links (
    centre_id BLOB NOT NULL,
    secret_sha256 BLOB NOT NULL,
    account_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    centre_id BLOB NOT NULL,
    secret_sha256 BLOB NOT NULL,
    account_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_account ON sessions (centre_id, account_id);

-- With which other systems come in.
CREATE TABLE access_tokens (
    centre_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    label TEXT NOT NULL,
    -- Its first characters, by which a person tells it from others.
    prefix TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NULL,
    revoked_at INTEGER NULL,
    last_used_at INTEGER NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX access_tokens_by_secret ON access_tokens (centre_id, secret_sha256);
CREATE INDEX access_tokens_by_account ON access_tokens (centre_id, account_id);

CREATE TABLE devices (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER NULL,
    last_seen_at INTEGER NULL,
    PRIMARY KEY (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX devices_by_secret ON devices (centre_id, secret_sha256);

-- One-time codes that a handheld trades for its token.
CREATE TABLE device_enrolments (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    secret_sha256 BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER NULL,
    device_id BLOB NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    CHECK ((used_at IS NULL) = (device_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Whose a device is, and from when to when.
CREATE TABLE device_shifts (
    centre_id BLOB NOT NULL,
    id BLOB NOT NULL,
    device_id BLOB NOT NULL,
    courier_id BLOB NULL,
    site_id BLOB NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NULL CHECK (until_at >= from_at),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, device_id) REFERENCES devices (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id),
    CHECK ((courier_id IS NULL) <> (site_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX device_shifts_by_device ON device_shifts (centre_id, device_id, from_at);

-- Who has sent scans in the name of which device: the sender is `account:`, `token:` or `device:` and an id.
CREATE TABLE scan_senders (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    device_id BLOB NOT NULL,
    sender TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, device_id, sender)
) STRICT, WITHOUT ROWID;

-- Scans that were accepted although it is not sure that their sender could speak for their actor.
CREATE TABLE scan_doubts (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    scan_id BLOB NOT NULL,
    sender TEXT NOT NULL,
    doubt TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (centre_id, scan_id)
) STRICT, WITHOUT ROWID;

-- Tries to come in, by a digest of the account's name or of the address.
CREATE TABLE login_attempts (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    subject_sha256 BLOB NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    last_at INTEGER NOT NULL,
    locked_until INTEGER NULL,
    PRIMARY KEY (centre_id, subject_sha256)
) STRICT, WITHOUT ROWID;

-- What was done to accounts, tokens and devices, and by whom.
CREATE TABLE audit_log (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    -- Null when somebody at the machine itself did it.
    account_id BLOB NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before TEXT NULL,
    after TEXT NULL,
    PRIMARY KEY (centre_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_log_by_time ON audit_log (centre_id, at, id);

-- Nobody changes or deletes what was noted.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log only grows: audit_log is never changed'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log only grows: audit_log is never changed'); END;
