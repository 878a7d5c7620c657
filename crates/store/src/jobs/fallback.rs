//! Another provider in the place of one that failed before it took anything: the same generation goes
//! back to the queue with what was made ready for that. Once, and never past a budget.

use super::{Lease, lane};
use crate::{
    Db, StoreError,
    budgets::{self, Reserved},
    generations::GenerationRow,
    row::row,
    statement::{statements, values},
};
use domain::{ProviderId, SecretId, Timestamp, money::MicroUsd};

statements! {
    STANDS = "
        SELECT g.fallback, j.progress
        FROM jobs j JOIN generations g ON g.id = j.generation_id
        WHERE j.generation_id = $1 AND j.lease_owner = $2 AND j.lease_epoch = $3
          AND g.status IN ('queued', 'submitting')";
    // It had its turn and keeps it.
    REQUEUE = "
        UPDATE jobs
        SET run_at = $4, lane = $5, progress = '{}', held_for = NULL, lease_owner = NULL
        WHERE generation_id = $1 AND lease_owner = $2 AND lease_epoch = $3";
    // What runs is at its provider, and what is being cancelled is no longer wanted.
    REPLACE = "
        UPDATE generations
        SET status = 'queued', provider = $2, model = $3, input = $4, resolution = $5,
            secret_ref = $6, endpoint = $7, estimate = $8, updated_at = $9, fallback = NULL
        WHERE id = $1 AND status IN ('queued', 'submitting') AND fallback IS NOT NULL";
}

row! {
    /// What was made ready, and how far the job is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Ready {
        /// Who takes over on what, as JSON; `None` where nobody does.
        pub fallback: Option<String>,
        /// How far the job is, as JSON.
        pub progress: String,
    }
}

/// What was made ready for the case that the provider fails; `None` where the lease is lost, or
/// where the generation is at its provider or no longer wanted.
///
/// # Errors
/// The database failed.
pub async fn ready(db: &Db, lease: &Lease) -> Result<Option<Ready>, StoreError> {
    db.one(
        &STANDS,
        values![&lease.generation_id, &lease.owner, lease.epoch],
    )
    .await
}

/// Who takes over, with what. The payer stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Successor<'a> {
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: &'a str,
    /// What is asked for, as JSON.
    pub input: &'a str,
    /// The resolution with its trace, as JSON.
    pub resolution: &'a str,
    /// The stored key to use.
    pub secret_ref: Option<&'a SecretId>,
    /// The address of the deployment to use.
    pub endpoint: Option<&'a str>,
    /// What it is expected to cost, as JSON.
    pub estimate: &'a str,
    /// The most that it may cost, to be reserved instead.
    pub price: MicroUsd,
}

/// Puts a generation back into the queue with another provider. False, and nothing is written, where
/// the lease is lost, the provider has it, it is no longer wanted, somebody took over before, or it
/// does not fit into a budget.
///
/// # Errors
/// The database failed.
pub async fn take_over(
    db: &Db,
    lease: &Lease,
    row: &GenerationRow,
    successor: &Successor<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let id = &lease.generation_id;
    let lane = lane(successor.provider, successor.secret_ref, successor.endpoint);
    let mut tx = db.begin().await?;
    let requeued = tx
        .execute(&REQUEUE, values![id, &lease.owner, lease.epoch, now, &lane])
        .await?
        == 1;
    let replaced = requeued
        && tx
            .execute(
                &REPLACE,
                values![
                    id,
                    successor.provider.as_str(),
                    successor.model,
                    successor.input,
                    successor.resolution,
                    successor.secret_ref,
                    successor.endpoint,
                    successor.estimate,
                    now
                ],
            )
            .await?
            == 1;
    let may = replaced && {
        budgets::release(&mut tx, id).await?;
        let wish = Reserved {
            id,
            user_id: &row.user_id,
            project_id: row.project_id.as_ref(),
            organization_id: row.organization_id.as_ref(),
            payer: row.payer,
            price: Some(successor.price),
            at: now,
        };
        budgets::reserve(&mut tx, &wish).await?.is_none()
    };
    if may {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(may)
}
