//! The lists that providers gave to a person: the one that counts, and one that waits for consent.
//! What is in them is JSON that this module does not read.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use domain::{Operation, ProviderId, Timestamp, UserId, settings::Field};

statements! {
    GET = "
        SELECT provider, applied, applied_at, difference, pending, pending_at, pending_difference,
               problem, problem_at
        FROM model_lists WHERE user_id = $1 AND provider = $2";
    APPLIED = "
        SELECT provider, applied FROM model_lists
        WHERE user_id = $1 AND applied IS NOT NULL ORDER BY provider";
    STORE = "
        INSERT INTO model_lists (user_id, provider, applied, applied_at, difference)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, provider) DO UPDATE SET
            applied = excluded.applied, applied_at = excluded.applied_at,
            difference = excluded.difference,
            pending = NULL, pending_at = NULL, pending_difference = NULL,
            problem = NULL, problem_at = NULL";
    HOLD = "
        INSERT INTO model_lists (user_id, provider, pending, pending_at, pending_difference)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, provider) DO UPDATE SET
            pending = excluded.pending, pending_at = excluded.pending_at,
            pending_difference = excluded.pending_difference,
            problem = NULL, problem_at = NULL";
    FAIL = "
        INSERT INTO model_lists (user_id, provider, problem, problem_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, provider) DO UPDATE SET
            problem = excluded.problem, problem_at = excluded.problem_at";
    APPLY = "
        UPDATE model_lists SET
            applied = pending, applied_at = pending_at, difference = pending_difference,
            pending = NULL, pending_at = NULL, pending_difference = NULL
        WHERE user_id = $1 AND provider = $2 AND pending IS NOT NULL";
    DISCARD = "
        UPDATE model_lists SET pending = NULL, pending_at = NULL, pending_difference = NULL
        WHERE user_id = $1 AND provider = $2 AND pending IS NOT NULL";
    CHANGED = "UPDATE catalog_state SET lists_version = lists_version + 1 WHERE id = 1";
    IN_USE = "
        SELECT s.field, s.value FROM settings s
        WHERE s.scope_kind = 'user' AND s.scope_id = $1
          AND s.field LIKE 'operations.%.models.' || CAST($2 AS TEXT) AND s.value IS NOT NULL
        UNION ALL
        SELECT s.field, s.value FROM project_access access
        JOIN settings s ON s.scope_kind = 'project' AND s.scope_id = access.project_id
        WHERE access.user_id = $1
          AND s.field LIKE 'operations.%.models.' || CAST($2 AS TEXT) AND s.value IS NOT NULL
        UNION ALL
        SELECT s.field, s.value FROM organization_members m
        JOIN settings s ON s.scope_kind = 'organization' AND s.scope_id = m.organization_id
        WHERE m.user_id = $1
          AND s.field LIKE 'operations.%.models.' || CAST($2 AS TEXT) AND s.value IS NOT NULL";
    WAITING = "
        SELECT provider FROM model_lists WHERE user_id = $1 AND pending IS NOT NULL";
    DELETE = "DELETE FROM model_lists WHERE user_id = $1 AND provider = $2";
}

row! {
    struct Waiting {
        provider: ProviderId,
    }
}

row! {
    /// What a person has of a provider's list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ListRow {
        /// Whose list.
        pub provider: ProviderId,
        /// The list that counts, as JSON.
        pub applied: Option<String>,
        /// When that was fetched.
        pub applied_at: Option<Timestamp>,
        /// What it changed, as JSON.
        pub difference: Option<String>,
        /// The list that waits for consent, as JSON.
        pub pending: Option<String>,
        /// When that was fetched.
        pub pending_at: Option<Timestamp>,
        /// What it would change, as JSON.
        pub pending_difference: Option<String>,
        /// Why the last fetch brought nothing, in a sentence.
        pub problem: Option<String>,
        /// When that was.
        pub problem_at: Option<Timestamp>,
    }
}

row! {
    /// A list that counts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Applied {
        /// Whose list.
        pub provider: ProviderId,
        /// The list as JSON.
        pub applied: String,
    }
}

