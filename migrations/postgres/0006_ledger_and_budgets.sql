-- What generations have cost, what the running ones may cost, and how much may be spent. Amounts are
-- millionths of a US dollar; what nobody knows is null and never zero.

-- One row for each sending that may have been charged, written in the transaction that brings the
-- generation to its end. It outlives the project and everything else that it names. `counted` is
-- what it counts against budgets: the actual cost, or else the highest estimate. `actual_source` is
-- `reported` where the provider stated the cost or counted all that is priced, else `computed`.
-- `settings` and `quantity` say which generations are alike in price.
CREATE TABLE ledger (
    generation_id   TEXT   NOT NULL,
    attempt         BIGINT NOT NULL,
    user_id         TEXT   NOT NULL REFERENCES users (id),
    project_id      TEXT,
    organization_id TEXT,
    operation       TEXT   NOT NULL,
    provider        TEXT   NOT NULL,
    model           TEXT   NOT NULL,
    settings        TEXT   NOT NULL,
    quantity        BIGINT,
    payer           TEXT   NOT NULL,
    key_source      TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    currency        TEXT   NOT NULL,
    estimate_low    BIGINT,
    estimate_high   BIGINT,
    actual          BIGINT,
    actual_source   TEXT,
    counted         BIGINT NOT NULL,
    lines           TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    settled_at      BIGINT NOT NULL,
    PRIMARY KEY (generation_id, attempt)
);
CREATE INDEX ledger_by_user ON ledger (user_id, settled_at);
CREATE INDEX ledger_by_project ON ledger (project_id, settled_at);
CREATE INDEX ledger_by_organization ON ledger (organization_id, payer, settled_at);
CREATE INDEX ledger_by_payer ON ledger (payer, settled_at);
CREATE INDEX ledger_by_model ON ledger (user_id, operation, provider, model, settled_at);

-- The most that a generation may cost, from the wish to its end.
CREATE TABLE reservations (
    generation_id   TEXT   NOT NULL PRIMARY KEY REFERENCES generations (id) ON DELETE CASCADE,
    user_id         TEXT   NOT NULL,
    project_id      TEXT,
    organization_id TEXT,
    payer           TEXT   NOT NULL,
    micro_usd       BIGINT NOT NULL
);
CREATE INDEX reservations_by_user ON reservations (user_id);
CREATE INDEX reservations_by_project ON reservations (project_id);
CREATE INDEX reservations_by_organization ON reservations (organization_id, payer);
CREATE INDEX reservations_by_payer ON reservations (payer);

-- The terms alone: what was spent is always counted in the ledger. Whoever reserves locks the rows
-- of all budgets that it counts against first.
CREATE TABLE budgets (
    owner_kind      TEXT   NOT NULL,
    owner_id        TEXT   NOT NULL,
    period          TEXT   NOT NULL,
    limit_micro_usd BIGINT NOT NULL,
    is_hard         BIGINT NOT NULL,
    warn_percent    BIGINT,
    unknown_prices  TEXT   NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by      TEXT   NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, period)
);

-- How long past generations took is asked for by operation, and of the newest ones.
CREATE INDEX generations_by_operation ON generations (user_id, operation, created_at);
