//! What is left to do for generations. A job is claimed with a lease and a new epoch; everything a
//! worker writes names both, and whoever has lost the lease writes nothing at all. Jobs that rested
//! are taken when they are due, those that were never taken by turns between people, and those that
//! are held for something not at all, until it is there.

pub mod fallback;
pub mod holding;
pub mod look_again;

use crate::{
    Db, StoreError,
    db::Tx,
    generations::GenerationRow,
    ledger::{self, Charge},
    outputs::{self, NewOutput, Role},
    row::row,
    statement::{statements, values},
};
use domain::{GenerationId, ProviderId, SecretId, Timestamp, generation::Status};

statements! {
    // The two databases differ in how they take a job that nobody else is taking. The plus keeps
    // SQLite from finding all that are due first and sorting them by turn.
    CLAIM = "
        UPDATE jobs
        SET lease_owner = $1, lease_epoch = lease_epoch + 1, attempt = attempt + 1, run_at = $2,
            waits = 0
        WHERE generation_id = COALESCE(
            (SELECT generation_id FROM jobs WHERE waits = 0 AND run_at <= $3
             ORDER BY run_at, generation_id LIMIT 1),
            (SELECT generation_id FROM jobs WHERE waits = 1 AND +run_at <= $3
             ORDER BY turn, generation_id LIMIT 1))
        RETURNING generation_id, lease_epoch, attempt, progress",
    postgres: "
        WITH rested AS MATERIALIZED (
            SELECT generation_id FROM jobs WHERE waits = 0 AND run_at <= $3
            ORDER BY run_at, generation_id LIMIT 1 FOR UPDATE SKIP LOCKED),
        next AS MATERIALIZED (
            SELECT generation_id FROM jobs
            WHERE waits = 1 AND run_at <= $3 AND NOT EXISTS (SELECT 1 FROM rested)
            ORDER BY turn, generation_id LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE jobs
        SET lease_owner = $1, lease_epoch = lease_epoch + 1, attempt = attempt + 1, run_at = $2,
            waits = 0
        FROM (SELECT generation_id FROM rested UNION ALL SELECT generation_id FROM next) taken
        WHERE jobs.generation_id = taken.generation_id
        RETURNING jobs.generation_id, jobs.lease_epoch, jobs.attempt, jobs.progress";
    GENERATION = "
        SELECT id, user_id, project_id, organization_id, step, operation, status, provider, model,
               payer, input, resolution, secret_ref, endpoint, estimate, actual, text, error,
               progress, created_at, updated_at, finished_at
        FROM generations WHERE id = $1";
    // Each of these finds out whether the lease still holds, and on PostgreSQL keeps it until the
    // commit.
    EXTEND = "
        UPDATE jobs SET run_at = $4
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    KEEP = "
        UPDATE jobs SET run_at = $4, progress = $5
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    HAND_BACK = "
        UPDATE jobs SET run_at = $4, progress = $5, lease_owner = NULL
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    RELEASE = "
        UPDATE jobs SET run_at = $4, lease_owner = NULL
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    FINISH = "
        DELETE FROM jobs WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3
        RETURNING progress";
    STATUS = "SELECT status FROM generations WHERE id = $1";
    BEGIN_SUBMIT = "
        UPDATE generations SET status = 'submitting', updated_at = $2
        WHERE id = $1 AND status = 'queued'";
    // A wish to cancel is not overwritten.
    SET_STATUS = "
        UPDATE generations
        SET status = CASE WHEN status = 'cancelling' THEN status ELSE $2 END, updated_at = $3
        WHERE id = $1
        RETURNING status";
    SETTLE = "
        UPDATE generations
        SET status = $2, actual = $3, text = $4, error = $5, updated_at = $6, finished_at = $6,
            progress = $7
        WHERE id = $1";
    UNFINISHED = "SELECT COUNT(*) AS number FROM jobs";
    QUEUE = "
        SELECT COUNT(*) AS unfinished,
               COALESCE(SUM(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END), 0) AS due,
               COALESCE($1 - MIN(run_at), 0) AS oldest_millis
        FROM jobs";
    NEXT_DUE = "SELECT MIN(run_at) AS run_at FROM jobs";
}

/// The right to work on a job, until the lease ends or somebody else has claimed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The generation.
    pub generation_id: GenerationId,
    /// Who holds it.
    pub owner: String,
    /// Counts the claims; an older one is worth nothing.
    pub epoch: i64,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The right to work on it.
    pub lease: Lease,
    /// Counts the claims of this job, from 1; polls that hand it back count too.
    pub attempt: i64,
    /// What the last worker wrote down, as JSON; `{}` at first.
    pub progress: String,
    /// The generation as it stands.
    pub generation: GenerationRow,
}

