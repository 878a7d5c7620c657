-- What a field of the settings was before and after each change. Of each field the newest 50
-- versions are kept.
CREATE TABLE settings_history (
    scope_kind   TEXT   NOT NULL,
    scope_id     TEXT   NOT NULL,
    field        TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    value_before TEXT,
    value        TEXT,
    changed_at   BIGINT NOT NULL,
    changed_by   TEXT   NOT NULL,
    PRIMARY KEY (scope_kind, scope_id, field, version)
);
