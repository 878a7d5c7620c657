//! How stored keys last fared at their providers, one row per slot. It names the key that it is
//! about: of a replaced key nothing is known any more, and what is told of one that is no longer in
//! its slot is not written.

use crate::{
    Db, StoreError,
    row::row,
    secrets::Owner,
    statement::{statements, values},
};
use domain::{ProviderFault, SecretId, Timestamp};

statements! {
    OF_KEY = "
        SELECT h.secret_id, h.last_ok_at, h.last_error_at, h.last_error
        FROM secrets s
        JOIN key_health h ON h.owner_kind = s.owner_kind AND h.owner_id = s.owner_id
            AND h.provider = s.provider AND h.secret_id = s.id
        WHERE s.id = $3 AND s.owner_kind = $1 AND s.owner_id = $2";
    OF_OWNER = "
        SELECT secret_id, last_ok_at, last_error_at, last_error FROM key_health
        WHERE owner_kind = $1 AND owner_id = $2";
    RECORD_OK = "
        INSERT INTO key_health (owner_kind, owner_id, provider, secret_id, last_ok_at)
        SELECT owner_kind, owner_id, provider, id, $4
        FROM secrets WHERE id = $3 AND owner_kind = $1 AND owner_id = $2
        ON CONFLICT (owner_kind, owner_id, provider) DO UPDATE
        SET last_error_at = CASE WHEN key_health.secret_id = excluded.secret_id
                THEN key_health.last_error_at END,
            last_error = CASE WHEN key_health.secret_id = excluded.secret_id
                THEN key_health.last_error END,
            secret_id = excluded.secret_id, last_ok_at = excluded.last_ok_at";
    RECORD_ERROR = "
        INSERT INTO key_health (owner_kind, owner_id, provider, secret_id, last_error_at, last_error)
        SELECT owner_kind, owner_id, provider, id, $4, $5
        FROM secrets WHERE id = $3 AND owner_kind = $1 AND owner_id = $2
        ON CONFLICT (owner_kind, owner_id, provider) DO UPDATE
        SET last_ok_at = CASE WHEN key_health.secret_id = excluded.secret_id
                THEN key_health.last_ok_at END,
            secret_id = excluded.secret_id, last_error_at = excluded.last_error_at,
            last_error = excluded.last_error";
}

row! {
    /// How a key last fared.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KeyHealthRow {
        /// Which key.
        pub secret_id: SecretId,
        /// When its provider last accepted it.
        pub last_ok_at: Option<Timestamp>,
        /// When its provider last refused it.
        pub last_error_at: Option<Timestamp>,
        /// Why.
        pub last_error: Option<ProviderFault>,
    }
}

/// How this key last fared; `None` where nothing is known or it is no longer in its slot.
///
/// # Errors
/// The database failed.
pub async fn of_key(
    db: &Db,
    owner: &Owner,
    id: &SecretId,
) -> Result<Option<KeyHealthRow>, StoreError> {
    db.one(&OF_KEY, values![owner.kind(), owner.id(), id]).await
}

/// How the keys in all slots of an owner last fared.
///
/// # Errors
/// The database failed.
pub async fn of_owner(db: &Db, owner: &Owner) -> Result<Vec<KeyHealthRow>, StoreError> {
    db.all(&OF_OWNER, values![owner.kind(), owner.id()]).await
}

/// Writes down that a key was accepted, or why it was refused; false where it is no longer in its
/// slot.
///
/// # Errors
/// The database failed.
pub async fn record(
    db: &Db,
    owner: &Owner,
    id: &SecretId,
    outcome: Result<(), ProviderFault>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (kind, owner) = (owner.kind(), owner.id());
    let written = match outcome {
        Ok(()) => db.write(&RECORD_OK, values![kind, owner, id, now]).await?,
        Err(fault) => {
            let values = values![kind, owner, id, now, fault.as_str()];
            db.write(&RECORD_ERROR, values).await?
        }
    };
    Ok(written == 1)
}
