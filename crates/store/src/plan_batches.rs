//! Batches: the runs through the plans of projects. Of each project at most one is open. Whoever
//! starts items for a batch holds its lease; what a person decides takes the lease away, so that
//! nothing is written by somebody who has not seen it.

use crate::{
    Db, StoreError,
    plan::{self, Taken},
    row::row,
    statement::{statements, values},
};
use domain::{BatchId, ProjectId, Timestamp, UserId, plan::BatchState};

statements! {
    INSERT = "
        INSERT INTO batches (id, project_id, user_id, state, stop_on_error, agreed, troubled,
            lease_until, created_at, updated_at)
        VALUES ($1, $2, $3, 'running', $4, $5, 0, 0, $6, $6)
        ON CONFLICT DO NOTHING";
    NEWEST = "
        SELECT id, project_id, user_id, state, stop_on_error, agreed, reason, troubled, created_at,
               finished_at
        FROM batches WHERE project_id = $1
        ORDER BY created_at DESC, id DESC LIMIT 1";
    RUNNING = "SELECT id FROM batches WHERE state = 'running' ORDER BY id";
    LEASE = "
        UPDATE batches SET lease_owner = $2, lease_until = $4
        WHERE id = $1 AND state = 'running' AND lease_until <= $3
        RETURNING id, project_id, user_id, state, stop_on_error, agreed, reason, troubled,
                  created_at, finished_at";
    KEEP = "
        UPDATE batches SET lease_until = $3
        WHERE id = $1 AND lease_owner = $2 AND state = 'running'";
    LET_GO = "
        UPDATE batches SET lease_owner = NULL, lease_until = 0
        WHERE id = $1 AND lease_owner = $2";
    HOLD = "
        UPDATE batches
        SET state = 'paused', reason = $3, troubled = $4, updated_at = $5, lease_owner = NULL,
            lease_until = 0
        WHERE id = $1 AND lease_owner = $2 AND state = 'running'";
    FINISH = "
        UPDATE batches
        SET state = 'done', updated_at = $3, finished_at = $3, lease_owner = NULL, lease_until = 0
        WHERE id = $1 AND lease_owner = $2 AND state = 'running'";
    PAUSE = "
        UPDATE batches
        SET state = 'paused', reason = NULL, updated_at = $2, lease_owner = NULL, lease_until = 0
        WHERE id = $1 AND state = 'running'";
    RESUME = "
        UPDATE batches
        SET state = 'running', reason = NULL, troubled = $2, updated_at = $3, lease_owner = NULL,
            lease_until = 0
        WHERE id = $1 AND state = 'paused'";
    CANCEL = "
        UPDATE batches
        SET state = 'cancelled', reason = NULL, updated_at = $2, finished_at = $2,
            lease_owner = NULL, lease_until = 0
        WHERE id = $1 AND state IN ('running', 'paused')";
    REOPEN = "
        UPDATE batches
        SET state = 'running', reason = NULL, troubled = $2, agreed = $3, updated_at = $4,
            finished_at = NULL, lease_owner = NULL, lease_until = 0
        WHERE id = $1 AND state <> 'cancelled'";
}

row! {
    /// A batch as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BatchRow {
        /// Its id.
        pub id: BatchId,
        /// Of which project.
        pub project_id: ProjectId,
        /// Who started it.
        pub user_id: UserId,
        /// How far it is.
        pub state: BatchState,
        /// Whether it pauses where an item does not work.
        pub stop_on_error: bool,
        /// What was agreed to, as JSON.
        pub agreed: String,
        /// Why it is paused where nobody asked for it, as JSON.
        pub reason: Option<String>,
        /// How many items had not worked when it was last begun or paused.
        pub troubled: i64,
        /// When it was started.
        pub created_at: Timestamp,
        /// When it came to its end.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    struct IdRow {
        id: BatchId,
    }
}

/// A batch to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// Its id, new.
    pub id: BatchId,
    /// Of which project.
    pub project_id: ProjectId,
    /// Who starts it.
    pub user_id: UserId,
    /// Whether it pauses where an item does not work.
    pub stop_on_error: bool,
    /// What was agreed to, as JSON.
    pub agreed: String,
    /// Now.
    pub created_at: Timestamp,
}

