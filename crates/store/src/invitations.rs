//! Invitations by link: one open one for each address and place, found by the hash of its link and by
//! whose address it is. It is gone once it is accepted, and counts only while who invited could still
//! do so.

use crate::{
    Db, StoreError,
    organizations::members,
    row::row,
    statement::{Value, statements, values},
};
use domain::{
    InvitationId, OrganizationId, ProjectId, Timestamp, UserId, account::OrganizationRole,
    project::ProjectRole,
};

statements! {
    PUT = "
        INSERT INTO invitations (id, kind, target_id, email, role, token_hash, invited_by, created_at,
            expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (kind, target_id, email) DO UPDATE SET
            id = excluded.id, role = excluded.role, token_hash = excluded.token_hash,
            invited_by = excluded.invited_by, created_at = excluded.created_at,
            expires_at = excluded.expires_at";
    OPEN = "
        SELECT i.id, i.email, i.role, b.name AS invited_by, i.created_at, i.expires_at
        FROM invitations i JOIN users b ON b.id = i.invited_by
        WHERE i.kind = $1 AND i.target_id = $2 AND i.expires_at > $3
        ORDER BY i.created_at DESC, i.id DESC";
    WITHDRAW = "DELETE FROM invitations WHERE id = $3 AND kind = $1 AND target_id = $2";
    TO_ORGANIZATION = "
        SELECT i.id, o.id AS organization_id, o.name, i.role, b.name AS invited_by, i.expires_at
        FROM invitations i
        JOIN users u ON u.id = $2 AND u.email = i.email
        JOIN organizations o ON o.id = i.target_id AND o.deleted_at IS NULL
        JOIN users b ON b.id = i.invited_by AND b.disabled_at IS NULL
        JOIN organization_members m ON m.organization_id = o.id AND m.user_id = b.id
        WHERE i.token_hash = $1 AND i.kind = 'organization' AND i.expires_at > $3
          AND (m.role = 'owner' OR (m.role = 'admin' AND i.role <> 'owner'))";
    TO_PROJECT = "
        SELECT i.id, p.id AS project_id, p.name, i.role, b.name AS invited_by, i.expires_at
        FROM invitations i
        JOIN users u ON u.id = $2 AND u.email = i.email
        JOIN projects p ON p.id = i.target_id AND p.organization_id IS NULL
        JOIN users b ON b.id = i.invited_by AND b.disabled_at IS NULL AND b.id = p.owner_id
        WHERE i.token_hash = $1 AND i.kind = 'project' AND i.expires_at > $3";
    FOR_ADDRESS = "
        SELECT i.id
        FROM invitations i JOIN users b ON b.id = i.invited_by AND b.disabled_at IS NULL
        WHERE i.token_hash = $1 AND i.email = $2 AND i.expires_at > $3
          AND (
            (i.kind = 'organization' AND EXISTS (
                SELECT 1 FROM organizations o
                JOIN organization_members m ON m.organization_id = o.id AND m.user_id = b.id
                WHERE o.id = i.target_id AND o.deleted_at IS NULL
                  AND (m.role = 'owner' OR (m.role = 'admin' AND i.role <> 'owner'))))
            OR (i.kind = 'project' AND EXISTS (
                SELECT 1 FROM projects p
                WHERE p.id = i.target_id AND p.organization_id IS NULL AND p.owner_id = b.id)))";
    TAKE = "DELETE FROM invitations WHERE id = $1 AND token_hash = $2";
    // Who belongs to it already keeps the part that they have.
    JOIN_ORGANIZATION = "
        INSERT INTO organization_members (organization_id, user_id, role, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, user_id) DO NOTHING";
    JOIN_PROJECT = "
        INSERT INTO project_members (project_id, user_id, role, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, user_id) DO NOTHING";
    LOCK_PROJECT = "UPDATE projects SET updated_at = updated_at WHERE id = $1";
    PURGE = "DELETE FROM invitations WHERE expires_at <= $1";
}

/// To where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// To an organization.
    Organization(&'a OrganizationId),
    /// To a project.
    Project(&'a ProjectId),
}

impl<'a> Place<'a> {
    const fn kind(self) -> &'static str {
        match self {
            Self::Organization(_) => "organization",
            Self::Project(_) => "project",
        }
    }

    fn id(self) -> Value<'a> {
        match self {
            Self::Organization(id) => id.into(),
            Self::Project(id) => id.into(),
        }
    }
}

/// An invitation to write down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewInvitation<'a> {
    /// Its id, new.
    pub id: &'a InvitationId,
    /// To where.
    pub place: Place<'a>,
    /// For whom, in lower case.
    pub email: &'a str,
    /// As what: the id of a role there.
    pub role: &'a str,
    /// The hash of its link.
    pub token_hash: &'a [u8],
    /// Who invites.
    pub invited_by: &'a UserId,
    /// Now.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

row! {
    /// An invitation that nobody has accepted yet.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OpenRow {
        /// Its id.
        pub id: InvitationId,
        /// For whom.
        pub email: String,
        /// As what: the id of a role there.
        pub role: String,
        /// The name of who invited.
        pub invited_by: String,
        /// When.
        pub created_at: Timestamp,
        /// Until when it can be accepted.
        pub expires_at: Timestamp,
    }
}

