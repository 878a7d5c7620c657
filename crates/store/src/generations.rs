//! Generations as their people see them: asked for once, listed, cancelled. A generation and its job
//! are written in one transaction; what happens to it after that is the business of [`crate::jobs`].

use crate::{
    Db, StoreError,
    budgets::{self, Reserved},
    db::Tx,
    jobs,
    outputs::{self, NewOutput, Role},
    row::row,
    statement::{statements, values},
};
use domain::{
    GenerationId, Operation, OrganizationId, ProjectId, ProviderId, SecretId, Timestamp, UserId,
    budget::Refused, generation::Status, money::MicroUsd, project::Step, resolution::Payer,
};

statements! {
    TAKE_KEY = "
        INSERT INTO idempotency_keys (user_id, key, body_hash, generation_id, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, key) DO NOTHING";
    OF_KEY = "
        SELECT body_hash, generation_id FROM idempotency_keys WHERE user_id = $1 AND key = $2";
    INSERT = "
        INSERT INTO generations (id, user_id, project_id, organization_id, step, operation, status,
            provider, model, payer, input, resolution, secret_ref, endpoint, estimate, created_at,
            updated_at, fallback)
        SELECT $2, u.id, $3, $4, $5, $6, 'queued', $7, $8, $9, $10, $11, $12, $13, $14, $15, $15,
               $16
        FROM users u
        WHERE u.id = $1
          AND (CAST($3 AS TEXT) IS NULL OR EXISTS (
              SELECT 1 FROM project_access access
              WHERE access.project_id = $3 AND access.user_id = $1 AND access.role <> 'viewer'))";
    // Behind the person's own jobs that wait, and never before whose turn it is now: whoever asks
    // for much waits behind those who ask for little, and nobody is passed twice.
    INSERT_JOB = "
        INSERT INTO jobs (generation_id, user_id, lane, run_at, lease_epoch, attempt, progress, waits,
            turn)
        VALUES ($1, $2, $3, $4, 0, 0, '{}', 1, CASE
            WHEN COALESCE((SELECT MAX(turn) FROM jobs WHERE user_id = $2 AND waits > 0), 0)
                >= COALESCE((SELECT MIN(turn) FROM jobs WHERE waits > 0 AND turn > 0), 1)
            THEN 1 + (SELECT MAX(turn) FROM jobs WHERE user_id = $2 AND waits > 0)
            ELSE COALESCE((SELECT MIN(turn) FROM jobs WHERE waits > 0 AND turn > 0), 1) END)";
    GET = "
        SELECT g.id, g.user_id, g.project_id, g.organization_id, g.step, g.operation, g.status,
               g.provider, g.model, g.payer, g.input, g.resolution, g.secret_ref, g.endpoint,
               g.estimate, g.actual, g.text, g.error, g.progress, g.created_at, g.updated_at,
               g.finished_at
        FROM generations g
        WHERE g.id = $2
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM project_access access
              WHERE access.project_id = g.project_id AND access.user_id = $1))";
    LIST_OWN = "
        SELECT g.id, g.user_id, g.project_id, g.organization_id, g.step, g.operation, g.status,
               g.provider, g.model, g.payer, g.input, g.resolution, g.secret_ref, g.endpoint,
               g.estimate, g.actual, g.text, g.error, g.progress, g.created_at, g.updated_at,
               g.finished_at
        FROM generations g
        WHERE g.user_id = $1 AND (g.created_at, g.id) < ($2, $3)
        ORDER BY g.created_at DESC, g.id DESC LIMIT $4";
    LIST_IN_PROJECT = "
        SELECT g.id, g.user_id, g.project_id, g.organization_id, g.step, g.operation, g.status,
               g.provider, g.model, g.payer, g.input, g.resolution, g.secret_ref, g.endpoint,
               g.estimate, g.actual, g.text, g.error, g.progress, g.created_at, g.updated_at,
               g.finished_at
        FROM generations g
        WHERE g.project_id = $5 AND (g.created_at, g.id) < ($2, $3)
          AND (g.user_id = $1 OR EXISTS (
              SELECT 1 FROM project_access access
              WHERE access.project_id = $5 AND access.user_id = $1))
        ORDER BY g.created_at DESC, g.id DESC LIMIT $4";
    LOCK_JOB = "
        UPDATE jobs SET lease_epoch = lease_epoch
        WHERE generation_id = $2
          AND EXISTS (SELECT 1 FROM generations g WHERE g.id = $2 AND g.user_id = $1)";
    OWN_STATUS = "SELECT status FROM generations WHERE id = $2 AND user_id = $1";
    SET_CANCELLED = "
        UPDATE generations SET status = 'cancelled', updated_at = $2, finished_at = $2
        WHERE id = $1";
    SET_CANCELLING = "UPDATE generations SET status = 'cancelling', updated_at = $2 WHERE id = $1";
    DELETE_JOB = "DELETE FROM jobs WHERE generation_id = $1";
    WAKE_JOB = "
        UPDATE jobs SET run_at = $2, waits = 0, held_for = NULL
        WHERE generation_id = $1 AND lease_owner IS NULL AND run_at > $2";
}

