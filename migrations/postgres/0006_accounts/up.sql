-- Who may come in. Times are whole microseconds since 1970-01-01T00:00:00Z. No secret is kept, only its SHA-256 digest, and of
-- a password its Argon2id hash.

CREATE TABLE accounts (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('admin', 'dispatcher', 'courier', 'clerk', 'supervisor', 'integration')),
    -- A clerk's office, a courier's self.
    site_id BYTEA NULL,
    courier_id BYTEA NULL,
    email TEXT COLLATE "C" NULL,
    -- Under which the identity provider knows the person.
    oidc_subject TEXT COLLATE "C" NULL,
    password_hash TEXT NULL,
    disabled_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    -- Counts the changes, those of the password included.
    revision BIGINT NOT NULL CHECK (revision > 0),
    PRIMARY KEY (centre_id, id),
    UNIQUE (centre_id, name),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id),
    CHECK ((role = 'clerk') = (site_id IS NOT NULL)),
    CHECK ((role = 'courier') = (courier_id IS NOT NULL))
);

CREATE UNIQUE INDEX accounts_by_email ON accounts (centre_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX accounts_by_subject ON accounts (centre_id, oidc_subject) WHERE oidc_subject IS NOT NULL;

-- One-time links with which a password is set.
CREATE TABLE account_links (
    centre_id BYTEA NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
);

CREATE TABLE sessions (
    centre_id BYTEA NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
);

CREATE INDEX sessions_by_account ON sessions (centre_id, account_id);

-- With which other systems come in.
CREATE TABLE access_tokens (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    account_id BYTEA NOT NULL,
    label TEXT NOT NULL,
    -- Its first characters, by which a person tells it from others.
    prefix TEXT COLLATE "C" NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NULL,
    revoked_at BIGINT NULL,
    last_used_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, account_id) REFERENCES accounts (centre_id, id)
);

CREATE UNIQUE INDEX access_tokens_by_secret ON access_tokens (centre_id, secret_sha256);
CREATE INDEX access_tokens_by_account ON access_tokens (centre_id, account_id);

CREATE TABLE devices (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at BIGINT NULL,
    last_seen_at BIGINT NULL,
    PRIMARY KEY (centre_id, id)
);

CREATE UNIQUE INDEX devices_by_secret ON devices (centre_id, secret_sha256);

-- One-time codes that a handheld trades for its token.
CREATE TABLE device_enrolments (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    secret_sha256 BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NULL,
    device_id BYTEA NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    CHECK ((used_at IS NULL) = (device_id IS NULL))
);

-- Whose a device is, and from when to when.
CREATE TABLE device_shifts (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    device_id BYTEA NOT NULL,
    courier_id BYTEA NULL,
    site_id BYTEA NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NULL CHECK (until_at >= from_at),
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, device_id) REFERENCES devices (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id),
    FOREIGN KEY (centre_id, site_id) REFERENCES sites (centre_id, id),
    CHECK ((courier_id IS NULL) <> (site_id IS NULL))
);

CREATE INDEX device_shifts_by_device ON device_shifts (centre_id, device_id, from_at);

-- Who has sent scans in the name of which device: the sender is `account:`, `token:` or `device:` and an id.
CREATE TABLE scan_senders (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    device_id BYTEA NOT NULL,
    sender TEXT COLLATE "C" NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, device_id, sender)
);

-- Scans that were accepted although it is not sure that their sender could speak for their actor.
CREATE TABLE scan_doubts (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    scan_id BYTEA NOT NULL,
    sender TEXT COLLATE "C" NOT NULL,
    doubt TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, scan_id)
);

-- Tries to come in, by a digest of the account's name or of the address.
CREATE TABLE login_attempts (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    subject_sha256 BYTEA NOT NULL,
    failures BIGINT NOT NULL CHECK (failures >= 0),
    last_at BIGINT NOT NULL,
    locked_until BIGINT NULL,
    PRIMARY KEY (centre_id, subject_sha256)
);

-- What was done to accounts, tokens and devices, and by whom.
CREATE TABLE audit_log (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    -- Null when somebody at the machine itself did it.
    account_id BYTEA NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before TEXT NULL,
    after TEXT NULL,
    PRIMARY KEY (centre_id, id)
);

CREATE INDEX audit_log_by_time ON audit_log (centre_id, at, id);

-- Nobody changes or deletes what was noted.
CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();
