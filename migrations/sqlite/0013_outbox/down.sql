DROP TABLE outbox_attempts;
DROP TABLE outbox_messages;
ALTER TABLE centres DROP COLUMN message_templates;