row! {
    /// A generation as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GenerationRow {
        /// Its id.
        pub id: GenerationId,
        /// Who asked for it.
        pub user_id: UserId,
        /// The project it belongs to.
        pub project_id: Option<ProjectId>,
        /// The organization it was asked for in.
        pub organization_id: Option<OrganizationId>,
        /// The step of the project.
        pub step: Option<Step>,
        /// What is generated.
        pub operation: Operation,
        /// How far it is.
        pub status: Status,
        /// Who generates.
        pub provider: ProviderId,
        /// With which model.
        pub model: String,
        /// Who pays.
        pub payer: Payer,
        /// What was asked for, as JSON.
        pub input: String,
        /// The resolution with its trace, as JSON.
        pub resolution: String,
        /// The stored key to use; `None` for the environment's or where none is needed.
        pub secret_ref: Option<SecretId>,
        /// The address of the deployment to use.
        pub endpoint: Option<String>,
        /// What it was expected to cost, as JSON.
        pub estimate: String,
        /// What it has cost, as JSON.
        pub actual: Option<String>,
        /// The written text.
        pub text: Option<String>,
        /// What went wrong, as JSON.
        pub error: Option<String>,
        /// How far it had come where nobody knows how it ended, as JSON.
        pub progress: Option<String>,
        /// When it was asked for.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// When it came to its end.
        pub finished_at: Option<Timestamp>,
    }
}

/// A generation to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGeneration {
    /// Its id, new.
    pub id: GenerationId,
    /// Who asks for it.
    pub user_id: UserId,
    /// The project it belongs to.
    pub project_id: Option<ProjectId>,
    /// The organization it is asked for in.
    pub organization_id: Option<OrganizationId>,
    /// The step of the project.
    pub step: Option<Step>,
    /// What is generated.
    pub operation: Operation,
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: String,
    /// Who pays.
    pub payer: Payer,
    /// What is asked for, as JSON.
    pub input: String,
    /// The resolution with its trace, as JSON.
    pub resolution: String,
    /// The stored key to use.
    pub secret_ref: Option<SecretId>,
    /// The address of the deployment to use.
    pub endpoint: Option<String>,
    /// What it is expected to cost, as JSON.
    pub estimate: String,
    /// The most that it may cost, to be reserved; `None` where nobody knows.
    pub price: Option<MicroUsd>,
    /// Who takes over where the provider fails, as JSON.
    pub fallback: Option<String>,
    /// Now; from now on a worker may take it.
    pub created_at: Timestamp,
}

/// The client's name for a request, so that asking again does not generate again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotency<'a> {
    /// The key, unique per person.
    pub key: &'a str,
    /// The hash of everything that was asked for.
    pub body_hash: &'a [u8],
}

row! {
    struct KeyRow {
        body_hash: Vec<u8>,
        generation_id: GenerationId,
    }
}

impl KeyRow {
    fn compared(self, body_hash: &[u8]) -> Enqueued {
        if self.body_hash == body_hash {
            Enqueued::Same(self.generation_id)
        } else {
            Enqueued::KeyReused
        }
    }
}

row! {
    struct StatusRow {
        status: Status,
    }
}

/// What came of asking for a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enqueued {
    /// It is written down and will run.
    New,
    /// The same request was made before; this is its generation. Nothing was written.
    Same(GenerationId),
    /// The key was used for another request. Nothing was written.
    KeyReused,
    /// A budget refuses it. Nothing was written.
    OverBudget(Refused),
    /// The account or the project is not there, or not visible to the person. Nothing was written.
    Missing,
}

