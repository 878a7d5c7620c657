//! Organizations and who belongs to them.

use crate::{
    Db, StoreError,
    row::{plan_id, role_id, row},
    statement::{statements, values},
};
use domain::{
    OrganizationId, Timestamp, UserId,
    account::{OrganizationRole, Plan},
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
    LEVEL_OF = "
        SELECT m.role, o.plan, o.policy
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
        /// The person's part in it.
        pub role: OrganizationRole,
        /// What it has paid for.
        pub plan: Plan,
        /// What its keys may be used for, as JSON.
        pub policy: String,
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
            role_id(OrganizationRole::Owner),
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
    db.write(&ADD_MEMBER, values![organization, user, role_id(role), now])
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
