//! Everything that a resolution looks at, in three statements. Keys are as sealed as they are
//! stored; what the acting person may not see is not in it.

use crate::{
    Db, StoreError,
    projects::ProjectRow,
    row::{FromRow, Row, row},
    secrets::SecretRow,
    statement::{statements, values},
};
use domain::{
    OrganizationId, ProjectId, Timestamp, UserId,
    account::{OrganizationRole, Plan},
    settings::{Field, Fields, Stored},
};

statements! {
    // The organization is the project's; without a project, the active one. It is there only for
    // a member.
    ACTING = "
        SELECT u.id AS user_id, u.is_admin,
               p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at,
               access.role AS my_role,
               o.id AS acting_organization_id, m.role, o.plan, o.policy
        FROM users u
        LEFT JOIN project_access access ON access.project_id = $2 AND access.user_id = $1
        LEFT JOIN projects p ON p.id = access.project_id
        LEFT JOIN organization_members m
            ON m.user_id = u.id
           AND m.organization_id = CASE WHEN CAST($2 AS TEXT) IS NULL
               THEN u.active_organization_id ELSE p.organization_id END
        LEFT JOIN organizations o ON o.id = m.organization_id
        WHERE u.id = $1 AND u.disabled_at IS NULL";
    SETTINGS = "
        SELECT scope_kind, field, value, version, updated_at
        FROM settings
        WHERE (scope_kind = 'user' AND scope_id = $1)
           OR (scope_kind = 'project' AND scope_id = $2)
           OR (scope_kind = 'organization' AND scope_id = $3)";
    SECRETS = "
        SELECT id, owner_kind, owner_id, provider, field, audience_origin, version, kid, salt,
               dek_nonce, wrapped_dek, nonce, ciphertext, last4, fingerprint, created_by,
               created_at, last_used_at, revoked_at
        FROM secrets
        WHERE (owner_kind = 'user' AND owner_id = $1)
           OR (owner_kind = 'organization' AND owner_id = $2)
        ORDER BY provider, field";
}

/// What the database says to one acting person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRows {
    /// The acting person.
    pub user_id: UserId,
    /// Whether they run the instance.
    pub is_admin: bool,
    /// Their own settings.
    pub user_settings: Fields,
    /// Their own keys.
    pub user_secrets: Vec<SecretRow>,
    /// The project and its settings, if one was asked for.
    pub project: Option<(ProjectRow, Fields)>,
    /// The project's organization, or without a project the active one, to a member.
    pub organization: Option<OrganizationRows>,
}

/// What an organization says to one of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRows {
    /// The organization.
    pub id: OrganizationId,
    /// The acting person's part in it.
    pub role: OrganizationRole,
    /// What it has paid for.
    pub plan: Plan,
    /// What its keys may be used for, as JSON.
    pub policy: String,
    /// Its settings.
    pub settings: Fields,
    /// Its keys.
    pub secrets: Vec<SecretRow>,
}

struct Acting {
    user_id: UserId,
    is_admin: bool,
    project: Option<ProjectRow>,
    organization: Option<OrganizationRows>,
}

impl FromRow for Acting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let project = match row.get::<Option<ProjectId>>("id")? {
            Some(_) => Some(ProjectRow::from_row(row)?),
            None => None,
        };
        let organization = match row.get::<Option<OrganizationId>>("acting_organization_id")? {
            Some(id) => Some(OrganizationRows {
                id,
                role: row.get("role")?,
                plan: row.get("plan")?,
                policy: row.get("policy")?,
                settings: Fields::new(),
                secrets: Vec::new(),
            }),
            None => None,
        };
        Ok(Self {
            user_id: row.get("user_id")?,
            is_admin: row.get("is_admin")?,
            project,
            organization,
        })
    }
}

row! {
    struct ScopedField {
        scope_kind: String,
        field: String,
        value: Option<String>,
        version: i64,
        updated_at: Timestamp,
    }
}

/// Everything that a resolution looks at, or `None` where the account is not there or disabled, or
/// the project is not one that the person can see.
///
/// # Errors
/// The database failed.
pub async fn load(
    db: &Db,
    user: &UserId,
    project: Option<&ProjectId>,
) -> Result<Option<SnapshotRows>, StoreError> {
    let mut reader = db.reader().await?;
    let Some(acting) = reader
        .one::<Acting>(&ACTING, values![user, project])
        .await?
    else {
        return Ok(None);
    };
    if project.is_some() && acting.project.is_none() {
        return Ok(None);
    }
    let organization_id = acting
        .organization
        .as_ref()
        .map(|organization| &organization.id);
    let fields = reader
        .all::<ScopedField>(&SETTINGS, values![user, project, organization_id])
        .await?;
    let secrets = reader
        .all::<SecretRow>(&SECRETS, values![user, organization_id])
        .await?;
    drop(reader);

    let mut rows = SnapshotRows {
        user_id: acting.user_id,
        is_admin: acting.is_admin,
        user_settings: Fields::new(),
        user_secrets: Vec::new(),
        project: acting.project.map(|row| (row, Fields::new())),
        organization: acting.organization,
    };
    for row in fields {
        let Some(field) = Field::parse(&row.field) else {
            continue;
        };
        let level = if row.scope_kind == "user" {
            Some(&mut rows.user_settings)
        } else if row.scope_kind == "project" {
            rows.project.as_mut().map(|(_, fields)| fields)
        } else {
            rows.organization
                .as_mut()
                .map(|organization| &mut organization.settings)
        };
        if let Some(level) = level {
            let stored = Stored {
                value: row.value,
                version: row.version,
                updated_at: row.updated_at,
            };
            level.insert(field, stored);
        }
    }
    for secret in secrets {
        if secret.owner_kind == "user" {
            rows.user_secrets.push(secret);
        } else if let Some(organization) = &mut rows.organization {
            organization.secrets.push(secret);
        }
    }
    Ok(Some(rows))
}