row! {
    /// What a link to an organization is for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ToOrganization {
        /// The invitation.
        pub id: InvitationId,
        /// The organization.
        pub organization_id: OrganizationId,
        /// Its name.
        pub name: String,
        /// As what.
        pub role: OrganizationRole,
        /// The name of who invited.
        pub invited_by: String,
        /// Until when it can be accepted.
        pub expires_at: Timestamp,
    }
}

row! {
    /// What a link to a project is for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ToProject {
        /// The invitation.
        pub id: InvitationId,
        /// The project.
        pub project_id: ProjectId,
        /// Its name.
        pub name: String,
        /// As what.
        pub role: ProjectRole,
        /// The name of who invited.
        pub invited_by: String,
        /// Until when it can be accepted.
        pub expires_at: Timestamp,
    }
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// To belong to an organization.
    Organization(ToOrganization),
    /// To work in a project.
    Project(ToProject),
}

/// Writes an invitation down, in place of an open one of the same address to the same place.
///
/// # Errors
/// The database failed.
pub async fn put(db: &Db, new: &NewInvitation<'_>) -> Result<(), StoreError> {
    db.write(
        &PUT,
        values![
            new.id,
            new.place.kind(),
            new.place.id(),
            new.email,
            new.role,
            new.token_hash,
            new.invited_by,
            new.created_at,
            new.expires_at
        ],
    )
    .await
    .map(drop)
}

/// The open invitations to a place, the newest first.
///
/// # Errors
/// The database failed.
pub async fn open(db: &Db, place: Place<'_>, now: Timestamp) -> Result<Vec<OpenRow>, StoreError> {
    db.all(&OPEN, values![place.kind(), place.id(), now]).await
}

/// Takes an open invitation to a place back; false where there is none.
///
/// # Errors
/// The database failed.
pub async fn withdraw(db: &Db, place: Place<'_>, id: &InvitationId) -> Result<bool, StoreError> {
    let values = values![place.kind(), place.id(), id];
    Ok(db.write(&WITHDRAW, values).await? == 1)
}

/// What the link with this hash is for; `None` where it is not open, not for this person, or who
/// invited could not do so any more.
///
/// # Errors
/// The database failed.
pub async fn find(
    db: &Db,
    token_hash: &[u8],
    user: &UserId,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let mut reader = db.reader().await?;
    let values = values![token_hash, user, now];
    if let Some(found) = reader.one(&TO_ORGANIZATION, values).await? {
        return Ok(Some(Found::Organization(found)));
    }
    let found = reader.one(&TO_PROJECT, values).await?;
    Ok(found.map(Found::Project))
}

row! {
    struct Invited {
        id: InvitationId,
    }
}

/// Whether the link with this hash invites an address, whose account may be still to be made.
///
/// # Errors
/// The database failed.
pub async fn invites(
    db: &Db,
    token_hash: &[u8],
    email: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = values![token_hash, email, now];
    let invited = db.one::<Invited>(&FOR_ADDRESS, values).await?;
    Ok(invited.is_some_and(|invited| !invited.id.as_str().is_empty()))
}

/// Accepts the invitation with this hash; `None` as [`find`]. Of several at the same moment one
/// does. Beside it, whether somebody came by it: who is there already keeps the part that they have,
/// and the handle's note stays unwritten.
///
/// # Errors
/// The database failed.
pub async fn accept(
    db: &Db,
    token_hash: &[u8],
    user: &UserId,
    now: Timestamp,
) -> Result<Option<(Found, bool)>, StoreError> {
    let Some(found) = find(db, token_hash, user, now).await? else {
        return Ok(None);
    };
    let mut tx = db.begin().await?;
    let values = values![token_hash, user, now];
    // The place first, then once more what the link is for: who invited may have lost their part.
    let (is_there, id, join, member) = match &found {
        Found::Organization(found) => {
            let is_there = members::lock(&mut tx, &found.organization_id).await?
                && tx
                    .one::<ToOrganization>(&TO_ORGANIZATION, values)
                    .await?
                    .as_ref()
                    == Some(found);
            let member = values![&found.organization_id, user, found.role.as_str(), now].to_vec();
            (is_there, &found.id, &JOIN_ORGANIZATION, member)
        }
        Found::Project(found) => {
            let is_there = tx
                .execute(&LOCK_PROJECT, values![&found.project_id])
                .await?
                == 1
                && tx.one::<ToProject>(&TO_PROJECT, values).await?.as_ref() == Some(found);
            let member = values![&found.project_id, user, found.role.as_str(), now].to_vec();
            (is_there, &found.id, &JOIN_PROJECT, member)
        }
    };
    if !is_there || tx.execute(&TAKE, values![id, token_hash]).await? == 0 {
        tx.rollback().await?;
        return Ok(None);
    }
    let has_come = tx.execute(join, &member).await? == 1;
    if !has_come {
        tx.forget_note();
    }
    tx.commit().await?;
    Ok(Some((found, has_come)))
}

/// Deletes the invitations that can no longer be accepted; how many.
///
/// # Errors
/// The database failed.
pub async fn purge(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    db.write(&PURGE, values![now]).await
}
