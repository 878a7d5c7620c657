//! What the last free test of a stored key found, one result per slot. It names the key that was
//! tested: a replaced key has a new id and counts as untested.

use crate::{
    Db, StoreError,
    row::row,
    secrets::Owner,
    statement::{statements, values},
};
use domain::{ProviderId, SecretId, Timestamp};

statements! {
    RECORD = "
        INSERT INTO key_tests (owner_kind, owner_id, provider, secret_id, report, tested_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (owner_kind, owner_id, provider) DO UPDATE
        SET secret_id = excluded.secret_id, report = excluded.report,
            tested_at = excluded.tested_at";
    OF_OWNER = "
        SELECT secret_id, report, tested_at FROM key_tests
        WHERE owner_kind = $1 AND owner_id = $2";
}

row! {
    /// The result of a test.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KeyTestRow {
        /// Of which key.
        pub secret_id: SecretId,
        /// The report as JSON; never a secret.
        pub report: String,
        /// When.
        pub tested_at: Timestamp,
    }
}

/// Writes down what a test of a key found, in place of what the one before found.
///
/// # Errors
/// The database failed.
pub async fn record(
    db: &Db,
    owner: &Owner,
    provider: ProviderId,
    test: &KeyTestRow,
) -> Result<(), StoreError> {
    db.write(
        &RECORD,
        values![
            owner.kind(),
            owner.id(),
            provider.as_str(),
            &test.secret_id,
            &test.report,
            test.tested_at
        ],
    )
    .await
    .map(drop)
}

/// The results in all slots of an owner.
///
/// # Errors
/// The database failed.
pub async fn of_owner(db: &Db, owner: &Owner) -> Result<Vec<KeyTestRow>, StoreError> {
    db.all(&OF_OWNER, values![owner.kind(), owner.id()]).await
}
