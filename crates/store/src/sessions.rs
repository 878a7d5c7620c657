//! Who is signed in. A session is found by the hash of its token; the token itself is never here.

use crate::{
    Db, StoreError,
    row::{FromRow, Row, row},
    statement::{statements, values},
    users::UserRow,
};
use domain::{Timestamp, UserId};

statements! {
    INSERT = "
        INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    BY_TOKEN_HASH = "
        SELECT s.created_at AS session_created_at, s.last_seen_at, s.expires_at,
               u.id, u.email, u.name, u.password_hash, u.is_admin, u.active_organization_id,
               u.created_at, u.disabled_at
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL";
    TOUCH = "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE token_hash = $1";
    DELETE = "DELETE FROM sessions WHERE token_hash = $1";
    DELETE_ALL_OF_USER = "DELETE FROM sessions WHERE user_id = $1";
    DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of the token.
    pub token_hash: Vec<u8>,
    /// Who signed in.
    pub user_id: UserId,
    /// Now.
    pub created_at: Timestamp,
    /// When it ends unless it is used: the earlier of the idle and the absolute limit.
    pub expires_at: Timestamp,
}

row! {
    /// The times of a session.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct SessionTimes {
        /// When it began.
        pub session_created_at: Timestamp,
        /// When it was last used.
        pub last_seen_at: Timestamp,
        /// When it ends unless it is used.
        pub expires_at: Timestamp,
    }
}

/// A session and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session's times.
    pub times: SessionTimes,
    /// The account.
    pub user: UserRow,
}

impl FromRow for SignedIn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            times: SessionTimes::from_row(row)?,
            user: UserRow::from_row(row)?,
        })
    }
}

/// Begins a session.
///
/// # Errors
/// The database failed, or there is no such account.
pub async fn insert(db: &Db, session: &NewSession) -> Result<(), StoreError> {
    db.write(
        &INSERT,
        values![
            &session.token_hash,
            &session.user_id,
            session.created_at,
            session.created_at,
            session.expires_at
        ],
    )
    .await
    .map(drop)
}

/// The session with this token, unless it has expired or its account is disabled.
///
/// # Errors
/// The database failed.
pub async fn by_token_hash(
    db: &Db,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    db.one(&BY_TOKEN_HASH, values![token_hash, now]).await
}

/// Notes that a session is used and moves its end; false where it is gone.
///
/// # Errors
/// The database failed.
pub async fn touch(
    db: &Db,
    token_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db
        .write(&TOUCH, values![token_hash, now, expires_at])
        .await?
        == 1)
}

/// Ends a session; false where it is gone.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(db.write(&DELETE, values![token_hash]).await? == 1)
}

/// Ends all sessions of a person; how many.
///
/// # Errors
/// The database failed.
pub async fn delete_all_of_user(db: &Db, user: &UserId) -> Result<u64, StoreError> {
    db.write(&DELETE_ALL_OF_USER, values![user]).await
}

/// Removes the sessions that have ended by themselves; how many.
///
/// # Errors
/// The database failed.
pub async fn delete_expired(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    db.write(&DELETE_EXPIRED, values![now]).await
}
