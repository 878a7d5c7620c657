//! Takes jobs from the queue and works on them, several at a time, until it is told to stop. A job
//! is held by a lease that is renewed while it runs; who has lost the lease writes nothing more.

use super::dispatch;
use crate::{app::App, fault::Fault};
use domain::Timestamp;
use std::{sync::Arc, time::Duration};
use store::jobs::{ClaimedJob, Lease};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

/// How long a claimed job is held without a sign of life.
const LEASE_MILLIS: i64 = 30_000;
/// How often a sign of life is given.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest sleep between two looks at the queue.
const NAP: Duration = Duration::from_secs(5);
/// How many jobs run at a time.
const AT_A_TIME: usize = 16;
/// How long running jobs may go on after the stop.
const GRACE: Duration = Duration::from_secs(8);

/// Works until `stop` becomes true, then gives the leases back.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    if let Err(error) = app.storage.remove_parts(None).await {
        tracing::error!(%error, "half written media could not be removed");
    }
    let owner = app.ids.next();
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut jobs = JoinSet::new();
    while !*stop.borrow() {
        while jobs.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        match claim(&app, &owner).await {
            Ok(Some(job)) => {
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
                    _ = stop.changed() => {}
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

async fn until_next(app: &App) -> Duration {
    let now = app.clock.now();
    match store::jobs::next_due(&app.db).await {
        Ok(Some(due)) => Duration::from_millis(
            u64::try_from(due.0.saturating_sub(now.0))
                .unwrap_or(0)
                .clamp(20, 5_000),
        ),
        Ok(None) => NAP,
        Err(error) => {
            tracing::error!(%error, "the queue could not be read");
            NAP
        }
    }
}

async fn work(app: App, job: ClaimedJob, place: OwnedSemaphorePermit) {
    let lease = job.lease.clone();
    let id = &lease.generation_id;
    let outcome = tokio::select! {
        outcome = dispatch::run(&app, job) => outcome,
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
    app.bell.notify_one();
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
