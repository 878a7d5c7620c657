-- What a project still has to generate, and the batches that make it.

-- A run through the plan. `user_id` is who started it: its generations are made in their name and
-- with their keys. `agreed` is what they agreed to, `reason` why it is paused where nobody asked for
-- it, `troubled` how many items had not worked when it was last paused or begun. Of several
-- processes the one that holds the lease starts items.
CREATE TABLE batches (
    id            TEXT   NOT NULL PRIMARY KEY,
    project_id    TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id       TEXT   NOT NULL REFERENCES users (id),
    state         TEXT   NOT NULL,
    stop_on_error BIGINT NOT NULL,
    agreed        TEXT   NOT NULL,
    reason        TEXT,
    troubled      BIGINT NOT NULL,
    lease_owner   TEXT,
    lease_until   BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    finished_at   BIGINT
);
CREATE INDEX batches_by_project ON batches (project_id, created_at, id);
CREATE INDEX batches_by_state ON batches (state, id);
-- Of each project at most one goes on.
CREATE UNIQUE INDEX batches_open ON batches (project_id) WHERE state IN ('running', 'paused');

-- One thing to generate. Within a batch, an item without a generation and without an error waits for
-- its turn. `attempt` counts how often it was put into a batch and names its one request, `agreed` is
-- what was agreed to for it, `error` why it could not be asked for. `generation_id` outlives the
-- generation, so that what was made is not made again by itself.
CREATE TABLE planned_items (
    id            TEXT   NOT NULL PRIMARY KEY,
    project_id    TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,
    user_id       TEXT   NOT NULL REFERENCES users (id),
    step          TEXT   NOT NULL,
    provider      TEXT,
    model         TEXT,
    input         TEXT   NOT NULL,
    batch_id      TEXT REFERENCES batches (id) ON DELETE SET NULL,
    attempt       BIGINT NOT NULL,
    agreed        TEXT,
    generation_id TEXT,
    error         TEXT,
    created_at    BIGINT NOT NULL
);
CREATE INDEX planned_items_by_project ON planned_items (project_id, position, id);
CREATE INDEX planned_items_by_batch ON planned_items (batch_id);
