-- How people show that it is them: sessions that can be listed and ended one by one and that know when
-- somebody last showed who they are, personal access tokens, and the second factor with its recovery
-- codes.

-- Those from before know too little of themselves: everybody signs in once more.
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    id           TEXT   NOT NULL UNIQUE,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    address      TEXT,
    agent        TEXT   NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE access_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   BYTEA  NOT NULL UNIQUE,
    name         TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX access_tokens_by_user ON access_tokens (user_id);

-- The columns that a sealed secret is bound to are those of `secrets`; the owner is a person.
CREATE TABLE totp_secrets (
    owner_id        TEXT   NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    owner_kind      TEXT   NOT NULL,
    id              TEXT   NOT NULL UNIQUE,
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
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT,
    last_step       BIGINT NOT NULL
);
CREATE INDEX totp_secrets_by_kid ON totp_secrets (kid, id);

CREATE TABLE recovery_codes (
    user_id   TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BYTEA  NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
