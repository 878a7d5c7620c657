//! Leases and epochs: each job has one worker, and one that lost its lease writes nothing.

use super::{at, enqueue, file, generation_id, new_generation, user};
use crate::{
    generations::{self, NewGeneration},
    jobs::{self, Next, Settlement},
    outputs,
    projects::{self, NewProject, Removal},
    test_support::TestDb,
};
use domain::{ProjectId, generation::Status};
use std::collections::BTreeSet;

const NO_FILES: Settlement<'static> = Settlement {
    status: Status::Succeeded,
    actual: Some("{}"),
    text: Some("done"),
    error: None,
    charge: None,
    outputs: &[],
};

async fn concurrent_claims_hand_each_job_to_one_worker(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    for number in 0..60 {
        enqueue(&test.db, &new_generation(&number.to_string(), &ada)).await;
    }
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let db = test.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let owner = format!("worker-{worker}");
                // On PostgreSQL a claim may find nothing while others hold what is left.
                while jobs::next_due(&db)
                    .await
                    .unwrap()
                    .is_some_and(|due| due <= at(1))
                {
                    if let Some(job) = jobs::claim(&db, &owner, at(1), at(30_000)).await.unwrap() {
                        assert_eq!((job.lease.epoch, job.attempt), (1, 1));
                        mine.push(job.lease.generation_id);
                    }
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    let different: BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (60, 60));
}

async fn what_was_asked_for_first_comes_first_and_nothing_before_its_time(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    assert_eq!(jobs::next_due(db).await.unwrap(), None);
    for (name, millis) in [("early", 10), ("late", 20)] {
        enqueue(
            db,
            &NewGeneration {
                created_at: at(millis),
                ..new_generation(name, &ada)
            },
        )
        .await;
    }
    assert_eq!(jobs::next_due(db).await.unwrap(), Some(at(10)));
    assert_eq!(jobs::claim(db, "w", at(9), at(99)).await.unwrap(), None);
    let first = jobs::claim(db, "w", at(25), at(99)).await.unwrap().unwrap();
    assert_eq!(first.generation.id, generation_id("early"));
    assert_eq!(
        (first.progress.as_str(), first.submit_was_interrupted()),
        ("{}", false)
    );
    let second = jobs::claim(db, "w", at(25), at(90)).await.unwrap().unwrap();
    assert_eq!(second.generation.id, generation_id("late"));
    assert_eq!(jobs::claim(db, "w", at(25), at(99)).await.unwrap(), None);
    assert_eq!(
        jobs::next_due(db).await.unwrap(),
        Some(at(90)),
        "the first lease to end"
    );
}

