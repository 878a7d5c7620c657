//! Who belongs to an organization and as what. Changes of one organization wait for each other, and
//! each is judged by the roles as they stand then: an owner is always left.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use domain::{
    OrganizationId, Timestamp, UserId,
    account::OrganizationRole,
    organization::rights::{Change, Refusal, Standing},
};

statements! {
    // Changes nothing; on PostgreSQL it keeps others from changing the organization until the commit.
    LOCK = "UPDATE organizations SET name = name WHERE id = $1 AND deleted_at IS NULL";
    LIST = "
        SELECT m.user_id, u.name, u.email, m.role, m.created_at
        FROM organization_members m JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1
        ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END, u.name, u.id";
    ROLE = "
        SELECT role FROM organization_members WHERE organization_id = $1 AND user_id = $2";
    OTHER_OWNER = "
        SELECT m.user_id
        FROM organization_members m JOIN users u ON u.id = m.user_id
        WHERE m.organization_id = $1 AND m.user_id <> $2 AND m.role = 'owner'
          AND u.disabled_at IS NULL
        LIMIT 1";
    SET_ROLE = "
        UPDATE organization_members SET role = $3 WHERE organization_id = $1 AND user_id = $2";
    REMOVE = "DELETE FROM organization_members WHERE organization_id = $1 AND user_id = $2";
    NO_LONGER_ACTIVE = "
        UPDATE users SET active_organization_id = NULL
        WHERE id = $2 AND active_organization_id = $1";
    WITHDRAW = "
        DELETE FROM invitations
        WHERE kind = 'organization' AND target_id = $1 AND invited_by = $2";
}

row! {
    /// Somebody who belongs to an organization.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MemberRow {
        /// Their account.
        pub user_id: UserId,
        /// What to call them.
        pub name: String,
        /// Their address.
        pub email: String,
        /// Their part in it.
        pub role: OrganizationRole,
        /// Since when they belong to it.
        pub created_at: Timestamp,
    }
}

row! {
    struct RoleRow {
        role: OrganizationRole,
    }
}

row! {
    struct Somebody {
        user_id: UserId,
    }
}

/// What came of a wish to change a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is done; before it this was their part.
    Done(OrganizationRole),
    /// It may not be. Nothing was written.
    Refused(Refusal),
    /// Who wishes does not belong to the organization.
    NoOrganization,
    /// Whom it is about does not belong to it.
    NoMember,
}

/// Everybody who belongs to an organization, owners first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, organization: &OrganizationId) -> Result<Vec<MemberRow>, StoreError> {
    db.all(&LIST, values![organization]).await
}

/// Changes somebody's part in an organization, or ends it, if the roles of that moment allow it. The
/// open invitations of who has less to say afterwards are withdrawn. `hear` is told their part until
/// now, inside the transaction.
///
/// # Errors
/// The database failed.
pub async fn change(
    db: &Db,
    organization: &OrganizationId,
    actor: &UserId,
    target: &UserId,
    change: Change,
    hear: impl FnOnce(OrganizationRole),
) -> Result<Changed, StoreError> {
    let mut tx = db.begin().await?;
    let changed = judged(&mut tx, organization, actor, target, change).await?;
    if let Changed::Done(before) = changed {
        hear(before);
        match change {
            Change::Role(role) => {
                tx.execute(&SET_ROLE, values![organization, target, role.as_str()])
                    .await?;
            }
            Change::Removal => {
                tx.execute(&REMOVE, values![organization, target]).await?;
                tx.execute(&NO_LONGER_ACTIVE, values![organization, target])
                    .await?;
            }
        }
        let has_less = match change {
            Change::Role(role) => role.rank() < before.rank(),
            Change::Removal => true,
        };
        if has_less {
            tx.execute(&WITHDRAW, values![organization, target]).await?;
        }
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(changed)
}

async fn judged(
    tx: &mut Tx,
    organization: &OrganizationId,
    actor: &UserId,
    target: &UserId,
    change: Change,
) -> Result<Changed, StoreError> {
    if !lock(tx, organization).await? {
        return Ok(Changed::NoOrganization);
    }
    let Some(by) = role(tx, organization, actor).await? else {
        return Ok(Changed::NoOrganization);
    };
    let Some(at) = role(tx, organization, target).await? else {
        return Ok(Changed::NoMember);
    };
    let other: Option<Somebody> = tx.one(&OTHER_OWNER, values![organization, target]).await?;
    let standing = Standing {
        actor: by,
        target: at,
        is_self: actor == target,
        has_other_owner: other.is_some_and(|other| other.user_id != *target),
    };
    Ok(match standing.judge(change) {
        Ok(()) => Changed::Done(at),
        Err(refusal) => Changed::Refused(refusal),
    })
}

/// Lets the changes of one organization wait for each other; false where it is not there or was ended.
pub(crate) async fn lock(tx: &mut Tx, organization: &OrganizationId) -> Result<bool, StoreError> {
    Ok(tx.execute(&LOCK, values![organization]).await? == 1)
}

/// Somebody's part in an organization.
pub(crate) async fn role(
    tx: &mut Tx,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<OrganizationRole>, StoreError> {
    let row: Option<RoleRow> = tx.one(&ROLE, values![organization, user]).await?;
    Ok(row.map(|row| row.role))
}
