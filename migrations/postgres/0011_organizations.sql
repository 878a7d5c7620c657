-- Organizations that people make themselves: their end, invitations, and who else works in a project.

-- The row of an organization that was ended stays, as generations and the ledger name it. Nobody
-- belongs to it any more.
ALTER TABLE organizations ADD COLUMN deleted_at BIGINT;

-- One open invitation for each address and place. `kind` is `organization` or `project`, `target_id`
-- which one. The row goes when it is accepted or withdrawn; its link is known by its hash alone.
CREATE TABLE invitations (
    id         TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    target_id  TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    token_hash BYTEA  NOT NULL UNIQUE,
    invited_by TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (kind, target_id, email)
);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- In a personal project: who works in it beside its owner. In an organization's: which of its members
-- only look at it.
CREATE TABLE project_members (
    project_id TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_by_user ON project_members (user_id);

-- Everybody who sees a project, once, and as what.
CREATE VIEW project_access AS
SELECT p.id AS project_id, p.owner_id AS user_id, 'owner' AS role
FROM projects p
WHERE p.organization_id IS NULL
UNION ALL
SELECT s.project_id, s.user_id, s.role
FROM project_members s JOIN projects p ON p.id = s.project_id
WHERE p.organization_id IS NULL AND p.owner_id <> s.user_id
UNION ALL
SELECT p.id, m.user_id, CASE
    WHEN m.role IN ('owner', 'admin') OR p.owner_id = m.user_id THEN 'owner'
    ELSE COALESCE((
        SELECT s.role FROM project_members s
        WHERE s.project_id = p.id AND s.user_id = m.user_id), 'editor') END
FROM organization_members m JOIN projects p ON p.organization_id = m.organization_id;