impl ClaimedJob {
    /// Whether the worker before was cut off while it sent the request: the provider may have it,
    /// and it must not be sent again.
    #[must_use]
    pub fn submit_was_interrupted(&self) -> bool {
        self.generation.status == Status::Submitting
    }
}

row! {
    struct ClaimRow {
        generation_id: GenerationId,
        lease_epoch: i64,
        attempt: i64,
        progress: String,
    }
}

row! {
    struct StatusRow {
        status: Status,
    }
}

row! {
    struct ProgressRow {
        progress: String,
    }
}

row! {
    struct Count {
        number: i64,
    }
}

row! {
    /// How the queue stands.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Queue {
        /// Generations that are not at their end.
        pub unfinished: i64,
        /// Those that somebody could work on now.
        pub due: i64,
        /// For how many milliseconds the oldest of those has been due; below zero where none is.
        pub oldest_millis: i64,
    }
}

row! {
    struct NextDue {
        run_at: Option<Timestamp>,
    }
}

/// Takes a job, if there is one to do: first whatever is due again (another look, a pause that is
/// over, a worker whose lease has ended), then whoever's turn it is of those that wait in line.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &Db,
    owner: &str,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<ClaimedJob>, StoreError> {
    let claimed = db
        .write_returning::<ClaimRow>(&CLAIM, values![owner, lease_until, now])
        .await?;
    let Some(job) = claimed else { return Ok(None) };
    // Read after the claim: a cancellation in between has removed the job, and its generation is
    // seen as cancelled.
    let generation = db
        .one::<GenerationRow>(&GENERATION, values![&job.generation_id])
        .await?;
    Ok(generation
        .filter(|generation| !generation.status.is_final())
        .map(|generation| ClaimedJob {
            lease: Lease {
                generation_id: job.generation_id,
                owner: owner.to_owned(),
                epoch: job.lease_epoch,
            },
            attempt: job.attempt,
            progress: job.progress,
            generation,
        }))
}

/// Moves the end of a lease. The generation's status, which tells of a wish to cancel; `None` when
/// the lease is lost.
///
/// # Errors
/// The database failed.
pub async fn heartbeat(
    db: &Db,
    lease: &Lease,
    lease_until: Timestamp,
) -> Result<Option<Status>, StoreError> {
    let mut tx = db.begin().await?;
    if !fenced(&mut tx, &EXTEND, lease, lease_until).await? {
        tx.rollback().await?;
        return Ok(None);
    }
    let status = tx
        .one::<StatusRow>(&STATUS, values![&lease.generation_id])
        .await?;
    tx.commit().await?;
    Ok(status.map(|row| row.status))
}

/// Writes down that the request is about to be sent. False when the lease is lost or the
/// generation is not waiting to be sent: then nothing may be sent.
///
/// # Errors
/// The database failed; then nothing may be sent either.
pub async fn begin_submit(
    db: &Db,
    lease: &Lease,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.begin().await?;
    let may = fenced(&mut tx, &EXTEND, lease, lease_until).await?
        && tx
            .execute(&BEGIN_SUBMIT, values![&lease.generation_id, now])
            .await?
            == 1;
    if may {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(may)
}

/// What happens to the lease after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The worker goes on and holds it until then.
    Keep {
        /// The new end of the lease.
        lease_until: Timestamp,
    },
    /// Whoever is free takes the job again, from then on.
    HandBack {
        /// When there is something to do again.
        run_at: Timestamp,
    },
}