/// What came of beginning a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It runs.
    Running,
    /// Another one of the project is open. Nothing was written.
    AnotherIsOpen,
    /// An item is not as it was looked at. Nothing was written.
    Changed,
}

/// Begins a batch with these items, all or nothing.
///
/// # Errors
/// The database failed.
pub async fn begin(db: &Db, new: &NewBatch, items: &[Taken]) -> Result<Begun, StoreError> {
    let mut tx = db.begin().await?;
    let inserted = tx
        .execute(
            &INSERT,
            values![
                &new.id,
                &new.project_id,
                &new.user_id,
                new.stop_on_error,
                &new.agreed,
                new.created_at
            ],
        )
        .await?;
    let begun = if inserted == 0 {
        Begun::AnotherIsOpen
    } else if plan::take(&mut tx, &new.project_id, &new.id, items).await? {
        Begun::Running
    } else {
        Begun::Changed
    };
    if begun == Begun::Running {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(begun)
}

/// The newest batch of a project, open or not.
///
/// # Errors
/// The database failed.
pub async fn newest(db: &Db, project: &ProjectId) -> Result<Option<BatchRow>, StoreError> {
    db.one(&NEWEST, values![project]).await
}

/// Every batch that runs.
///
/// # Errors
/// The database failed.
pub async fn running(db: &Db) -> Result<Vec<BatchId>, StoreError> {
    let rows: Vec<IdRow> = db.all(&RUNNING, values![]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes the lease of a batch; `None` where somebody else holds it or it does not run.
///
/// # Errors
/// The database failed.
pub async fn lease(
    db: &Db,
    id: &BatchId,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<BatchRow>, StoreError> {
    db.write_returning(&LEASE, values![id, owner, now, until])
        .await
}

/// Moves the end of a lease; false where it is lost or the batch does not run any more: then nothing
/// may be started.
///
/// # Errors
/// The database failed.
pub async fn keep(
    db: &Db,
    id: &BatchId,
    owner: &str,
    until: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db.write(&KEEP, values![id, owner, until]).await? == 1)
}

/// Gives a lease back.
///
/// # Errors
/// The database failed.
pub async fn let_go(db: &Db, id: &BatchId, owner: &str) -> Result<(), StoreError> {
    db.write(&LET_GO, values![id, owner]).await.map(drop)
}

/// Pauses a batch for a reason, and gives the lease back; false where the lease was lost.
///
/// # Errors
/// The database failed.
pub async fn hold(
    db: &Db,
    id: &BatchId,
    owner: &str,
    reason: &str,
    troubled: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = values![id, owner, reason, troubled, now];
    Ok(db.write(&HOLD, values).await? == 1)
}

/// Brings a batch to its end, and gives the lease back; false where the lease was lost.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &Db,
    id: &BatchId,
    owner: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db.write(&FINISH, values![id, owner, now]).await? == 1)
}

/// Pauses a batch; false where it does not run.
///
/// # Errors
/// The database failed.
pub async fn pause(db: &Db, id: &BatchId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(db.write(&PAUSE, values![id, now]).await? == 1)
}

/// Lets a paused batch go on, with so many items that have not worked; false where it is not paused.
///
/// # Errors
/// The database failed.
pub async fn resume(
    db: &Db,
    id: &BatchId,
    troubled: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(db.write(&RESUME, values![id, troubled, now]).await? == 1)
}

/// Cancels a batch: what it has not started is only planned again. False where it is not open.
///
/// # Errors
/// The database failed.
pub async fn cancel(db: &Db, id: &BatchId, now: Timestamp) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let cancelled = tx.execute(&CANCEL, values![id, now]).await? == 1;
    if cancelled {
        plan::give_back(&mut tx, id).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(cancelled)
}

/// Puts items into a batch once more, all or nothing, and lets it run; false where one is not as it
/// was looked at, or the batch was cancelled.
///
/// # Errors
/// The database failed, also where another batch of the project has been begun meanwhile.
pub async fn retry(
    db: &Db,
    batch: &BatchRow,
    items: &[Taken],
    agreed: &str,
    troubled: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let values = values![&batch.id, troubled, agreed, now];
    let again = tx.execute(&REOPEN, values).await? == 1
        && plan::take(&mut tx, &batch.project_id, &batch.id, items).await?;
    if again {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(again)
}
