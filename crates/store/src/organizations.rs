//! Organizations and who belongs to them. One that was ended has no members; its row stays, as
//! generations and the ledger name it.

pub mod ending;
pub mod members;

use crate::{
    Db, StoreError, budgets,
    row::{FromRow, Row, plan_id, row},
    statement::{statements, values},
};
use domain::{
    OrganizationId, Timestamp, UserId,
    account::{OrganizationRole, Plan},
    money::MicroUsd,
};

statements! {
    INSERT = "
        INSERT INTO organizations (id, name, plan, policy, created_at)
        VALUES ($1, $2, $3, $4, $5)";
    ADD_MEMBER = "
        INSERT INTO organization_members (organization_id, user_id, role, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role";
    MEMBERSHIPS_OF = "
        SELECT o.id AS organization_id, o.name, m.role, o.plan
        FROM organization_members m JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = $1
        ORDER BY o.name, o.id";
    OF_MEMBER = "
        SELECT o.id, o.name, o.plan, m.role, o.created_at
        FROM organization_members m JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = $1
        ORDER BY o.name, o.id";
    RENAME = "
        UPDATE organizations SET name = $2 WHERE id = $1 AND deleted_at IS NULL";
    STANDING = "
        SELECT u.is_admin, o.name, m.role, o.plan, o.policy, o.created_at
        FROM users u
        LEFT JOIN organization_members m ON m.user_id = u.id AND m.organization_id = $2
        LEFT JOIN organizations o ON o.id = m.organization_id
        WHERE u.id = $1 AND u.disabled_at IS NULL";
    POLICY = "SELECT policy FROM organizations WHERE id = $1";
    SET_POLICY = "UPDATE organizations SET policy = $2 WHERE id = $1";
    LEVEL_OF = "
        SELECT o.name, m.role, o.plan, o.policy, o.created_at
        FROM organization_members m JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = $1 AND m.organization_id = $2";
}

/// An organization to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganization {
    /// Its id, new.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it has paid for.
    pub plan: Plan,
    /// What its keys may be used for, as JSON.
    pub policy: String,
    /// Now.
    pub created_at: Timestamp,
}

/// How somebody stands whose account is enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether they run the instance.
    pub is_admin: bool,
    /// What the organization that was asked about is to them; `None` where they are outside.
    pub level: Option<LevelRow>,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            is_admin: row.get("is_admin")?,
            level: match row.get::<Option<OrganizationRole>>("role")? {
                Some(_) => Some(LevelRow::from_row(row)?),
                None => None,
            },
        })
    }
}

row! {
    struct PolicyRow {
        policy: String,
    }
}

row! {
    /// An organization that a person belongs to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MembershipRow {
        /// The organization.
        pub organization_id: OrganizationId,
        /// Its name.
        pub name: String,
        /// The person's part in it.
        pub role: OrganizationRole,
        /// What it has paid for.
        pub plan: Plan,
    }
}

row! {
    /// What an organization is to one of its members.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LevelRow {
        /// Its name.
        pub name: String,
        /// The person's part in it.
        pub role: OrganizationRole,
        /// What it has paid for.
        pub plan: Plan,
        /// What its keys may be used for, as JSON.
        pub policy: String,
        /// Since when it exists.
        pub created_at: Timestamp,
    }
}

row! {
    /// An organization with the part of one of its members.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrganizationRow {
        /// Its id.
        pub id: OrganizationId,
        /// Its name.
        pub name: String,
        /// What it has paid for.
        pub plan: Plan,
        /// The member's part in it.
        pub role: OrganizationRole,
        /// Since when it exists.
        pub created_at: Timestamp,
    }
}

/// Makes an organization with its first owner.
///
/// # Errors
/// The database failed, or there is no such account.
pub async fn insert(
    db: &Db,
    organization: &NewOrganization,
    owner: &UserId,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(
        &INSERT,
        values![
            &organization.id,
            &organization.name,
            plan_id(organization.plan),
            &organization.policy,
            organization.created_at
        ],
    )
    .await?;
    tx.execute(
        &ADD_MEMBER,
        values![
            &organization.id,
            owner,
            OrganizationRole::Owner.as_str(),
            organization.created_at
        ],
    )
    .await?;
    tx.commit().await
}

/// Takes a person into an organization, or gives them another part in it.
///
/// # Errors
/// The database failed, or there is no such account or organization.
pub async fn add_member(
    db: &Db,
    organization: &OrganizationId,
    user: &UserId,
    role: OrganizationRole,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.write(&ADD_MEMBER, values![organization, user, role.as_str(), now])
        .await
        .map(drop)
}

/// The organizations of a person, by name.
///
/// # Errors
/// The database failed.
pub async fn memberships_of(db: &Db, user: &UserId) -> Result<Vec<MembershipRow>, StoreError> {
    db.all(&MEMBERSHIPS_OF, values![user]).await
}

/// The organizations of a person as they see them, by name.
///
/// # Errors
/// The database failed.
pub async fn of_member(db: &Db, user: &UserId) -> Result<Vec<OrganizationRow>, StoreError> {
    db.all(&OF_MEMBER, values![user]).await
}

/// Gives an organization another name; false where it is not there.
///
/// # Errors
/// The database failed.
pub async fn rename(db: &Db, id: &OrganizationId, name: &str) -> Result<bool, StoreError> {
    Ok(db.write(&RENAME, values![id, name]).await? == 1)
}

/// How somebody stands, and in an organization, for work that goes on without them: `None` where their
/// account is disabled or gone.
///
/// # Errors
/// The database failed.
pub async fn standing(
    db: &Db,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<Option<Standing>, StoreError> {
    db.one(&STANDING, values![user, organization]).await
}

/// What an organization is to a person, or `None` where they do not belong to it.
///
/// # Errors
/// The database failed.
pub async fn level_of(
    db: &Db,
    user: &UserId,
    organization: &OrganizationId,
) -> Result<Option<LevelRow>, StoreError> {
    db.one(&LEVEL_OF, values![user, organization]).await
}

/// Sets what an organization's keys may be used for. `build` sees the stored policy and what each
/// member may spend of its money in a month, and makes the new policy, and with `Some` the new limit;
/// `Some(None)` takes the limit away. Inside the transaction: of two changes at the same moment none is
/// lost. `Ok(None)` where the organization is not there.
///
/// # Errors
/// The database failed.
pub async fn set_policy<E>(
    db: &Db,
    id: &OrganizationId,
    by: &UserId,
    now: Timestamp,
    build: impl FnOnce(&str, Option<MicroUsd>) -> Result<(String, Option<Option<MicroUsd>>), E>,
) -> Result<Option<Result<(), E>>, StoreError> {
    let mut tx = db.begin().await?;
    if !members::lock(&mut tx, id).await? {
        tx.rollback().await?;
        return Ok(None);
    }
    let Some(PolicyRow { policy }) = tx.one(&POLICY, values![id]).await? else {
        tx.rollback().await?;
        return Ok(None);
    };
    let share = budgets::share_in(&mut tx, id).await?;
    let (policy, share) = match build(&policy, share) {
        Ok(built) => built,
        Err(error) => {
            tx.rollback().await?;
            return Ok(Some(Err(error)));
        }
    };
    tx.execute(&SET_POLICY, values![id, &policy]).await?;
    if let Some(share) = share {
        budgets::put_share(&mut tx, id, share, by, now).await?;
    }
    tx.commit().await?;
    Ok(Some(Ok(())))
}
