-- What the last free test of a stored key found. A replaced key has a new id and counts as untested.
CREATE TABLE key_tests (
    owner_kind TEXT   NOT NULL,
    owner_id   TEXT   NOT NULL,
    provider   TEXT   NOT NULL,
    secret_id  TEXT   NOT NULL,
    report     TEXT   NOT NULL,
    tested_at  BIGINT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, provider)
);
