//! What the fields of the settings were before and after each change. It is written with the change,
//! in its transaction, and bounded: of each field the newest versions are kept.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    settings::Scope,
    statement::{statements, values},
};
use domain::{
    Timestamp, UserId,
    history::KEPT,
    settings::{Field, Stored},
};

statements! {
    INSERT = "
        INSERT INTO settings_history (scope_kind, scope_id, field, version, value_before, value,
            changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FORGET = "
        DELETE FROM settings_history
        WHERE scope_kind = $1 AND scope_id = $2 AND field = $3 AND version <= $4";
    LIST = "
        SELECT h.version, h.value_before, h.value, h.changed_at, h.changed_by, u.name
        FROM settings_history h LEFT JOIN users u ON u.id = h.changed_by
        WHERE h.scope_kind = $1 AND h.scope_id = $2 AND h.field = $3
        ORDER BY h.version DESC";
}

row! {
    /// One change of a field.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChangeRow {
        /// The version that the field had afterwards.
        pub version: i64,
        /// The value before.
        pub value_before: Option<String>,
        /// The value afterwards.
        pub value: Option<String>,
        /// When.
        pub changed_at: Timestamp,
        /// Who.
        pub changed_by: UserId,
        /// The name of who, as it is now.
        pub name: Option<String>,
    }
}

/// The remembered changes of a field, the newest first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, scope: &Scope, field: Field) -> Result<Vec<ChangeRow>, StoreError> {
    let field = field.to_string();
    db.all(&LIST, values![scope.kind(), scope.id(), &field])
        .await
}

/// Writes down that `field` was `before` and is `now`, and forgets what is too old.
pub(crate) async fn record(
    tx: &mut Tx,
    scope: &Scope,
    field: &str,
    before: Option<&str>,
    now: &Stored,
    who: &UserId,
) -> Result<(), StoreError> {
    let (kind, id) = (scope.kind(), scope.id());
    tx.execute(
        &INSERT,
        values![
            kind,
            id,
            field,
            now.version,
            before,
            now.value.as_deref(),
            now.updated_at,
            who
        ],
    )
    .await?;
    if now.version > KEPT {
        tx.execute(&FORGET, values![kind, id, field, now.version - KEPT])
            .await?;
    }
    Ok(())
}
