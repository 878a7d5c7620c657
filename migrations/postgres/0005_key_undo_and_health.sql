-- The sealed row of a key that the last change of its slot replaced or removed. It is out of use and
-- kept for ten minutes, only so that the change can be undone.
CREATE TABLE replaced_secrets (
    id              TEXT   NOT NULL,
    owner_kind      TEXT   NOT NULL,
    owner_id        TEXT   NOT NULL,
    provider        TEXT   NOT NULL,
    field           TEXT   NOT NULL,
    audience_origin TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    kid             TEXT   NOT NULL,
    salt            BYTEA  NOT NULL,
    dek_nonce       BYTEA  NOT NULL,
    wrapped_dek     BYTEA  NOT NULL,
    nonce           BYTEA  NOT NULL,
    ciphertext      BYTEA  NOT NULL,
    last4           TEXT,
    fingerprint     TEXT   NOT NULL,
    created_by      TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    last_used_at    BIGINT,
    revoked_at      BIGINT,
    replaced_at     BIGINT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, provider, field)
);
CREATE INDEX replaced_secrets_by_age ON replaced_secrets (replaced_at);

-- How the stored key of a slot last fared at its provider. A replaced key has a new id and counts as
-- one of which nothing is known.
CREATE TABLE key_health (
    owner_kind    TEXT   NOT NULL,
    owner_id      TEXT   NOT NULL,
    provider      TEXT   NOT NULL,
    secret_id     TEXT   NOT NULL,
    last_ok_at    BIGINT,
    last_error_at BIGINT,
    last_error    TEXT,
    PRIMARY KEY (owner_kind, owner_id, provider)
);