row! {
    struct Chosen {
        field: String,
        value: String,
    }
}

/// A list as it was fetched.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    /// The list as JSON.
    pub list: &'a str,
    /// What it changes, as JSON.
    pub difference: &'a str,
    /// When it was fetched.
    pub at: Timestamp,
}

/// What a person has of a provider's list; `None` where nothing was ever fetched.
///
/// # Errors
/// The database failed.
pub async fn get(
    db: &Db,
    user: &UserId,
    provider: ProviderId,
) -> Result<Option<ListRow>, StoreError> {
    db.one(&GET, values![user, provider.as_str()]).await
}

/// All lists that count for a person.
///
/// # Errors
/// The database failed.
pub async fn applied(db: &Db, user: &UserId) -> Result<Vec<Applied>, StoreError> {
    db.all(&APPLIED, values![user]).await
}

/// Stores a list that counts from now on. What was pending and what went wrong is forgotten.
///
/// # Errors
/// The database failed, or the person is not there.
pub async fn store(
    db: &Db,
    user: &UserId,
    provider: ProviderId,
    fetched: Fetched<'_>,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(
        &STORE,
        values![
            user,
            provider.as_str(),
            fetched.list,
            fetched.at,
            fetched.difference
        ],
    )
    .await?;
    changed(tx).await
}

/// Stores a list that waits for consent, in place of one that waits already.
///
/// # Errors
/// The database failed, or the person is not there.
pub async fn hold(
    db: &Db,
    user: &UserId,
    provider: ProviderId,
    fetched: Fetched<'_>,
) -> Result<(), StoreError> {
    db.write(
        &HOLD,
        values![
            user,
            provider.as_str(),
            fetched.list,
            fetched.at,
            fetched.difference
        ],
    )
    .await
    .map(drop)
}

/// Notes why a fetch brought nothing; the lists stay as they are.
///
/// # Errors
/// The database failed, or the person is not there.
pub async fn fail(
    db: &Db,
    user: &UserId,
    provider: ProviderId,
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.write(&FAIL, values![user, provider.as_str(), problem, now])
        .await
        .map(drop)
}

/// Lets the pending list count; false where none waits.
///
/// # Errors
/// The database failed.
pub async fn apply(db: &Db, user: &UserId, provider: ProviderId) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&APPLY, values![user, provider.as_str()]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    changed(tx).await?;
    Ok(true)
}

/// The providers whose newest list waits for consent.
///
/// # Errors
/// The database failed.
pub async fn waiting(db: &Db, user: &UserId) -> Result<Vec<ProviderId>, StoreError> {
    let rows = db.all::<Waiting>(&WAITING, values![user]).await?;
    Ok(rows.into_iter().map(|row| row.provider).collect())
}

/// Forgets a provider's list.
///
/// # Errors
/// The database failed.
pub async fn delete(db: &Db, user: &UserId, provider: ProviderId) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(&DELETE, values![user, provider.as_str()])
        .await?;
    changed(tx).await
}

/// Throws the pending list away; false where none waits.
///
/// # Errors
/// The database failed.
pub async fn discard(db: &Db, user: &UserId, provider: ProviderId) -> Result<bool, StoreError> {
    Ok(db.write(&DISCARD, values![user, provider.as_str()]).await? == 1)
}

/// The models of a provider that are chosen in a person's own settings and in those of the
/// projects that they can see.
///
/// # Errors
/// The database failed.
pub async fn in_use(
    db: &Db,
    user: &UserId,
    provider: ProviderId,
) -> Result<Vec<(Operation, String)>, StoreError> {
    let chosen = db
        .all::<Chosen>(&IN_USE, values![user, provider.as_str()])
        .await?;
    Ok(chosen
        .into_iter()
        .filter_map(|row| match Field::parse(&row.field)? {
            Field::Model(operation, of) if of == provider => Some((operation, row.value)),
            _ => None,
        })
        .collect())
}

async fn changed(mut tx: Tx) -> Result<(), StoreError> {
    tx.execute(&CHANGED, &[]).await?;
    tx.commit().await
}
