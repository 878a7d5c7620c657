//! Jobs that wait for something other than time, such as a place at a provider: they are handed back
//! under its name and woken, by their turns, when it is there. Nobody takes them before that.

use super::Lease;
use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::Timestamp;

/// When a held job is due by itself: never.
const NEVER: Timestamp = Timestamp(i64::MAX);

statements! {
    // What a provider works on already is past its turn and is woken first.
    HOLD = "
        UPDATE jobs
        SET waits = 2, held_for = $4, progress = $5, run_at = $6, lease_owner = NULL,
            turn = CASE WHEN $7 = 1 THEN 0 ELSE turn END
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    HOLD_LINE = "
        UPDATE jobs SET waits = 2, held_for = $2, run_at = $3
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE lane = $1 AND waits = 1 ORDER BY turn LIMIT $4)",
    postgres: "
        UPDATE jobs SET waits = 2, held_for = $2, run_at = $3
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE lane = $1 AND waits = 1 ORDER BY turn LIMIT $4
            FOR UPDATE SKIP LOCKED)";
    WAKE = "
        UPDATE jobs SET waits = 0, held_for = NULL, run_at = $2
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE held_for = $1
            ORDER BY turn, generation_id LIMIT $3)",
    postgres: "
        UPDATE jobs SET waits = 0, held_for = NULL, run_at = $2
        WHERE generation_id IN (
            SELECT generation_id FROM jobs WHERE held_for = $1
            ORDER BY turn, generation_id LIMIT $3 FOR UPDATE SKIP LOCKED)";
    // From name to name, whatever the number of jobs under each.
    HELD_NAMES = "
        WITH RECURSIVE names (name) AS (
            SELECT MIN(held_for) FROM jobs WHERE held_for > ''
            UNION ALL
            SELECT (SELECT MIN(held_for) FROM jobs WHERE held_for > names.name)
            FROM names WHERE names.name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL";
}

row! {
    struct NameRow {
        name: String,
    }
}

/// Hands a job back until somebody wakes what is held under this name. `is_taken` says that the
/// provider works on it already. False when the lease is lost and nothing was written.
///
/// # Errors
/// The database failed.
pub async fn hold(
    db: &Db,
    lease: &Lease,
    name: &str,
    progress: &str,
    is_taken: bool,
) -> Result<bool, StoreError> {
    let held = db
        .write(
            &HOLD,
            values![
                &lease.generation_id,
                &lease.owner,
                lease.epoch,
                name,
                progress,
                NEVER,
                is_taken
            ],
        )
        .await?;
    Ok(held == 1)
}

/// Holds up to `most` jobs of this lane that are still in line, so that nobody takes each of them
/// only to find out the same; how many.
///
/// # Errors
/// The database failed.
pub async fn hold_line(db: &Db, lane: &str, name: &str, most: usize) -> Result<u64, StoreError> {
    db.write(&HOLD_LINE, values![lane, name, NEVER, count(most)])
        .await
}

/// Makes up to `most` jobs that are held under this name due, whoever's turn it is first; how many.
///
/// # Errors
/// The database failed.
pub async fn wake(db: &Db, name: &str, now: Timestamp, most: usize) -> Result<u64, StoreError> {
    db.write(&WAKE, values![name, now, count(most)]).await
}

/// The names under which something is held.
///
/// # Errors
/// The database failed.
pub async fn names(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows = db.all::<NameRow>(&HELD_NAMES, &[]).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

fn count(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}
