//! What was done to keys, settings and people: rows that are only ever appended.

use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::{ProviderId, Timestamp, UserId};

statements! {
    APPEND = "
        INSERT INTO audit_events (id, at, actor_id, action, target, detail)
        VALUES ($1, $2, $3, $4, $5, $6)";
    OF_KEY = "
        SELECT at, action FROM audit_events
        WHERE actor_id = $1 AND target = $2 AND action LIKE 'key.%'
        ORDER BY at DESC, id DESC LIMIT $3";
}

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id, new.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor_id: UserId,
    /// What, such as `key.replaced`.
    pub action: String,
    /// To which key, setting, project or person.
    pub target: String,
    /// More about it as JSON; never a secret.
    pub detail: String,
}

row! {
    /// When something was done, and what.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EventRow {
        /// When.
        pub at: Timestamp,
        /// What, such as `key.replaced`.
        pub action: String,
    }
}

/// Writes down what somebody did.
///
/// # Errors
/// The database failed, or the id was used before.
pub async fn append(db: &Db, event: &NewEvent) -> Result<(), StoreError> {
    db.write(
        &APPEND,
        values![
            &event.id,
            event.at,
            &event.actor_id,
            &event.action,
            &event.target,
            &event.detail
        ],
    )
    .await
    .map(drop)
}

/// What somebody did to their key of a slot, newest first.
///
/// # Errors
/// The database failed.
pub async fn of_key(
    db: &Db,
    actor: &UserId,
    slot: ProviderId,
    limit: u32,
) -> Result<Vec<EventRow>, StoreError> {
    let limit = i64::from(limit);
    db.all(&OF_KEY, values![actor, slot.as_str(), limit]).await
}
