//! Film projects. A project without an organization is seen by its owner and by whom they invited,
//! one of an organization by the organization's members, and by nobody else: `project_access` says by
//! whom and as what.

pub mod people;

use crate::{
    Db, StoreError, budgets,
    organizations::members,
    row::row,
    statement::{statements, values},
};
use domain::{
    OrganizationId, ProjectId, Timestamp, UserId,
    budget::OwnerKind,
    project::{Project, ProjectRole, Right},
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
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at,
               access.role AS my_role
        FROM project_access access JOIN projects p ON p.id = access.project_id
        WHERE access.user_id = $1
        ORDER BY p.updated_at DESC, p.id DESC";
    PAGE = "
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at,
               access.role AS my_role
        FROM project_access access JOIN projects p ON p.id = access.project_id
        WHERE access.user_id = $1 AND (p.created_at, p.id) < ($2, $3)
        ORDER BY p.created_at DESC, p.id DESC LIMIT $4";
    GET = "
        SELECT p.id, p.name, p.owner_id, p.organization_id, p.created_at, p.updated_at,
               access.role AS my_role
        FROM project_access access JOIN projects p ON p.id = access.project_id
        WHERE access.project_id = $2 AND access.user_id = $1";
    RENAME = "
        UPDATE projects SET name = $3, updated_at = $4
        WHERE id = $2 AND EXISTS (
            SELECT 1 FROM project_access access
            WHERE access.project_id = $2 AND access.user_id = $1 AND access.role <> 'viewer')";
    VIEWERS = "SELECT access.user_id FROM project_access access WHERE access.project_id = $1";
    DELETE = "DELETE FROM projects WHERE id = $1";
    DELETE_SETTINGS = "DELETE FROM settings WHERE scope_kind = 'project' AND scope_id = $1";
    DELETE_INVITATIONS = "DELETE FROM invitations WHERE kind = 'project' AND target_id = $1";
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
        /// The part in it of the person who asked.
        pub my_role: ProjectRole,
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
            role: row.my_role,
        }
    }
}

row! {
    struct Viewer {
        user_id: UserId,
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
    let mut tx = db.begin().await?;
    // An organization that is ending takes no project any more.
    let is_there = match &project.organization_id {
        Some(organization) => members::lock(&mut tx, organization).await?,
        None => true,
    };
    let values = values![
        owner,
        &project.id,
        &project.name,
        project.organization_id.as_ref(),
        project.created_at
    ];
    let inserted = is_there && tx.execute(&INSERT, values).await? == 1;
    if inserted {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(inserted)
}

/// Every project that a person can see, the last changed first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, user: &UserId) -> Result<Vec<ProjectRow>, StoreError> {
    db.all(&LIST, values![user]).await
}

/// A page of them, the newest first by when they were made, which never changes. With `after`, those
/// behind the one with this moment and id.
///
/// # Errors
/// The database failed.
pub async fn page(
    db: &Db,
    user: &UserId,
    after: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<ProjectRow>, StoreError> {
    let (created_at, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.0, id));
    db.all(&PAGE, values![user, created_at, id, i64::from(limit)])
        .await
}

/// The project, if the person can see it.
///
/// # Errors
/// The database failed.
pub async fn get(db: &Db, user: &UserId, id: &ProjectId) -> Result<Option<ProjectRow>, StoreError> {
    db.one(&GET, values![user, id]).await
}

/// Gives the project another name, if the person may change it; false where they may not.
///
/// # Errors
/// The database failed.
pub async fn rename(
    db: &Db,
    user: &UserId,
    id: &ProjectId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db.write(&RENAME, values![user, id, name, now]).await? == 1)
}

/// Removes the project with its settings, if the person owns it or runs its organization.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, user: &UserId, id: &ProjectId) -> Result<Removal, StoreError> {
    let mut tx = db.begin().await?;
    let project = tx.one::<ProjectRow>(&GET, values![user, id]).await?;
    let removal = match project {
        None => Removal::Missing,
        Some(project) if project.my_role.may(Right::Own) => Removal::Done,
        Some(_) => Removal::Forbidden,
    };
    if removal == Removal::Done {
        tx.execute(&DELETE_SETTINGS, values![id]).await?;
        tx.execute(&DELETE_SETTINGS_HISTORY, values![id]).await?;
        tx.execute(&DELETE_INVITATIONS, values![id]).await?;
        tx.execute(&DELETE, values![id]).await?;
        // The project first, as whoever asks for a generation in it does.
        budgets::remove_of(&mut tx, OwnerKind::Project, id.as_str()).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(removal)
}