/// Writes down how far a job is: the provider's task id before anything else. The status that
/// stands then (`cancelling` stays), or `None` when the lease is lost and nothing was written.
///
/// # Errors
/// The database failed.
pub async fn save_progress(
    db: &Db,
    lease: &Lease,
    status: Status,
    progress: &str,
    next: Next,
    now: Timestamp,
) -> Result<Option<Status>, StoreError> {
    let (statement, run_at) = match next {
        Next::Keep { lease_until } => (&KEEP, lease_until),
        Next::HandBack { run_at } => (&HAND_BACK, run_at),
    };
    let mut tx = db.begin().await?;
    let held = tx
        .execute(
            statement,
            values![
                &lease.generation_id,
                &lease.owner,
                lease.epoch,
                run_at,
                progress
            ],
        )
        .await?;
    if held == 0 {
        tx.rollback().await?;
        return Ok(None);
    }
    let stands = tx
        .one::<StatusRow>(
            &SET_STATUS,
            values![&lease.generation_id, status.as_str(), now],
        )
        .await?;
    tx.commit().await?;
    Ok(stands.map(|row| row.status))
}

/// The door of a provider that a job knocks at: jobs with the same one share a credential and an
/// address, and with them what the provider thinks of those.
#[must_use]
pub fn lane(provider: ProviderId, secret: Option<&SecretId>, endpoint: Option<&str>) -> String {
    let secret = secret.map_or("-", SecretId::as_str);
    format!("{}/{secret}/{}", provider.as_str(), endpoint.unwrap_or("-"))
}

/// How a generation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement<'a> {
    /// The final status.
    pub status: Status,
    /// What it has cost, as JSON, where it is known.
    pub actual: Option<&'a str>,
    /// The written text.
    pub text: Option<&'a str>,
    /// What went wrong, as JSON.
    pub error: Option<&'a str>,
    /// What was or may have been charged; `None` where nothing was.
    pub charge: Option<&'a Charge>,
    /// The stored files.
    pub outputs: &'a [NewOutput],
}

/// Brings a generation to its end, with its files, and removes its job: all or nothing, and once.
/// False when the lease is lost and nothing was written.
///
/// # Errors
/// The database failed.
pub async fn settle(
    db: &Db,
    lease: &Lease,
    end: &Settlement<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    debug_assert!(end.status.is_final(), "a settled generation is at its end");
    let id = &lease.generation_id;
    let mut tx = db.begin().await?;
    let finished = tx
        .one::<ProgressRow>(&FINISH, values![id, &lease.owner, lease.epoch])
        .await?;
    let Some(ProgressRow { progress }) = finished else {
        tx.rollback().await?;
        return Ok(false);
    };
    // Where nobody knows how it ended, how far it came is what a later look goes on from.
    let progress = (end.status == Status::Unknown).then_some(progress.as_str());
    tx.execute(
        &SETTLE,
        values![
            id,
            end.status.as_str(),
            end.actual,
            end.text,
            end.error,
            now,
            progress
        ],
    )
    .await?;
    outputs::insert(&mut tx, id, Role::Output, end.outputs, now).await?;
    ledger::close(&mut tx, id, end.charge, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Gives a job back as it is; false when the lease is lost.
///
/// # Errors
/// The database failed.
pub async fn release(db: &Db, lease: &Lease, run_at: Timestamp) -> Result<bool, StoreError> {
    let released = db
        .write(
            &RELEASE,
            values![&lease.generation_id, &lease.owner, lease.epoch, run_at],
        )
        .await?;
    Ok(released == 1)
}

/// How many generations are not at their end.
///
/// # Errors
/// The database failed.
pub async fn unfinished(db: &Db) -> Result<i64, StoreError> {
    Ok(db
        .one::<Count>(&UNFINISHED, &[])
        .await?
        .map_or(0, |count| count.number))
}

/// How the queue stands at a moment.
///
/// # Errors
/// The database failed.
pub async fn queue(db: &Db, now: Timestamp) -> Result<Queue, StoreError> {
    let queue = db.one::<Queue>(&QUEUE, values![now]).await?;
    Ok(queue.unwrap_or(Queue {
        unfinished: 0,
        due: 0,
        oldest_millis: 0,
    }))
}

/// The next moment at which a claim can find something, ends of leases included; `None` when there
/// is nothing to do.
///
/// # Errors
/// The database failed.
pub async fn next_due(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    Ok(db
        .one::<NextDue>(&NEXT_DUE, &[])
        .await?
        .and_then(|row| row.run_at))
}

async fn fenced(
    tx: &mut Tx,
    statement: &crate::statement::Statement,
    lease: &Lease,
    run_at: Timestamp,
) -> Result<bool, StoreError> {
    let held = tx
        .execute(
            statement,
            values![&lease.generation_id, &lease.owner, lease.epoch, run_at],
        )
        .await?;
    Ok(held == 1)
}
