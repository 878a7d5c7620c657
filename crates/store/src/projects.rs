//! Film projects. A project without an organization is seen by its owner, one of an organization
//! by the organization's members, and by nobody else.

use crate::{
    Db, StoreError, budgets,
    row::row,
    statement::{statements, values},
};
use domain::{
    OrganizationId, ProjectId, Timestamp, UserId, account::OrganizationRole, budget::OwnerKind,
    project::Project,
};

statements! {
    INSERT = "
        INSERT INTO projects (id, name, owner_id, organization_id, created_at, updated_at)
        SELECT $2, $3, u.id, $4, $5, $5 FROM users u
        WHERE u.id = $1
          AND (CAST($4 AS TEXT) IS NULL OR EXISTS (
              SELECT 1 FROM organization_members m
              WHERE m.organization_id = $4 AND m.user_id = u.id))";
    LIST = "
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at
        FROM projects p
        WHERE p.owner_id = $1 AND p.organization_id IS NULL
        UNION ALL
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at
        FROM projects p JOIN organization_members m ON m.organization_id = p.organization_id
        WHERE m.user_id = $1
        ORDER BY updated_at DESC, id DESC";
    GET = "
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at
        FROM projects p
        WHERE p.id = $2
          AND ((p.organization_id IS NULL AND p.owner_id = $1) OR EXISTS (
              SELECT 1 FROM organization_members m
              WHERE m.organization_id = p.organization_id AND m.user_id = $1))";
    RENAME = "
        UPDATE projects SET name = $3, updated_at = $4
        WHERE id = $2
          AND ((organization_id IS NULL AND owner_id = $1) OR EXISTS (
              SELECT 1 FROM organization_members m
              WHERE m.organization_id = projects.organization_id AND m.user_id = $1))
        RETURNING id, name, owner_id, organization_id, created_at, updated_at";
    RIGHTS = "
        SELECT p.owner_id, m.role
        FROM projects p
        LEFT JOIN organization_members m
            ON m.organization_id = p.organization_id AND m.user_id = $1
        WHERE p.id = $2
          AND ((p.organization_id IS NULL AND p.owner_id = $1) OR m.user_id IS NOT NULL)";
    VIEWERS = "
        SELECT p.owner_id AS user_id FROM projects p
        WHERE p.id = $1 AND p.organization_id IS NULL
        UNION ALL
        SELECT m.user_id FROM projects p
        JOIN organization_members m ON m.organization_id = p.organization_id
        WHERE p.id = $1";
    DELETE = "DELETE FROM projects WHERE id = $1";
    DELETE_SETTINGS = "DELETE FROM settings WHERE scope_kind = 'project' AND scope_id = $1";
    DELETE_SETTINGS_HISTORY = "
        DELETE FROM settings_history WHERE scope_kind = 'project' AND scope_id = $1";
}

row! {
    /// A project.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProjectRow {
        /// Its id.
        pub id: ProjectId,
        /// Its name.
        pub name: String,
        /// Who made it.
        pub owner_id: UserId,
        /// The organization it belongs to.
        pub organization_id: Option<OrganizationId>,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            owner_id: row.owner_id,
            organization_id: row.organization_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

row! {
    struct Viewer {
        user_id: UserId,
    }
}

row! {
    struct Rights {
        owner_id: UserId,
        role: Option<OrganizationRole>,
    }
}

/// Everybody who sees a project.
///
/// # Errors
/// The database failed.
pub async fn viewers(db: &Db, id: &ProjectId) -> Result<Vec<UserId>, StoreError> {
    let rows = db.all::<Viewer>(&VIEWERS, values![id]).await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// A project to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// Its id, new.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The organization it will belong to.
    pub organization_id: Option<OrganizationId>,
    /// Now.
    pub created_at: Timestamp,
}

/// What came of removing a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone, with its settings, their history and its budgets. Its generations stay with those who made them.
    Done,
    /// It can be seen, but only its owner and the organization's admins may remove it.
    Forbidden,
    /// There is none that the person can see.
    Missing,
}

/// Makes a project; false where the person does not belong to its organization.
///
/// # Errors
/// The database failed.
pub async fn insert(db: &Db, owner: &UserId, project: &NewProject) -> Result<bool, StoreError> {
    let inserted = db
        .write(
            &INSERT,
            values![
                owner,
                &project.id,
                &project.name,
                project.organization_id.as_ref(),
                project.created_at
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Every project that a person can see, the last changed first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, user: &UserId) -> Result<Vec<ProjectRow>, StoreError> {
    db.all(&LIST, values![user]).await
}

/// The project, if the person can see it.
///
/// # Errors
/// The database failed.
pub async fn get(db: &Db, user: &UserId, id: &ProjectId) -> Result<Option<ProjectRow>, StoreError> {
    db.one(&GET, values![user, id]).await
}

/// Gives the project another name, if the person can see it; what it is then.
///
/// # Errors
/// The database failed.
pub async fn rename(
    db: &Db,
    user: &UserId,
    id: &ProjectId,
    name: &str,
    now: Timestamp,
) -> Result<Option<ProjectRow>, StoreError> {
    db.write_returning(&RENAME, values![user, id, name, now])
        .await
}

/// Removes the project with its settings, if the person owns it or runs its organization.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, user: &UserId, id: &ProjectId) -> Result<Removal, StoreError> {
    let mut tx = db.begin().await?;
    let rights = tx.one::<Rights>(&RIGHTS, values![user, id]).await?;
    let removal = match rights {
        None => Removal::Missing,
        Some(rights)
            if rights.owner_id == *user
                || matches!(
                    rights.role,
                    Some(OrganizationRole::Owner | OrganizationRole::Admin)
                ) =>
        {
            Removal::Done
        }
        Some(_) => Removal::Forbidden,
    };
    if removal == Removal::Done {
        tx.execute(&DELETE_SETTINGS, values![id]).await?;
        tx.execute(&DELETE_SETTINGS_HISTORY, values![id]).await?;
        tx.execute(&DELETE, values![id]).await?;
        // The project first, as whoever asks for a generation in it does.
        budgets::remove_of(&mut tx, OwnerKind::Project, id.as_str()).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(removal)
}
