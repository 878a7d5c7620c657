//! Who works in a project beside its owner, and in an organization's, who only looks at it. Whether the
//! acting person may decide that is asked before.

use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::{ProjectId, Timestamp, UserId, project::ProjectRole};

statements! {
    LIST = "
        SELECT access.user_id, u.name, access.role
        FROM project_access access JOIN users u ON u.id = access.user_id
        WHERE access.project_id = $1
        ORDER BY CASE access.role WHEN 'owner' THEN 0 WHEN 'editor' THEN 1 ELSE 2 END, u.name, u.id";
    // Only who works in it already: somebody else is invited.
    SET_INVITED = "
        UPDATE project_members SET role = $3
        WHERE project_id = $1 AND user_id = $2 AND EXISTS (
            SELECT 1 FROM projects p WHERE p.id = $1 AND p.organization_id IS NULL)";
    // Admins and who made it own it.
    SET_SHARED = "
        INSERT INTO project_members (project_id, user_id, role, created_at)
        SELECT p.id, m.user_id, $3, $4
        FROM projects p JOIN organization_members m ON m.organization_id = p.organization_id
        WHERE p.id = $1 AND m.user_id = $2 AND m.role = 'member' AND p.owner_id <> m.user_id
        ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role";
    SHUT_OUT = "
        SELECT p.id FROM projects p
        WHERE p.id = $1 AND NOT EXISTS (
            SELECT 1 FROM project_access access
            WHERE access.project_id = $1 AND access.user_id = $2 AND access.role <> 'viewer')";
    REMOVE = "
        DELETE FROM project_members
        WHERE project_id = $1 AND user_id = $2 AND EXISTS (
            SELECT 1 FROM projects p WHERE p.id = $1 AND p.organization_id IS NULL)";
}

row! {
    /// Somebody who sees a project.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PersonRow {
        /// Their account.
        pub user_id: UserId,
        /// What to call them.
        pub name: String,
        /// Their part in it.
        pub role: ProjectRole,
    }
}

row! {
    struct Found {
        id: ProjectId,
    }
}

/// Whether a project is there in which somebody may not generate (any more).
///
/// # Errors
/// The database failed.
pub async fn is_shut_out(db: &Db, project: &ProjectId, user: &UserId) -> Result<bool, StoreError> {
    let found = db.one::<Found>(&SHUT_OUT, values![project, user]).await?;
    Ok(found.is_some_and(|found| found.id == *project))
}

/// Everybody who sees a project, owners first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, project: &ProjectId) -> Result<Vec<PersonRow>, StoreError> {
    db.all(&LIST, values![project]).await
}

/// Gives somebody who works in a project another part; false where they do not, or own it.
///
/// # Errors
/// The database failed.
pub async fn set(
    db: &Db,
    project: &ProjectId,
    user: &UserId,
    role: ProjectRole,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let role = role.as_str();
    let invited = db.write(&SET_INVITED, values![project, user, role]).await?;
    if invited == 1 {
        return Ok(true);
    }
    let values = values![project, user, role, now];
    Ok(db.write(&SET_SHARED, values).await? == 1)
}

/// Takes somebody out of a project that belongs to no organization; false where they were not invited.
///
/// # Errors
/// The database failed.
pub async fn remove(db: &Db, project: &ProjectId, user: &UserId) -> Result<bool, StoreError> {
    Ok(db.write(&REMOVE, values![project, user]).await? == 1)
}
