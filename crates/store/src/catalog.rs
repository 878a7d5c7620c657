//! The catalogue's models as they were shipped, with the operator's corrections beside them. A
//! release replaces what is shipped and never touches a correction; what a model means is not
//! known here.

use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::{Operation, ProviderId, Timestamp, UserId};

statements! {
    STATE = "SELECT release, version, lists_version FROM catalog_state WHERE id = 1";
    // Changes nothing; on PostgreSQL it lets one server at a time load its release.
    LOCK = "
        UPDATE catalog_state SET version = version WHERE id = 1
        RETURNING release, version, lists_version";
    MODELS = "
        SELECT operation, provider, model, shipped, withdrawn_at, corrected, corrected_by,
               corrected_at
        FROM catalog_models ORDER BY position, operation, provider, model";
    MODEL = "
        SELECT operation, provider, model, shipped, withdrawn_at, corrected, corrected_by,
               corrected_at
        FROM catalog_models WHERE operation = $1 AND provider = $2 AND model = $3";
    // All models of a release in one statement: the rows come as one JSON array.
    SHIP = "
        INSERT INTO catalog_models (operation, provider, model, position, release, shipped)
        SELECT json_extract(value, '$.operation'), json_extract(value, '$.provider'),
               json_extract(value, '$.model'), key, $2, json_extract(value, '$.shipped')
        FROM json_each($1) WHERE true
        ON CONFLICT (operation, provider, model) DO UPDATE SET
            position = excluded.position, release = excluded.release,
            shipped = excluded.shipped, withdrawn_at = NULL",
        postgres: "
        INSERT INTO catalog_models (operation, provider, model, position, release, shipped)
        SELECT entry ->> 'operation', entry ->> 'provider', entry ->> 'model', place - 1, $2,
               entry ->> 'shipped'
        FROM json_array_elements(CAST($1 AS JSON)) WITH ORDINALITY AS rows (entry, place)
        ON CONFLICT (operation, provider, model) DO UPDATE SET
            position = excluded.position, release = excluded.release,
            shipped = excluded.shipped, withdrawn_at = NULL";
    WITHDRAW = "
        UPDATE catalog_models SET withdrawn_at = $2
        WHERE release <> $1 AND withdrawn_at IS NULL";
    RELEASED = "UPDATE catalog_state SET release = $1, version = version + 1 WHERE id = 1";
    CORRECT = "
        UPDATE catalog_models SET corrected = $4, corrected_by = $5, corrected_at = $6
        WHERE operation = $1 AND provider = $2 AND model = $3";
    CORRECTED = "UPDATE catalog_state SET version = version + 1 WHERE id = 1";
}

row! {
    /// By which a server knows whether what it holds is what stands here.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct State {
        /// The digest of the data that was shipped last; empty before the first.
        pub release: String,
        /// Grows with each change of the catalogue.
        pub version: i64,
        /// Grows with each change of a list that is applied.
        pub lists_version: i64,
    }
}

row! {
    /// One model of the catalogue.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ModelRow {
        /// What it generates.
        pub operation: Operation,
        /// Who runs it.
        pub provider: ProviderId,
        /// Its id.
        pub model: String,
        /// The model as JSON, as it was shipped last.
        pub shipped: String,
        /// Since when it is no longer shipped.
        pub withdrawn_at: Option<Timestamp>,
        /// What the operator corrected, as JSON.
        pub corrected: Option<String>,
        /// Who corrected it.
        pub corrected_by: Option<UserId>,
        /// When it was corrected.
        pub corrected_at: Option<Timestamp>,
    }
}

/// Which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// What it generates.
    pub operation: Operation,
    /// Who runs it.
    pub provider: ProviderId,
    /// Its id.
    pub model: &'a str,
}

/// The versions that stand now.
///
/// # Errors
/// The database failed.
pub async fn state(db: &Db) -> Result<State, StoreError> {
    let state = db.one::<State>(&STATE, &[]).await?;
    state.ok_or(StoreError::Corrupt { column: "release" })
}

/// Every model, in the order of the catalogue, with the versions that these rows have at least.
///
/// # Errors
/// The database failed.
pub async fn all(db: &Db) -> Result<(State, Vec<ModelRow>), StoreError> {
    let mut reader = db.reader().await?;
    let state = reader
        .one::<State>(&STATE, &[])
        .await?
        .ok_or(StoreError::Corrupt { column: "release" })?;
    let models = reader.all::<ModelRow>(&MODELS, &[]).await?;
    Ok((state, models))
}

/// One model.
///
/// # Errors
/// The database failed.
pub async fn get(db: &Db, place: Place<'_>) -> Result<Option<ModelRow>, StoreError> {
    db.one(
        &MODEL,
        values![
            place.operation.as_str(),
            place.provider.as_str(),
            place.model
        ],
    )
    .await
}

/// Loads what a release ships, in one transaction, unless it is what was loaded last; whether it
/// was loaded. `models` is a JSON array of `{operation, provider, model, shipped}`, texts all of
/// them, in the order of the catalogue. Corrections stay; a model that is not among them is marked
/// as withdrawn, and one that comes back is not withdrawn any more.
///
/// # Errors
/// The database failed.
pub async fn ship(
    db: &Db,
    release: &str,
    models: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if state(db).await?.release == release {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    let stands = tx.one::<State>(&LOCK, &[]).await?;
    if stands.is_some_and(|state| state.release == release) {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.execute(&SHIP, values![models, release]).await?;
    tx.execute(&WITHDRAW, values![release, now]).await?;
    tx.execute(&RELEASED, values![release]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Stores the operator's correction of a model in place of an earlier one, or takes it back, which
/// changes nothing where there is none; false where there is no such model.
///
/// # Errors
/// The database failed.
pub async fn correct(
    db: &Db,
    place: Place<'_>,
    correction: Option<&str>,
    who: &UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (by, at) = match correction {
        Some(_) => (Some(who), Some(now)),
        None => (None, None),
    };
    let (operation, provider) = (place.operation.as_str(), place.provider.as_str());
    let mut tx = db.begin().await?;
    let row = tx
        .one::<ModelRow>(&MODEL, values![operation, provider, place.model])
        .await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(false);
    };
    if correction.is_none() && row.corrected.is_none() {
        tx.rollback().await?;
        return Ok(true);
    }
    tx.execute(
        &CORRECT,
        values![operation, provider, place.model, correction, by, at],
    )
    .await?;
    tx.execute(&CORRECTED, &[]).await?;
    tx.commit().await?;
    Ok(true)
}
