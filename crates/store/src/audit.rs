//! What was done to keys, settings and people: rows that are only ever appended.

use crate::{
    Db, StoreError,
    statement::{statements, values},
};
use domain::{Timestamp, UserId};

statements! {
    APPEND = "
        INSERT INTO audit_events (id, at, actor_id, action, target, detail)
        VALUES ($1, $2, $3, $4, $5, $6)";
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
