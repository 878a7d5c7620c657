//! Who is signed in. A session is found by the hash of its token; the token itself is never here.
//! Its owner names it by an id that opens nothing.

use crate::{
    Db, StoreError,
    row::{FromRow, Row, row},
    statement::{statements, values},
    users::{PasswordHash, UserRow},
};
use domain::{Timestamp, UserId};

statements! {
    // Waits for a change of the password that is under way, and finds nothing after it.
    LOCK_UNCHANGED_USER = "
        UPDATE users SET name = name
        WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL";
    INSERT = "
        INSERT INTO sessions (token_hash, id, user_id, created_at, last_seen_at, expires_at,
            confirmed_at, address, agent)
        VALUES ($1, $2, $3, $4, $4, $5, $4, $6, $7)";
    BY_TOKEN_HASH = "
        SELECT s.id AS session_id, s.created_at AS session_created_at, s.last_seen_at,
               s.expires_at, s.confirmed_at,
               u.id, u.email, u.name, u.password_hash, u.is_admin, u.active_organization_id,
               u.created_at, u.disabled_at
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL";
    OF_USER = "
        SELECT id, created_at, last_seen_at, address, agent,
               CAST(CASE WHEN token_hash = $2 THEN 1 ELSE 0 END AS BIGINT) AS is_current
        FROM sessions WHERE user_id = $1 AND expires_at > $3
        ORDER BY last_seen_at DESC, id";
    TOUCH = "UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE token_hash = $1";
    CONFIRM = "UPDATE sessions SET confirmed_at = $2 WHERE token_hash = $1";
    RENEW = "
        UPDATE sessions SET token_hash = $2, confirmed_at = $3 WHERE token_hash = $1";
    SET_PASSWORD_HASH = "
        UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    DELETE = "DELETE FROM sessions WHERE token_hash = $1";
    DELETE_BY_ID = "DELETE FROM sessions WHERE id = $2 AND user_id = $1";
    DELETE_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2";
    DELETE_ALL_OF_USER = "DELETE FROM sessions WHERE user_id = $1";
    DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of the token.
    pub token_hash: Vec<u8>,
    /// The id by which its owner names it, random.
    pub id: String,
    /// Who signed in.
    pub user_id: UserId,
    /// Now; they have just shown who they are.
    pub created_at: Timestamp,
    /// When it ends unless it is used: the earlier of the idle and the absolute limit.
    pub expires_at: Timestamp,
    /// The address of whoever signed in.
    pub address: Option<String>,
    /// With what they signed in, in a few words.
    pub agent: String,
}

row! {
    /// A session as it stands.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SessionTimes {
        /// The id by which its owner names it.
        pub session_id: String,
        /// When it began.
        pub session_created_at: Timestamp,
        /// When it was last used.
        pub last_seen_at: Timestamp,
        /// When it ends unless it is used.
        pub expires_at: Timestamp,
        /// When its owner last showed who they are.
        pub confirmed_at: Timestamp,
    }
}

row! {
    /// A session as its owner sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SessionRow {
        /// The id by which its owner names it.
        pub id: String,
        /// When it began.
        pub created_at: Timestamp,
        /// When it was last used.
        pub last_seen_at: Timestamp,
        /// The address of whoever signed in.
        pub address: Option<String>,
        /// With what they signed in, in a few words.
        pub agent: String,
        /// Whether it is the one that asks.
        pub is_current: bool,
    }
}

/// A session and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
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

/// Begins a session for somebody whose password fits this hash; false where the account has another
/// one meanwhile, is disabled or gone.
///
/// # Errors
/// The database failed.
pub async fn insert(
    db: &Db,
    session: &NewSession,
    password: &PasswordHash,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let user = values![&session.user_id, &password.0];
    if tx.execute(&LOCK_UNCHANGED_USER, user).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.execute(
        &INSERT,
        values![
            &session.token_hash,
            &session.id,
            &session.user_id,
            session.created_at,
            session.expires_at,
            session.address.as_deref(),
            &session.agent
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(true)
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

/// A person's sessions that have not ended, the last used first. `current` is the hash of the token of
/// the one that asks.
///
/// # Errors
/// The database failed.
pub async fn of_user(
    db: &Db,
    user: &UserId,
    current: &[u8],
    now: Timestamp,
) -> Result<Vec<SessionRow>, StoreError> {
    db.all(&OF_USER, values![user, current, now]).await
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

/// Notes that its owner has shown who they are; false where the session is gone.
///
/// # Errors
/// The database failed.
pub async fn confirm(db: &Db, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
    Ok(db.write(&CONFIRM, values![token_hash, now]).await? == 1)
}

/// Gives a session another token after its owner has shown who they are; false where it is gone.
///
/// # Errors
/// The database failed.
pub async fn renew(
    db: &Db,
    token_hash: &[u8],
    new_token_hash: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = db
        .write(&RENEW, values![token_hash, new_token_hash, now])
        .await?;
    Ok(changed == 1)
}

/// A change of the password by its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordChange<'a> {
    /// Whose.
    pub user: &'a UserId,
    /// The hash that it has to have still.
    pub from: &'a PasswordHash,
    /// The new hash.
    pub to: &'a PasswordHash,
    /// The hash of the token of the session that goes on.
    pub token_hash: &'a [u8],
    /// The hash of the token that this session has from now on.
    pub new_token_hash: &'a [u8],
    /// When whoever has this session last showed who they are.
    pub confirmed_at: Option<Timestamp>,
}

/// Changes the password, ends all other sessions and gives the one that goes on another token, all or
/// nothing; false where the password or the session is another meanwhile.
///
/// # Errors
/// The database failed.
pub async fn change_password(db: &Db, change: PasswordChange<'_>) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let hashes = values![change.user, &change.from.0, &change.to.0];
    let changed = tx.execute(&SET_PASSWORD_HASH, hashes).await? == 1;
    let others = values![change.user, change.token_hash];
    tx.execute(&DELETE_OTHERS, others).await?;
    let tokens = values![
        change.token_hash,
        change.new_token_hash,
        change.confirmed_at
    ];
    let renewed = tx.execute(&RENEW, tokens).await? == 1;
    if changed && renewed {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(changed && renewed)
}

/// Ends a session; false where it is gone.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(db.write(&DELETE, values![token_hash]).await? == 1)
}

/// Ends the session with this id if it is this person's; false where it is not or is gone.
///
/// # Errors
/// The database failed.
pub async fn delete_by_id(db: &Db, user: &UserId, id: &str) -> Result<bool, StoreError> {
    Ok(db.write(&DELETE_BY_ID, values![user, id]).await? == 1)
}

/// Ends all sessions of a person but one; how many. `hear` is told it inside the transaction, where
/// there were any.
///
/// # Errors
/// The database failed.
pub async fn delete_others(
    db: &Db,
    user: &UserId,
    token_hash: &[u8],
    hear: impl FnOnce(u64),
) -> Result<u64, StoreError> {
    let mut tx = db.begin().await?;
    let ended = tx
        .execute(&DELETE_OTHERS, values![user, token_hash])
        .await?;
    if ended == 0 {
        tx.rollback().await?;
        return Ok(0);
    }
    hear(ended);
    tx.commit().await?;
    Ok(ended)
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
