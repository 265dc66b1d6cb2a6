-- What citizens ask for: home deliveries with their links, codes and facts. Times are whole microseconds since 1970-01-01T00:00:00Z.

ALTER TABLE centres ADD COLUMN home_terms TEXT NULL;

-- The key under which telephone numbers are digested.
CREATE TABLE phone_keys (
    centre_id BYTEA NOT NULL PRIMARY KEY REFERENCES centres (id),
    secret BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);

-- The number on a dossier's appointment slip, as a keyed digest only.
CREATE TABLE dossier_phones (
    centre_id BYTEA NOT NULL,
    dossier_id BYTEA NOT NULL,
    phone_hmac BYTEA NOT NULL,
    PRIMARY KEY (centre_id, dossier_id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id) ON DELETE CASCADE
);

CREATE TABLE home_requests (
    centre_id BYTEA NOT NULL,
    -- The home delivery's.
    id BYTEA NOT NULL,
    dossier_id BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('awaiting_code', 'confirmed', 'counter_pickup', 'cancelled')),
    revision BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    confirmed_at BIGINT NULL,
    ended_at BIGINT NULL,
    reach TEXT COLLATE "C" NOT NULL,
    fee_dong BIGINT NOT NULL,
    consent_version TEXT COLLATE "C" NOT NULL,
    consented_at BIGINT NOT NULL,
    -- Personal data, null once erased.
    name TEXT NULL,
    phone TEXT NULL,
    delegate TEXT NULL,
    authorisation TEXT NULL,
    ticket_date DATE NULL,
    ticket_number BIGINT NULL,
    erased_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, id) REFERENCES home_deliveries (centre_id, id),
    FOREIGN KEY (centre_id, dossier_id) REFERENCES dossiers (centre_id, id),
    UNIQUE (centre_id, ticket_date, ticket_number),
    CHECK ((name IS NULL) = (phone IS NULL)),
    CHECK ((delegate IS NULL) = (authorisation IS NULL)),
    CHECK ((ticket_date IS NULL) = (ticket_number IS NULL))
);

-- One at a time for each dossier.
CREATE UNIQUE INDEX home_requests_active ON home_requests (centre_id, dossier_id) WHERE state IN ('awaiting_code', 'confirmed');
CREATE INDEX home_requests_by_dossier ON home_requests (centre_id, dossier_id);
CREATE INDEX home_requests_by_time ON home_requests (centre_id, requested_at);

CREATE INDEX home_deliveries_by_wanted ON home_deliveries (centre_id, wanted_date) WHERE wanted_date IS NOT NULL;

-- Links by which a citizen comes back, as digests.
CREATE TABLE home_links (
    centre_id BYTEA NOT NULL,
    secret_sha256 BYTEA NOT NULL,
    home_delivery_id BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (centre_id, secret_sha256),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_requests (centre_id, id) ON DELETE CASCADE
);

CREATE INDEX home_links_by_delivery ON home_links (centre_id, home_delivery_id);

-- One-time codes: one of each purpose is good at a time.
CREATE TABLE home_codes (
    centre_id BYTEA NOT NULL,
    home_delivery_id BYTEA NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('request', 'delivery')),
    code_hmac BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    tries_left BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    used_at BIGINT NULL,
    PRIMARY KEY (centre_id, home_delivery_id, purpose),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_requests (centre_id, id) ON DELETE CASCADE
);

-- What was recorded of a home delivery beside scans.
CREATE TABLE home_facts (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    home_delivery_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    event TEXT NOT NULL,
    -- Of a fee only: the courier who has it, and the day on the centre's clocks.
    courier_id BYTEA NULL,
    fee_date DATE NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id)
);

CREATE INDEX home_facts_by_delivery ON home_facts (centre_id, home_delivery_id, at);
CREATE INDEX home_facts_by_fee_date ON home_facts (centre_id, fee_date) WHERE fee_date IS NOT NULL;

-- Fees that couriers have handed in.
CREATE TABLE fee_handins (
    centre_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    courier_id BYTEA NOT NULL,
    date DATE NOT NULL,
    amount_dong BIGINT NOT NULL,
    at BIGINT NOT NULL,
    received_by TEXT NOT NULL,
    PRIMARY KEY (centre_id, id),
    FOREIGN KEY (centre_id, courier_id) REFERENCES couriers (centre_id, id)
);

CREATE INDEX fee_handins_by_date ON fee_handins (centre_id, date);

-- How often a day's promises have changed: who promises has looked at the last of them.
CREATE TABLE promise_days (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    date DATE NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (centre_id, date)
);
