//! Personal access tokens: found by the hash of their text, which is never here. They live as long as
//! their account may act.

use crate::{
    Db, StoreError,
    row::{FromRow, Row, row},
    statement::{statements, values},
    users::UserRow,
};
use domain::{Timestamp, UserId, scope::Scopes};

statements! {
    INSERT = "
        INSERT INTO access_tokens (id, user_id, token_hash, name, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BY_TOKEN_HASH = "
        SELECT t.id AS token_id, t.scopes, t.last_used_at,
               u.id, u.email, u.name, u.password_hash, u.is_admin, u.active_organization_id,
               u.created_at, u.disabled_at
        FROM access_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.token_hash = $1 AND t.expires_at > $2 AND u.disabled_at IS NULL";
    IS_VALID = "
        SELECT t.id AS token_id FROM access_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.id = $1 AND t.expires_at > $2 AND u.disabled_at IS NULL";
    OF_USER = "
        SELECT id, name, scopes, created_at, expires_at, last_used_at
        FROM access_tokens WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
    COUNT_OF_USER = "SELECT COUNT(*) AS number FROM access_tokens WHERE user_id = $1";
    LOCK_USER = "UPDATE users SET name = name WHERE id = $1 AND disabled_at IS NULL";
    TOUCH = "UPDATE access_tokens SET last_used_at = $2 WHERE id = $1";
    DELETE = "DELETE FROM access_tokens WHERE id = $2 AND user_id = $1";
}

/// A token to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The id by which its owner names it, new.
    pub id: String,
    /// Whose.
    pub user_id: UserId,
    /// The hash of its text.
    pub token_hash: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Now.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

row! {
    /// A token as its owner sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TokenRow {
        /// The id by which its owner names it.
        pub id: String,
        /// What its owner calls it.
        pub name: String,
        /// What it may be used for.
        pub scopes: Scopes,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// When it ends.
        pub expires_at: Timestamp,
        /// When it was last used, exact to a minute.
        pub last_used_at: Option<Timestamp>,
    }
}

row! {
    /// What a token is found with.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Found {
        /// The token's id.
        pub token_id: String,
        /// What it may be used for.
        pub scopes: Scopes,
        /// When it was last used, exact to a minute.
        pub last_used_at: Option<Timestamp>,
    }
}

row! {
    struct TokenId {
        token_id: String,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

/// A token and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOfUser {
    /// The token.
    pub token: Found,
    /// The account.
    pub user: UserRow,
}

impl FromRow for TokenOfUser {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            token: Found::from_row(row)?,
            user: UserRow::from_row(row)?,
        })
    }
}

/// What came of keeping a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Done,
    /// The person has as many as one may have.
    TooMany,
    /// The account is disabled or gone.
    NoAccount,
}

/// Keeps a token, where its owner has fewer than `most`.
///
/// # Errors
/// The database failed.
pub async fn insert(db: &Db, token: &NewToken, most: i64) -> Result<Kept, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&LOCK_USER, values![&token.user_id]).await? == 0 {
        tx.rollback().await?;
        return Ok(Kept::NoAccount);
    }
    let count = tx
        .one::<Count>(&COUNT_OF_USER, values![&token.user_id])
        .await?;
    if count.is_some_and(|count| count.number >= most) {
        tx.rollback().await?;
        return Ok(Kept::TooMany);
    }
    let scopes = token.scopes.to_string();
    tx.execute(
        &INSERT,
        values![
            &token.id,
            &token.user_id,
            &token.token_hash,
            &token.name,
            &scopes,
            token.created_at,
            token.expires_at
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(Kept::Done)
}

/// The token with this text, unless it has expired or its account is disabled.
///
/// # Errors
/// The database failed.
pub async fn by_token_hash(
    db: &Db,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<TokenOfUser>, StoreError> {
    db.one(&BY_TOKEN_HASH, values![token_hash, now]).await
}

/// Whether a token still serves.
///
/// # Errors
/// The database failed.
pub async fn is_valid(db: &Db, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let found = db.one::<TokenId>(&IS_VALID, values![id, now]).await?;
    Ok(found.is_some_and(|found| found.token_id == id))
}

/// A person's tokens, newest first, those that have expired too.
///
/// # Errors
/// The database failed.
pub async fn of_user(db: &Db, user: &UserId) -> Result<Vec<TokenRow>, StoreError> {
    db.all(&OF_USER, values![user]).await
}

/// Notes that a token was used.
///
/// # Errors
/// The database failed.
pub async fn touch(db: &Db, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(db.write(&TOUCH, values![id, now]).await? == 1)
}

/// Takes a token back if it is this person's; false where it is not or is gone.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, user: &UserId, id: &str) -> Result<bool, StoreError> {
    Ok(db.write(&DELETE, values![user, id]).await? == 1)
}
