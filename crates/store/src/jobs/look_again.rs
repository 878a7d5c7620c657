//! Another look at a generation of which nobody knows how it ended: a new job that asks the provider
//! about the task that it had taken. It never sends the request again.

use crate::{
    Db, StoreError,
    statement::{statements, values},
};
use domain::{GenerationId, Timestamp, UserId};

statements! {
    REOPEN = "
        UPDATE generations
        SET status = 'running', error = NULL, finished_at = NULL, progress = NULL, updated_at = $3
        WHERE id = $2 AND user_id = $1 AND status = 'unknown' AND progress IS NOT NULL";
    // It had its turn; the lane is that of `jobs::lane`.
    INSERT_JOB = "
        INSERT INTO jobs (generation_id, user_id, lane, run_at, lease_epoch, attempt, progress)
        SELECT $2, $1, g.provider || '/' || COALESCE(g.secret_ref, '-') || '/'
            || COALESCE(g.endpoint, '-'), $3, 0, 0, $4
        FROM generations g WHERE g.id = $2";
}

/// Lets a generation of one's own run again from this progress, which says the provider's task.
/// False where it is not one whose end is unknown; nothing was written then.
///
/// # Errors
/// The database failed.
pub async fn look_again(
    db: &Db,
    user: &UserId,
    id: &GenerationId,
    progress: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    if tx.execute(&REOPEN, values![user, id, now]).await? == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    tx.execute(&INSERT_JOB, values![user, id, now, progress])
        .await?;
    tx.commit().await?;
    Ok(true)
}
