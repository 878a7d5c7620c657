//! Reading what was written down: the newest first for people, the oldest first for files.

use super::NewEvent;
use crate::{
    Db, StoreError,
    row::{FromRow, Row},
    statement::{Value, statements, values},
};
use domain::{OrganizationId, Timestamp};

statements! {
    OF_ORGANIZATION = "
        SELECT e.id, e.at, e.actor_id, e.action, e.target, e.detail, e.organization_id, e.address,
               e.sequence, u.name AS actor_name, u.email AS actor_email,
               o.name AS organization_name
        FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id
             LEFT JOIN organizations o ON o.id = e.organization_id
        WHERE e.organization_id = $1 AND e.sequence < $2
        ORDER BY e.sequence DESC LIMIT $3";
    BEFORE = "
        SELECT e.id, e.at, e.actor_id, e.action, e.target, e.detail, e.organization_id, e.address,
               e.sequence, u.name AS actor_name, u.email AS actor_email,
               o.name AS organization_name
        FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id
             LEFT JOIN organizations o ON o.id = e.organization_id
        WHERE e.sequence < $1 AND e.at >= $2 AND e.at < $3
          AND (CAST($4 AS TEXT) IS NULL OR e.actor_id = $4 OR u.email = $4)
          AND (CAST($5 AS TEXT) IS NULL OR e.action = $5)
          AND (CAST($6 AS TEXT) IS NULL OR e.organization_id = $6)
        ORDER BY e.sequence DESC LIMIT $7";
    AFTER = "
        SELECT e.id, e.at, e.actor_id, e.action, e.target, e.detail, e.organization_id, e.address,
               e.sequence, u.name AS actor_name, u.email AS actor_email,
               o.name AS organization_name
        FROM audit_events e LEFT JOIN users u ON u.id = e.actor_id
             LEFT JOIN organizations o ON o.id = e.organization_id
        WHERE e.sequence > $1 AND e.at >= $2 AND e.at < $3
          AND (CAST($4 AS TEXT) IS NULL OR e.actor_id = $4 OR u.email = $4)
          AND (CAST($5 AS TEXT) IS NULL OR e.action = $5)
          AND (CAST($6 AS TEXT) IS NULL OR e.organization_id = $6)
        ORDER BY e.sequence LIMIT $7";
}

/// An event with who that is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its place, counted from 1.
    pub sequence: i64,
    /// What was done.
    pub event: NewEvent,
    /// The name of who did it, unless the account is gone.
    pub actor_name: Option<String>,
    /// Their address to sign in with.
    pub actor_email: Option<String>,
    /// The name of the organization, unless it is gone.
    pub organization_name: Option<String>,
}

impl FromRow for Read {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            event: NewEvent::from_row(row)?,
            actor_name: row.get("actor_name")?,
            actor_email: row.get("actor_email")?,
            organization_name: row.get("organization_name")?,
        })
    }
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// By the one with this id or address.
    pub actor: Option<String>,
    /// Of this kind, such as `key.replaced`.
    pub action: Option<String>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            actor: None,
            action: None,
            organization: None,
            from: Timestamp(i64::MIN),
            to: Timestamp(i64::MAX),
        }
    }
}

impl Filter {
    fn values(&self, bound: i64, limit: u32) -> [Value<'_>; 7] {
        let limit = i64::from(limit);
        *values![
            bound,
            self.from,
            self.to,
            self.actor.as_deref(),
            self.action.as_deref(),
            self.organization.as_ref(),
            limit
        ]
    }
}

/// What concerns an organization, the newest first, from before a place.
///
/// # Errors
/// The database failed.
pub async fn of_organization(
    db: &Db,
    organization: &OrganizationId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Read>, StoreError> {
    let (before, limit) = (before.unwrap_or(i64::MAX), i64::from(limit));
    db.all(&OF_ORGANIZATION, values![organization, before, limit])
        .await
}

/// All that fits, the newest first, from before a place.
///
/// # Errors
/// The database failed.
pub async fn before(
    db: &Db,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Read>, StoreError> {
    let values = filter.values(before.unwrap_or(i64::MAX), limit);
    db.all(&BEFORE, &values).await
}

/// All that fits, the oldest first, from after a place.
///
/// # Errors
/// The database failed.
pub async fn after(
    db: &Db,
    filter: &Filter,
    after: i64,
    limit: u32,
) -> Result<Vec<Read>, StoreError> {
    db.all(&AFTER, &filter.values(after, limit)).await
}
