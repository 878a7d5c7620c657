//! Jobs that wait for something other than time, such as a place at a provider: they are handed back
//! under its name and woken when it is there. The time is their safety net.

use super::Lease;
use crate::{
    Db, StoreError,
    statement::{statements, values},
};
use domain::Timestamp;

statements! {
    HOLD = "
        UPDATE jobs SET run_at = $4, progress = $5, held_for = $6, lease_owner = NULL
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    WAKE = "
        UPDATE jobs SET run_at = $2
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE held_for = $1 AND run_at > $2
            ORDER BY run_at, generation_id LIMIT $3)",
    postgres: "
        UPDATE jobs SET run_at = $2
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE held_for = $1 AND run_at > $2
            ORDER BY run_at, generation_id LIMIT $3 FOR UPDATE SKIP LOCKED)";
}

/// Hands a job back until [`wake`] is called with the same name, or until `run_at` at the latest.
/// False when the lease is lost and nothing was written.
///
/// # Errors
/// The database failed.
pub async fn hold(
    db: &Db,
    lease: &Lease,
    name: &str,
    progress: &str,
    run_at: Timestamp,
) -> Result<bool, StoreError> {
    let held = db
        .write(
            &HOLD,
            values![
                &lease.generation_id,
                &lease.owner,
                lease.epoch,
                run_at,
                progress,
                name
            ],
        )
        .await?;
    Ok(held == 1)
}

/// Makes up to `most` jobs that wait under this name due, those first that would be due first; how
/// many.
///
/// # Errors
/// The database failed.
pub async fn wake(db: &Db, name: &str, now: Timestamp, most: usize) -> Result<u64, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    db.write(&WAKE, values![name, now, most]).await
}
