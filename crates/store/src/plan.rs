//! What a project still has to generate: its items in their order, with how far their generations
//! are. Who may see a project is asked before; here its id is the scope.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{statements, values},
};
use domain::{
    BatchId, GenerationId, PlannedItemId, ProjectId, ProviderId, Timestamp, UserId,
    generation::Status, project::Step,
};

statements! {
    // Whoever adds locks the project's row first, so that together no more are added than may be.
    LOCK_PROJECT = "UPDATE projects SET updated_at = updated_at WHERE id = $1";
    HOW_MANY = "SELECT COUNT(*) AS number FROM planned_items WHERE project_id = $1";
    INSERT = "
        INSERT INTO planned_items (id, project_id, position, user_id, step, provider, model, input,
            attempt, created_at)
        SELECT $2, p.id,
               COALESCE((SELECT MAX(i.position) FROM planned_items i WHERE i.project_id = $1), 0) + 1,
               $3, $4, $5, $6, $7, 0, $8
        FROM projects p WHERE p.id = $1";
    LIST = "
        SELECT i.id, i.user_id, i.step, i.provider, i.model, i.input, i.batch_id, i.attempt,
               i.agreed, i.generation_id, i.error, i.created_at, g.status,
               g.error AS generation_error
        FROM planned_items i LEFT JOIN generations g ON g.id = i.generation_id
        WHERE i.project_id = $1
        ORDER BY i.position, i.id";
    DELETE = "
        DELETE FROM planned_items
        WHERE project_id = $1 AND id = $2
          AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.generation_id = planned_items.generation_id)";
    // Only as it was when it was looked at: nobody else has taken it meanwhile.
    TAKE = "
        UPDATE planned_items
        SET batch_id = $3, attempt = attempt + 1, agreed = $5, generation_id = NULL, error = NULL
        WHERE project_id = $1 AND id = $2 AND attempt = $4";
    GIVE_BACK = "
        UPDATE planned_items SET batch_id = NULL
        WHERE batch_id = $1 AND generation_id IS NULL AND error IS NULL";
    STARTED = "
        UPDATE planned_items SET generation_id = $4
        WHERE id = $1 AND batch_id = $2 AND attempt = $3 AND generation_id IS NULL";
    REFUSED = "
        UPDATE planned_items SET error = $4
        WHERE id = $1 AND batch_id = $2 AND attempt = $3 AND generation_id IS NULL";
}

row! {
    /// An item as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ItemRow {
        /// Its id.
        pub id: PlannedItemId,
        /// Who added it.
        pub user_id: UserId,
        /// In which step of the project.
        pub step: Step,
        /// By this provider, whatever the settings say.
        pub provider: Option<ProviderId>,
        /// With this model, whatever the settings say.
        pub model: Option<String>,
        /// What it should be, as JSON.
        pub input: String,
        /// The batch that it is or was made in.
        pub batch_id: Option<BatchId>,
        /// How often it was put into a batch.
        pub attempt: i64,
        /// What was agreed to for it, as JSON.
        pub agreed: Option<String>,
        /// Its generation, once it was started.
        pub generation_id: Option<GenerationId>,
        /// Why it could not be started, as JSON.
        pub error: Option<String>,
        /// When it was added.
        pub created_at: Timestamp,
        /// How far its generation is.
        pub status: Option<Status>,
        /// Why its generation did not work, as JSON.
        pub generation_error: Option<String>,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

/// An item to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Its id, new.
    pub id: PlannedItemId,
    /// In which step of the project.
    pub step: Step,
    /// By this provider, whatever the settings say.
    pub provider: Option<ProviderId>,
    /// With this model, whatever the settings say.
    pub model: Option<String>,
    /// What it should be, as JSON.
    pub input: String,
}

/// Adds items at the end, all or none; false where the project would have more than `most` then, or
/// is gone.
///
/// # Errors
/// The database failed.
pub async fn add(
    db: &Db,
    project: &ProjectId,
    by: &UserId,
    items: &[NewItem],
    most: usize,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    tx.execute(&LOCK_PROJECT, values![project]).await?;
    let there: Option<Count> = tx.one(&HOW_MANY, values![project]).await?;
    let there = there.map_or(0, |count| {
        usize::try_from(count.number).unwrap_or(usize::MAX)
    });
    let mut fits = there.saturating_add(items.len()) <= most;
    for item in items.iter().take(if fits { items.len() } else { 0 }) {
        let added = tx
            .execute(
                &INSERT,
                values![
                    project,
                    &item.id,
                    by,
                    item.step.as_str(),
                    item.provider.map(ProviderId::as_str),
                    item.model.as_deref(),
                    &item.input,
                    now
                ],
            )
            .await?;
        fits &= added == 1;
    }
    if fits {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(fits)
}

/// The items of a project, in their order.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, project: &ProjectId) -> Result<Vec<ItemRow>, StoreError> {
    db.all(&LIST, values![project]).await
}

/// Takes an item out of the plan; false where it is not there or is being made. What was made stays.
///
/// # Errors
/// The database failed.
pub async fn remove(db: &Db, project: &ProjectId, id: &PlannedItemId) -> Result<bool, StoreError> {
    Ok(db.write(&DELETE, values![project, id]).await? == 1)
}

/// An item to put into a batch, as it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub id: PlannedItemId,
    /// How often it had been in a batch.
    pub attempt: i64,
    /// What was agreed to for it, as JSON.
    pub agreed: String,
}

/// Puts items into a batch; false where one is not as it was looked at.
pub(crate) async fn take(
    tx: &mut Tx,
    project: &ProjectId,
    batch: &BatchId,
    items: &[Taken],
) -> Result<bool, StoreError> {
    for item in items {
        let values = values![project, &item.id, batch, item.attempt, &item.agreed];
        if tx.execute(&TAKE, values).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes what a batch has not started out of it again.
pub(crate) async fn give_back(tx: &mut Tx, batch: &BatchId) -> Result<(), StoreError> {
    tx.execute(&GIVE_BACK, values![batch]).await.map(drop)
}

/// Which item in which batch, for the how manieth time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    /// The item.
    pub item: &'a PlannedItemId,
    /// The batch.
    pub batch: &'a BatchId,
    /// How often it was put into one.
    pub attempt: i64,
}

/// Writes down which generation an item has become; false where it is no longer the batch's.
///
/// # Errors
/// The database failed.
pub async fn started(
    db: &Db,
    turn: Turn<'_>,
    generation: &GenerationId,
) -> Result<bool, StoreError> {
    let values = values![turn.item, turn.batch, turn.attempt, generation];
    Ok(db.write(&STARTED, values).await? == 1)
}

/// Writes down why an item could not be started; false where it is no longer the batch's.
///
/// # Errors
/// The database failed.
pub async fn refused(db: &Db, turn: Turn<'_>, error: &str) -> Result<bool, StoreError> {
    let values = values![turn.item, turn.batch, turn.attempt, error];
    Ok(db.write(&REFUSED, values).await? == 1)
}
