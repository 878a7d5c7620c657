-- The first schema. Column types are BIGINT, TEXT and BYTEA (BLOB on SQLite) only; times are
-- milliseconds since 1970; yes and no are 1 and 0. A migration that was released is never changed.

CREATE TABLE organizations (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    plan       TEXT   NOT NULL,
    policy     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id                     TEXT   NOT NULL PRIMARY KEY,
    email                  TEXT   NOT NULL UNIQUE,
    name                   TEXT   NOT NULL,
    password_hash          TEXT   NOT NULL,
    is_admin               BIGINT NOT NULL,
    active_organization_id TEXT REFERENCES organizations (id) ON DELETE SET NULL,
    created_at             BIGINT NOT NULL,
    disabled_at            BIGINT
);
CREATE INDEX users_by_active_organization ON users (active_organization_id);

-- One row. Whoever writes the first id becomes the admin of the instance, however many sign up at
-- the same moment.
CREATE TABLE instance (
    id            BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    first_user_id TEXT
);
INSERT INTO instance (id) VALUES (1);

CREATE TABLE sessions (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE organization_members (
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_by_user ON organization_members (user_id);

CREATE TABLE settings (
    scope_kind TEXT   NOT NULL,
    scope_id   TEXT   NOT NULL,
    field      TEXT   NOT NULL,
    value      TEXT,
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT   NOT NULL,
    PRIMARY KEY (scope_kind, scope_id, field)
);

CREATE TABLE secrets (
    id              TEXT   NOT NULL PRIMARY KEY,
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
    UNIQUE (owner_kind, owner_id, provider, field)
);
CREATE INDEX secrets_by_kid ON secrets (kid);

CREATE TABLE key_checks (
    kid        TEXT   NOT NULL PRIMARY KEY,
    value      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE projects (
    id              TEXT   NOT NULL PRIMARY KEY,
    name            TEXT   NOT NULL,
    owner_id        TEXT   NOT NULL REFERENCES users (id),
    organization_id TEXT REFERENCES organizations (id),
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX projects_by_owner ON projects (owner_id);
CREATE INDEX projects_by_organization ON projects (organization_id);

CREATE TABLE generations (
    id              TEXT   NOT NULL PRIMARY KEY,
    user_id         TEXT   NOT NULL REFERENCES users (id),
    project_id      TEXT REFERENCES projects (id) ON DELETE SET NULL,
    organization_id TEXT REFERENCES organizations (id),
    step            TEXT,
    operation       TEXT   NOT NULL,
    status          TEXT   NOT NULL,
    provider        TEXT   NOT NULL,
    model           TEXT   NOT NULL,
    payer           TEXT   NOT NULL,
    input           TEXT   NOT NULL,
    resolution      TEXT   NOT NULL,
    secret_ref      TEXT,
    endpoint        TEXT,
    estimate        TEXT   NOT NULL,
    actual          TEXT,
    text            TEXT,
    error           TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    finished_at     BIGINT
);
CREATE INDEX generations_by_user ON generations (user_id, created_at, id);
CREATE INDEX generations_by_project ON generations (project_id, created_at, id);
CREATE INDEX generations_by_organization ON generations (organization_id);

-- A row exists exactly as long as there is something left to do. `run_at` is the moment from which
-- on somebody may take the job: its due time, or while it is leased, the end of the lease.
CREATE TABLE jobs (
    generation_id TEXT   NOT NULL PRIMARY KEY REFERENCES generations (id) ON DELETE CASCADE,
    run_at        BIGINT NOT NULL,
    lease_owner   TEXT,
    lease_epoch   BIGINT NOT NULL,
    attempt       BIGINT NOT NULL,
    progress      TEXT   NOT NULL
);
CREATE INDEX jobs_by_run_at ON jobs (run_at, generation_id);

CREATE TABLE outputs (
    id            TEXT   NOT NULL PRIMARY KEY,
    generation_id TEXT   NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    role          TEXT   NOT NULL,
    position      BIGINT NOT NULL,
    media_type    TEXT   NOT NULL,
    bytes         BIGINT NOT NULL,
    sha256        BYTEA  NOT NULL,
    file          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (generation_id, role, position)
);

-- The reference is checked at the end of the transaction: the key is taken before the generation is
-- written, so that the second of two equal requests finds out before it writes anything.
CREATE TABLE idempotency_keys (
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key           TEXT   NOT NULL,
    body_hash     BYTEA  NOT NULL,
    generation_id TEXT   NOT NULL REFERENCES generations (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_generation ON idempotency_keys (generation_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_events (
    id       TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor_id TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    target   TEXT   NOT NULL,
    detail   TEXT   NOT NULL
);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, at);