async fn a_stale_epoch_writes_nothing(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    enqueue(db, &new_generation("a", &ada)).await;
    let old = jobs::claim(db, "w", at(0), at(10))
        .await
        .unwrap()
        .unwrap()
        .lease;
    assert!(jobs::begin_submit(db, &old, at(1), at(10)).await.unwrap());
    // The same worker's name, a later claim: the name alone is worth nothing.
    let new = jobs::claim(db, "w", at(10), at(20)).await.unwrap().unwrap();
    assert!(new.submit_was_interrupted());
    assert_eq!((new.lease.epoch, new.attempt), (2, 2));
    let before = generations::get(db, &ada, &generation_id("a"))
        .await
        .unwrap();

    let settled = Settlement {
        outputs: &[file("stale")],
        ..NO_FILES
    };
    assert_eq!(jobs::heartbeat(db, &old, at(99)).await.unwrap(), None);
    assert!(!jobs::begin_submit(db, &old, at(11), at(99)).await.unwrap());
    for next in [
        Next::Keep {
            lease_until: at(99),
        },
        Next::HandBack { run_at: at(99) },
    ] {
        let saved = jobs::save_progress(db, &old, Status::Running, "stale", next, at(11)).await;
        assert_eq!(saved.unwrap(), None);
    }
    assert!(!jobs::release(db, &old, at(99)).await.unwrap());
    assert!(!jobs::settle(db, &old, &settled, at(11)).await.unwrap());
    let mut foreign = new.lease.clone();
    foreign.owner = "other".to_owned();
    assert!(!jobs::settle(db, &foreign, &settled, at(11)).await.unwrap());

    assert_eq!(
        generations::get(db, &ada, &generation_id("a"))
            .await
            .unwrap(),
        before
    );
    assert!(
        outputs::of_generation(db, &ada, &generation_id("a"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        jobs::next_due(db).await.unwrap(),
        Some(at(20)),
        "the new lease is untouched"
    );
    assert!(
        jobs::settle(db, &new.lease, &NO_FILES, at(12))
            .await
            .unwrap()
    );
}

async fn progress_outlives_a_crash(mut test: TestDb) {
    let ada = user(&test.db, "ada").await;
    enqueue(&test.db, &new_generation("a", &ada)).await;
    let lease = jobs::claim(&test.db, "w", at(0), at(10))
        .await
        .unwrap()
        .unwrap()
        .lease;
    assert!(
        jobs::begin_submit(&test.db, &lease, at(0), at(10))
            .await
            .unwrap()
    );
    let next = Next::HandBack { run_at: at(500) };
    let task = r#"{"task_id":"t-1"}"#;
    let stands = jobs::save_progress(&test.db, &lease, Status::Running, task, next, at(1)).await;
    assert_eq!(stands.unwrap(), Some(Status::Running));
    test.restart().await;
    assert_eq!(jobs::next_due(&test.db).await.unwrap(), Some(at(500)));
    let claimed = jobs::claim(&test.db, "v", at(500), at(600))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (claimed.progress.as_str(), claimed.generation.status),
        (task, Status::Running)
    );
    assert!(!claimed.submit_was_interrupted());
    assert!(
        jobs::release(&test.db, &claimed.lease, at(501))
            .await
            .unwrap()
    );
    assert_eq!(
        jobs::heartbeat(&test.db, &claimed.lease, at(999))
            .await
            .unwrap(),
        None
    );
    assert_eq!(jobs::next_due(&test.db).await.unwrap(), Some(at(501)));
}

async fn a_settled_generation_is_at_its_end(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    enqueue(db, &new_generation("a", &ada)).await;
    let lease = jobs::claim(db, "w", at(0), at(10))
        .await
        .unwrap()
        .unwrap()
        .lease;
    assert!(jobs::begin_submit(db, &lease, at(0), at(10)).await.unwrap());
    assert!(
        !jobs::begin_submit(db, &lease, at(0), at(10)).await.unwrap(),
        "sent once only"
    );
    let end = Settlement {
        outputs: &[file("one"), file("two")],
        ..NO_FILES
    };
    assert!(jobs::settle(db, &lease, &end, at(5)).await.unwrap());
    assert!(!jobs::settle(db, &lease, &end, at(6)).await.unwrap());
    let row = generations::get(db, &ada, &generation_id("a"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.status, row.finished_at),
        (Status::Succeeded, Some(at(5)))
    );
    assert_eq!(
        (row.text.as_deref(), row.actual.as_deref(), row.error),
        (Some("done"), Some("{}"), None)
    );
    assert_eq!(
        outputs::of_generation(db, &ada, &row.id)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(jobs::unfinished(db).await.unwrap(), 0);
    assert_eq!(jobs::claim(db, "w", at(99), at(199)).await.unwrap(), None);
}

/// Eight workers, a third of whom sleep past their lease: each job is settled once.
async fn stalled_workers_settle_nothing_twice(test: TestDb) {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };
    let ada = user(&test.db, "ada").await;
    for number in 0..40 {
        enqueue(&test.db, &new_generation(&number.to_string(), &ada)).await;
    }
    let clock = Arc::new(AtomicI64::new(1));
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let (db, clock) = (test.db.clone(), Arc::clone(&clock));
            tokio::spawn(async move {
                let (mut settled, mut refused, mut turn) = (0, 0, worker);
                while jobs::unfinished(&db).await.unwrap() > 0 {
                    let now = clock.fetch_add(1, Ordering::SeqCst);
                    let claimed = jobs::claim(&db, "w", at(now), at(now + 40)).await.unwrap();
                    let Some(job) = claimed else { continue };
                    turn += 1;
                    if turn % 3 == 0 {
                        // Everybody's time passes while this one stalls.
                        clock.fetch_add(50, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                    }
                    if jobs::settle(&db, &job.lease, &NO_FILES, at(now))
                        .await
                        .unwrap()
                    {
                        settled += 1;
                    } else {
                        refused += 1;
                    }
                }
                (settled, refused)
            })
        })
        .collect();
    let mut total = (0, 0);
    for worker in workers {
        let (settled, refused) = worker.await.unwrap();
        total = (total.0 + settled, total.1 + refused);
    }
    assert_eq!(total.0, 40, "{} refused", total.1);
}

/// Sixteen tasks of two processes read and then write in one transaction, while others read.
async fn sixteen_who_read_and_then_write_are_never_told_that_it_is_locked(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    for number in 0..16 {
        enqueue(&test.db, &new_generation(&number.to_string(), &ada)).await;
    }
    let other = crate::Db::open(test.url()).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let db = if number % 2 == 0 { &test.db } else { &other };
            let (db, ada) = (db.clone(), ada.clone());
            tokio::spawn(async move {
                let claimed = loop {
                    let owner = format!("w{number}");
                    if let Some(job) = jobs::claim(&db, &owner, at(0), at(99)).await.unwrap() {
                        break job;
                    }
                };
                let film = NewProject {
                    id: ProjectId(format!("project-{number}")),
                    name: "Film".to_owned(),
                    organization_id: None,
                    created_at: at(0),
                };
                for round in 0..20 {
                    // Removing a project looks at the rights first, in the same transaction.
                    assert!(projects::insert(&db, &ada, &film).await.unwrap());
                    let removal = projects::delete(&db, &ada, &film.id).await.unwrap();
                    assert_eq!(removal, Removal::Done);
                    jobs::heartbeat(&db, &claimed.lease, at(100 + round))
                        .await
                        .unwrap()
                        .unwrap();
                    generations::get(&db, &ada, &claimed.lease.generation_id)
                        .await
                        .unwrap();
                    let next = Next::Keep {
                        lease_until: at(100 + round),
                    };
                    jobs::save_progress(
                        &db,
                        &claimed.lease,
                        Status::Running,
                        "{}",
                        next,
                        at(round),
                    )
                    .await
                    .unwrap()
                    .unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

crate::on_both_databases!(
    concurrent_claims_hand_each_job_to_one_worker,
    what_was_asked_for_first_comes_first_and_nothing_before_its_time,
    a_stale_epoch_writes_nothing,
    progress_outlives_a_crash,
    a_settled_generation_is_at_its_end,
    stalled_workers_settle_nothing_twice,
    sixteen_who_read_and_then_write_are_never_told_that_it_is_locked,
);
