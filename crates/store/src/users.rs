//! Accounts. Addresses are kept and looked up in lower case; a password is known by its hash alone.

use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::{OrganizationId, Timestamp, UserId};

statements! {
    CLAIM_INSTANCE = "
        UPDATE instance SET first_user_id = $1 WHERE id = 1 AND first_user_id IS NULL";
    INSERT = "
        INSERT INTO users (id, email, name, password_hash, is_admin, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (email) DO NOTHING";
    BY_EMAIL = "
        SELECT id, email, name, password_hash, is_admin, active_organization_id, created_at,
               disabled_at
        FROM users WHERE email = $1";
    BY_ID = "
        SELECT id, email, name, password_hash, is_admin, active_organization_id, created_at,
               disabled_at
        FROM users WHERE id = $1";
    RENEW_PASSWORD_HASH = "
        UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    SET_ACTIVE_ORGANIZATION = "
        UPDATE users SET active_organization_id = $2
        WHERE id = $1
          AND (CAST($2 AS TEXT) IS NULL OR EXISTS (
              SELECT 1 FROM organization_members m
              WHERE m.organization_id = $2 AND m.user_id = users.id))";
    COUNT = "SELECT COUNT(*) AS number FROM users";
}

/// The hash of a password. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl crate::row::Column for PasswordHash {
    type Raw = String;

    fn from_raw(raw: Option<String>) -> Option<Self> {
        raw.map(Self)
    }
}

row! {
    /// An account.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UserRow {
        /// Its id.
        pub id: UserId,
        /// The address to sign in with, in lower case.
        pub email: String,
        /// What to call the person.
        pub name: String,
        /// The password's hash in PHC format.
        pub password_hash: PasswordHash,
        /// Whether the account runs the instance.
        pub is_admin: bool,
        /// The organization for what belongs to no project.
        pub active_organization_id: Option<OrganizationId>,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// Since when it may not sign in.
        pub disabled_at: Option<Timestamp>,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

/// An account to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Its id, new.
    pub id: UserId,
    /// The address; put into lower case here.
    pub email: String,
    /// What to call the person.
    pub name: String,
    /// The password's hash in PHC format.
    pub password_hash: PasswordHash,
    /// Now.
    pub created_at: Timestamp,
}

/// What came of making an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// It is made.
    Inserted {
        /// It is the first of the instance and runs it.
        is_admin: bool,
    },
    /// The address has an account.
    EmailTaken,
}

/// Makes an account. The first of an instance becomes its admin, even when several are made at the
/// same moment.
///
/// # Errors
/// The database failed.
pub async fn insert_first_or_later(db: &Db, user: &NewUser) -> Result<SignUp, StoreError> {
    let mut tx = db.begin().await?;
    let is_admin = tx.execute(&CLAIM_INSTANCE, values![&user.id]).await? == 1;
    let email = user.email.to_lowercase();
    let inserted = tx
        .execute(
            &INSERT,
            values![
                &user.id,
                &email,
                &user.name,
                &user.password_hash.0,
                is_admin,
                user.created_at
            ],
        )
        .await?;
    if inserted == 0 {
        tx.rollback().await?;
        return Ok(SignUp::EmailTaken);
    }
    tx.commit().await?;
    Ok(SignUp::Inserted { is_admin })
}

/// The account with this address, in whatever case it is written.
///
/// # Errors
/// The database failed.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<UserRow>, StoreError> {
    db.one(&BY_EMAIL, values![&email.to_lowercase()]).await
}

/// The account with this id.
///
/// # Errors
/// The database failed.
pub async fn by_id(db: &Db, id: &UserId) -> Result<Option<UserRow>, StoreError> {
    db.one(&BY_ID, values![id]).await
}

/// Replaces the hash of a password by another one of the same password; false where the account has
/// another password meanwhile.
///
/// # Errors
/// The database failed.
pub async fn renew_password_hash(
    db: &Db,
    id: &UserId,
    from: &PasswordHash,
    to: &PasswordHash,
) -> Result<bool, StoreError> {
    let changed = db
        .write(&RENEW_PASSWORD_HASH, values![id, &from.0, &to.0])
        .await?;
    Ok(changed == 1)
}

/// Chooses the organization for what belongs to no project; false where the account is not there
/// or is no member.
///
/// # Errors
/// The database failed.
pub async fn set_active_organization(
    db: &Db,
    id: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<bool, StoreError> {
    Ok(db
        .write(&SET_ACTIVE_ORGANIZATION, values![id, organization])
        .await?
        == 1)
}

/// How many accounts there are.
///
/// # Errors
/// The database failed.
pub async fn count(db: &Db) -> Result<i64, StoreError> {
    Ok(db
        .one::<Count>(&COUNT, &[])
        .await?
        .map_or(0, |count| count.number))
}