/// Writes down a generation, its input files, its job and its idempotency key, all or nothing.
///
/// # Errors
/// The database failed, or an id was used before.
pub async fn enqueue(
    db: &Db,
    generation: &NewGeneration,
    idempotency: Option<Idempotency<'_>>,
    inputs: &[NewOutput],
) -> Result<Enqueued, StoreError> {
    let mut tx = db.begin().await?;
    let outcome = write_new(&mut tx, generation, idempotency, inputs).await?;
    if outcome == Enqueued::New {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(outcome)
}

async fn write_new(
    tx: &mut Tx,
    new: &NewGeneration,
    idempotency: Option<Idempotency<'_>>,
    inputs: &[NewOutput],
) -> Result<Enqueued, StoreError> {
    if let Some(Idempotency { key, body_hash }) = idempotency {
        let taken = tx
            .execute(
                &TAKE_KEY,
                values![&new.user_id, key, body_hash, &new.id, new.created_at],
            )
            .await?;
        if taken == 0 {
            let earlier = tx
                .one::<KeyRow>(&OF_KEY, values![&new.user_id, key])
                .await?;
            return Ok(match earlier {
                Some(row) if row.body_hash == body_hash => Enqueued::Same(row.generation_id),
                _ => Enqueued::KeyReused,
            });
        }
    }
    let inserted = tx
        .execute(
            &INSERT,
            values![
                &new.user_id,
                &new.id,
                new.project_id.as_ref(),
                new.organization_id.as_ref(),
                new.step.map(Step::as_str),
                new.operation.as_str(),
                new.provider.as_str(),
                &new.model,
                new.payer.as_str(),
                &new.input,
                &new.resolution,
                new.secret_ref.as_ref(),
                new.endpoint.as_deref(),
                &new.estimate,
                new.created_at,
                new.fallback.as_deref()
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(Enqueued::Missing);
    }
    let lane = jobs::lane(
        new.provider,
        new.secret_ref.as_ref(),
        new.endpoint.as_deref(),
    );
    tx.execute(
        &INSERT_JOB,
        values![&new.id, &new.user_id, &lane, new.created_at],
    )
    .await?;
    outputs::insert(tx, &new.id, Role::Input, inputs, new.created_at).await?;
    let reserved = Reserved {
        id: &new.id,
        user_id: &new.user_id,
        project_id: new.project_id.as_ref(),
        organization_id: new.organization_id.as_ref(),
        payer: new.payer,
        price: new.price,
        at: new.created_at,
    };
    let refused = budgets::reserve(tx, &reserved).await?;
    Ok(refused.map_or(Enqueued::New, Enqueued::OverBudget))
}

/// What came of an earlier request under this idempotency key, if there was one:
/// [`Enqueued::Same`] or [`Enqueued::KeyReused`].
///
/// # Errors
/// The database failed.
pub async fn earlier(
    db: &Db,
    user: &UserId,
    idempotency: Idempotency<'_>,
) -> Result<Option<Enqueued>, StoreError> {
    let earlier = db
        .one::<KeyRow>(&OF_KEY, values![user, idempotency.key])
        .await?;
    Ok(earlier.map(|row| row.compared(idempotency.body_hash)))
}

/// The generation, if it is the person's own or one in a project that they see.
///
/// # Errors
/// The database failed.
pub async fn get(
    db: &Db,
    user: &UserId,
    id: &GenerationId,
) -> Result<Option<GenerationRow>, StoreError> {
    db.one(&GET, values![user, id]).await
}

/// Generations, the newest first: the person's own, or with a project, all that they can see in it.
/// With `after`, those behind the one with this moment and id.
///
/// # Errors
/// The database failed.
pub async fn list(
    db: &Db,
    user: &UserId,
    project: Option<&ProjectId>,
    after: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<GenerationRow>, StoreError> {
    let (created_at, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.0, id));
    let limit = i64::from(limit);
    match project {
        None => {
            db.all(&LIST_OWN, values![user, created_at, id, limit])
                .await
        }
        Some(project) => {
            db.all(
                &LIST_IN_PROJECT,
                values![user, created_at, id, limit, project],
            )
            .await
        }
    }
}

/// What came of wishing to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// It had not been sent; it is cancelled and nothing will be charged.
    Cancelled,
    /// It had been sent; a worker will try to stop it, and it may still be charged.
    Cancelling,
    /// It had already come to this end.
    Finished(Status),
}

/// Cancels a generation of one's own, or asks its worker to; `None` where there is none.
///
/// # Errors
/// The database failed.
pub async fn request_cancel(
    db: &Db,
    user: &UserId,
    id: &GenerationId,
    now: Timestamp,
) -> Result<Option<Cancellation>, StoreError> {
    let mut tx = db.begin().await?;
    // The job first, as every worker does: what is read after this stays until the commit.
    let has_job = tx.execute(&LOCK_JOB, values![user, id]).await? == 1;
    let Some(StatusRow { status }) = tx.one(&OWN_STATUS, values![user, id]).await? else {
        tx.rollback().await?;
        return Ok(None);
    };
    let outcome = if !has_job || status.is_final() {
        Cancellation::Finished(status)
    } else if status == Status::Queued {
        // A worker that has just claimed it finds its lease gone before it sends anything.
        tx.execute(&SET_CANCELLED, values![id, now]).await?;
        tx.execute(&DELETE_JOB, values![id]).await?;
        budgets::release(&mut tx, id).await?;
        Cancellation::Cancelled
    } else {
        tx.execute(&SET_CANCELLING, values![id, now]).await?;
        tx.execute(&WAKE_JOB, values![id, now]).await?;
        Cancellation::Cancelling
    };
    tx.commit().await?;
    Ok(Some(outcome))
}
