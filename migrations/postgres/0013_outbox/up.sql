-- What is told to people: messages that wait to be sent, and what came of sending them. Times are whole microseconds since 1970-01-01T00:00:00Z.

ALTER TABLE centres ADD COLUMN message_templates TEXT NULL;

CREATE TABLE outbox_messages (
    centre_id BYTEA NOT NULL REFERENCES centres (id),
    -- Also the idempotency key that gateways get.
    id BYTEA NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email', 'sms', 'zalo')),
    template TEXT COLLATE "C" NOT NULL,
    -- Null once the message is delivered, or given up if they are secret.
    parameters TEXT NULL,
    -- Personal, null once the message is delivered or given up.
    recipient TEXT NULL,
    home_delivery_id BYTEA NULL,
    -- Sent in quiet hours, too.
    urgent BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    good_until BIGINT NULL,
    leased_until BIGINT NULL,
    last_problem TEXT NULL,
    ended_at BIGINT NULL,
    PRIMARY KEY (centre_id, id),
    -- Nobody is told of one event twice.
    UNIQUE (centre_id, event, channel),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id) ON DELETE CASCADE,
    CHECK ((state = 'sending') = (leased_until IS NOT NULL)),
    CHECK ((state IN ('delivered', 'dead')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR recipient IS NULL)
);

CREATE INDEX outbox_messages_due ON outbox_messages (centre_id, channel, due_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_messages_by_time ON outbox_messages (centre_id, created_at, id);
CREATE INDEX outbox_messages_by_home_delivery ON outbox_messages (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;

CREATE TABLE outbox_attempts (
    centre_id BYTEA NOT NULL,
    message_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- Null when it went well.
    problem TEXT NULL,
    PRIMARY KEY (centre_id, message_id, attempt),
    FOREIGN KEY (centre_id, message_id) REFERENCES outbox_messages (centre_id, id) ON DELETE CASCADE
);
