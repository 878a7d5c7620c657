-- Every audit event says where it came from and which organization may read of it, and is chained to
-- the one before it by a hash. What was there before is chained once, by the next start.
ALTER TABLE audit_events ADD COLUMN sequence BIGINT;
ALTER TABLE audit_events ADD COLUMN organization_id TEXT;
ALTER TABLE audit_events ADD COLUMN address TEXT;
ALTER TABLE audit_events ADD COLUMN previous_hash BLOB;
ALTER TABLE audit_events ADD COLUMN hash BLOB;
CREATE UNIQUE INDEX audit_events_by_sequence ON audit_events (sequence);
CREATE INDEX audit_events_by_organization ON audit_events (organization_id, sequence);

-- One row: how many events are chained, and the hash of the last. Whoever appends locks it.
CREATE TABLE audit_head (
    id    BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    count BIGINT NOT NULL,
    hash  BLOB   NOT NULL
);

-- A master key that is retired seals nothing any more.
ALTER TABLE key_checks ADD COLUMN retired_at BIGINT;
DROP INDEX secrets_by_kid;
CREATE INDEX secrets_by_kid ON secrets (kid, id);
CREATE INDEX replaced_secrets_by_kid ON replaced_secrets (kid, id);

-- Those who run the instance.
CREATE INDEX users_admins ON users (id) WHERE is_admin = 1;

-- From here on each database has words of its own.
INSERT INTO audit_head (id, count, hash) VALUES (1, 0, zeroblob(32));
UPDATE audit_events SET organization_id = json_extract(detail, '$.organization_id')
WHERE detail LIKE '%"organization_id"%';

CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
WHEN OLD.sequence IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit events are only ever added');
END;
CREATE TRIGGER audit_events_are_kept BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are only ever added');
END;
CREATE TRIGGER audit_events_are_chained BEFORE INSERT ON audit_events
WHEN NEW.sequence IS NULL OR NEW.hash IS NULL OR NEW.previous_hash IS NULL
BEGIN
    SELECT RAISE(ABORT, 'audit events are chained');
END;
