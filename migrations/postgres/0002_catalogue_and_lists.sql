-- The catalogue as it was shipped, with what the operator corrected in it, and the lists that the
-- providers themselves gave to each person. Days and moments are milliseconds since 1970.

-- `shipped` is the model as JSON; `position` is its place in the catalogue, `release` the digest of
-- the data that it was last shipped with. `corrected` is the operator's own word as JSON, and no
-- release ever changes it. A model that is no longer shipped stays, with the moment of that.
CREATE TABLE catalog_models (
    operation    TEXT   NOT NULL,
    provider     TEXT   NOT NULL,
    model        TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    release      TEXT   NOT NULL,
    shipped      TEXT   NOT NULL,
    withdrawn_at BIGINT,
    corrected    TEXT,
    corrected_by TEXT,
    corrected_at BIGINT,
    PRIMARY KEY (operation, provider, model)
);

-- One row. `version` grows with each change of the catalogue, `lists_version` with each change of
-- a list that is applied: by them every server knows that what it holds is old.
CREATE TABLE catalog_state (
    id            BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    release       TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    lists_version BIGINT NOT NULL
);
INSERT INTO catalog_state (id, release, version, lists_version) VALUES (1, '', 0, 0);

-- `applied` counts; `pending` waits for a person's consent. `difference` is what the applied one
-- changed, `pending_difference` what the pending one would change.
CREATE TABLE model_lists (
    user_id            TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider           TEXT   NOT NULL,
    applied            TEXT,
    applied_at         BIGINT,
    difference         TEXT,
    pending            TEXT,
    pending_at         BIGINT,
    pending_difference TEXT,
    problem            TEXT,
    problem_at         BIGINT,
    PRIMARY KEY (user_id, provider)
);
