//! Takes jobs from the queue and works on them, several at a time, until it is told to stop. A job
//! is held by a lease that is renewed while it runs; who has lost the lease writes nothing more.

use super::{dispatch, flight::Flight, queue};
use crate::{
    app::App,
    failpoint::{Seam, reach},
    fault::Fault,
    traces,
};
use domain::Timestamp;
use std::{sync::Arc, time::Duration};
use store::jobs::{ClaimedJob, Lease};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tracing::Instrument;

/// How long a claimed job is held without a sign of life.
const LEASE_MILLIS: i64 = 30_000;
/// How often a sign of life is given.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest sleep between two looks at the queue.
const NAP: Duration = Duration::from_secs(5);
/// The shortest, where somebody else holds what is due.
const SHORTEST_NAP: Duration = Duration::from_millis(20);
/// How many jobs run at a time.
const AT_A_TIME: usize = 32;
/// How long requests that are in flight may go on after the stop.
const GRACE: Duration = Duration::from_secs(7);

/// Works until the end is announced, then gives the leases back.
pub async fn run(app: App) {
    if let Err(error) = app.storage.remove_parts(None).await {
        tracing::error!(%error, "half written media could not be removed");
    }
    let owner = app.ids.next();
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut jobs = JoinSet::new();
    while !app.stop.has_begun() {
        while jobs.try_join_next().is_some() {}
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = app.stop.begun() => break,
        };
        let Ok(place) = place else { break };
        match claim(&app, &owner).await {
            Ok(Some(job)) => {
                reach(Seam::Claimed);
                jobs.spawn(work(app.clone(), job, place));
            }
            outcome => {
                drop(place);
                let nap = match outcome {
                    Ok(_) => until_next(&app).await,
                    Err(fault) => {
                        tracing::error!(%fault, "the queue could not be read");
                        NAP
                    }
                };
                tokio::select! {
                    () = app.bell.notified() => {}
                    () = tokio::time::sleep(nap) => {}
                    () = app.stop.begun() => {}
                }
            }
        }
    }
    let finished = async { while jobs.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::info!("running jobs are left to the next start");
    }
}

async fn claim(app: &App, owner: &str) -> Result<Option<ClaimedJob>, Fault> {
    Ok(store::jobs::claim(&app.db, owner, app.clock.now(), lease_until(app)).await?)
}

/// Until when a lease that is taken or renewed now holds.
pub(super) fn lease_until(app: &App) -> Timestamp {
    app.clock.now().plus_millis(LEASE_MILLIS)
}

/// Wakes what is held wherever there is room by now, and says how long there is nothing to do.
async fn until_next(app: &App) -> Duration {
    if let Err(fault) = queue::wake_all(app).await {
        tracing::error!(%fault, "what is held could not be woken");
        return NAP;
    }
    let now = app.clock.now();
    match store::jobs::next_due(&app.db).await {
        Ok(due) => {
            let next = [due, app.protection.next_room(now)].into_iter().flatten();
            next.min().map_or(NAP, |next| {
                let millis = u64::try_from(next.0.saturating_sub(now.0)).unwrap_or(0);
                Duration::from_millis(millis).clamp(SHORTEST_NAP, NAP)
            })
        }
        Err(error) => {
            tracing::error!(%error, "the queue could not be read");
            NAP
        }
    }
}

async fn work(app: App, job: ClaimedJob, place: OwnedSemaphorePermit) {
    let lease = job.lease.clone();
    let id = &lease.generation_id;
    let flight = Flight::default();
    let span = tracing::info_span!(
        target: traces::TARGET, "turn", generation = %id,
        operation = job.generation.operation.as_str(), provider = job.generation.provider.as_str(),
    );
    let outcome = tokio::select! {
        biased;
        outcome = dispatch::run(&app, job, &flight).instrument(span) => outcome,
        () = async { app.stop.begun().await; flight.is_down().await } => release(&app, &lease).await,
        () = keep_alive(&app, &lease) => {
            app.live_texts.take(id);
            tracing::warn!(generation = %id, "the lease was lost; somebody else goes on");
            Ok(())
        }
    };
    if let Err(fault) = outcome {
        tracing::error!(generation = %id, %fault, "a job could not be written down; it will be taken up again");
    }
    drop(place);
    if let Err(fault) = queue::wake_all(&app).await {
        tracing::error!(%fault, "what is held could not be woken");
    }
    app.bell.notify_one();
}

/// Gives a job back at once, for another process or the next start.
async fn release(app: &App, lease: &Lease) -> Result<(), Fault> {
    store::jobs::release(&app.db, lease, app.clock.now()).await?;
    Ok(())
}

/// Renews the lease; ends when it is lost.
async fn keep_alive(app: &App, lease: &Lease) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match store::jobs::heartbeat(&app.db, lease, lease_until(app)).await {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(error) => tracing::error!(%error, "the lease could not be renewed"),
        }
    }
}
