-- What is told to people: messages that wait to be sent, and what came of sending them. Times are whole microseconds since 1970-01-01T00:00:00Z.

ALTER TABLE centres ADD COLUMN message_templates TEXT NULL;

CREATE TABLE outbox_messages (
    centre_id BLOB NOT NULL REFERENCES centres (id),
    -- Also the idempotency key that gateways get.
    id BLOB NOT NULL,
    event TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'zalo')),
    template TEXT NOT NULL,
    -- Null once the message is delivered, or given up if they are secret.
    parameters TEXT NULL,
    -- Personal, null once the message is delivered or given up.
    recipient TEXT NULL,
    home_delivery_id BLOB NULL,
    -- Sent in quiet hours, too.
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    good_until INTEGER NULL,
    leased_until INTEGER NULL,
    last_problem TEXT NULL,
    ended_at INTEGER NULL,
    PRIMARY KEY (centre_id, id),
    -- Nobody is told of one event twice.
    UNIQUE (centre_id, event, channel),
    FOREIGN KEY (centre_id, home_delivery_id) REFERENCES home_deliveries (centre_id, id) ON DELETE CASCADE,
    CHECK ((state = 'sending') = (leased_until IS NOT NULL)),
    CHECK ((state IN ('delivered', 'dead')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR recipient IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_messages_due ON outbox_messages (centre_id, channel, due_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_messages_by_time ON outbox_messages (centre_id, created_at, id);
CREATE INDEX outbox_messages_by_home_delivery ON outbox_messages (centre_id, home_delivery_id) WHERE home_delivery_id IS NOT NULL;

CREATE TABLE outbox_attempts (
    centre_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- Null when it went well.
    problem TEXT NULL,
    PRIMARY KEY (centre_id, message_id, attempt),
    FOREIGN KEY (centre_id, message_id) REFERENCES outbox_messages (centre_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
