//! The line of those who wait for their first start, and what waits for a place: people take turns,
//! and whoever waits for something is woken when it is there.

use super::{at, enqueue, generation_id, new_generation, user};
use crate::{
    Db,
    generations::{self, NewGeneration},
    jobs::{self, ClaimedJob, Next, holding},
    test_support::TestDb,
};
use domain::{ProviderId, UserId, generation::Status};

async fn ask(db: &Db, who: &UserId, names: impl IntoIterator<Item = String>) {
    for name in names {
        enqueue(db, &new_generation(&name, who)).await;
    }
}

fn many(name: &str, count: usize) -> impl Iterator<Item = String> {
    let name = name.to_owned();
    (0..count).map(move |number| format!("{name}-{number:03}"))
}

/// The next job's owner and its lease, due long after the test.
async fn take(db: &Db) -> ClaimedJob {
    let claimed = jobs::claim(db, "w", at(1), at(1_000_000)).await.unwrap();
    claimed.expect("somebody waits")
}

async fn order(db: &Db, count: usize) -> String {
    let mut order = String::new();
    for _ in 0..count {
        let job = take(db).await;
        let name = job.generation.user_id.as_str().trim_start_matches("user-");
        order.push_str(&name[..1]);
    }
    order
}

async fn one_job_waits_behind_at_most_one_of_five_hundred(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    ask(db, &ada, many("a", 500)).await;
    assert_eq!(order(db, 20).await, "a".repeat(20));
    ask(db, &bob, many("b", 1)).await;
    let place = order(db, 3).await.find('b').unwrap();
    assert!(place <= 1, "behind {place} others");
}

async fn people_take_turns_however_much_each_asks_for(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let cy = user(db, "cy").await;
    ask(db, &ada, many("a", 30)).await;
    order(db, 4).await;
    ask(db, &bob, many("b", 6)).await;
    ask(db, &cy, many("c", 3)).await;
    let taken = order(db, 12).await;
    let count = |who| taken.chars().filter(|taker| *taker == who).count();
    assert!(
        count('c') == 3 && count('b') >= 4 && count('a') >= 4,
        "{taken}"
    );
    // Nobody is left behind for having been served before.
    order(db, 23).await;
    assert_eq!(jobs::claim(db, "w", at(2), at(3)).await.unwrap(), None);
    ask(db, &bob, many("late-b", 5)).await;
    ask(db, &ada, many("late-a", 1)).await;
    let place = order(db, 6).await.find('a').unwrap();
    assert!(place <= 1, "behind {place} others");
}

async fn whoever_keeps_asking_does_not_hold_up_the_others(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    ask(db, &ada, many("a", 20)).await;
    let mut taken = String::new();
    for round in 0..20 {
        ask(db, &bob, [format!("b-{round}")]).await;
        taken.push_str(&order(db, 2).await);
    }
    let count = taken.chars().filter(|taker| *taker == 'a').count();
    assert!(count >= 19, "{taken}");
}

async fn what_rested_goes_before_the_line(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    ask(db, &ada, many("a", 3)).await;
    let first = take(db).await;
    let next = Next::HandBack { run_at: at(5) };
    jobs::save_progress(db, &first.lease, Status::Running, "{}", next, at(1))
        .await
        .unwrap()
        .unwrap();
    let second = jobs::claim(db, "w", at(4), at(99)).await.unwrap().unwrap();
    assert_eq!(second.generation.id, generation_id("a-001"));
    let again = jobs::claim(db, "w", at(6), at(99)).await.unwrap().unwrap();
    assert_eq!(again.generation.id, generation_id("a-000"));
}

async fn what_is_held_is_woken_by_turns(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    ask(db, &ada, many("a", 300)).await;
    let first = take(db).await;
    let lane = jobs::lane(ProviderId::Gemini, None, None);
    assert!(
        holding::hold(db, &first.lease, "door", r#"{"n":1}"#, false)
            .await
            .unwrap()
    );
    let stale = holding::hold(db, &first.lease, "door", "{}", false).await;
    assert!(!stale.unwrap(), "a lease that was given back");
    assert_eq!(
        holding::hold_line(db, "other", "door", 999).await.unwrap(),
        0
    );
    assert_eq!(
        holding::hold_line(db, &lane, "door", 200).await.unwrap(),
        200
    );
    assert_eq!(
        holding::hold_line(db, &lane, "door", 999).await.unwrap(),
        99
    );
    assert_eq!(jobs::claim(db, "w", at(9), at(99)).await.unwrap(), None);
    assert_eq!(holding::names(db).await.unwrap(), ["door"]);
    let row = generations::get(db, &ada, &generation_id("a-000"))
        .await
        .unwrap();
    assert_eq!(row.unwrap().status, Status::Queued);

    // Bob comes late and knocks at the same door.
    ask(db, &bob, many("b", 1)).await;
    let late = take(db).await;
    assert!(
        holding::hold(db, &late.lease, "door", "{}", false)
            .await
            .unwrap()
    );
    assert_eq!(holding::wake(db, "another", at(10), 9).await.unwrap(), 0);
    assert_eq!(holding::wake(db, "door", at(1), 2).await.unwrap(), 2);
    let woken = [take(db).await, take(db).await];
    let names = woken.map(|job| job.generation.id);
    assert_eq!(names, [generation_id("a-000"), generation_id("b-000")]);
    assert_eq!(jobs::claim(db, "w", at(9), at(99)).await.unwrap(), None);

    // Who has none waiting comes in where the others are, not before and not behind all of them.
    ask(db, &bob, many("more-b", 2)).await;
    let mut bobs = Vec::new();
    for _ in 0..2 {
        let job = take(db).await;
        assert!(
            holding::hold(db, &job.lease, "door", "{}", false)
                .await
                .unwrap()
        );
        bobs.push(job);
    }
    assert_eq!(holding::wake(db, "door", at(1), 4).await.unwrap(), 4);
    let order = order(db, 4).await;
    assert_eq!(order.matches('b').count(), 2, "{order}");
}

async fn what_a_provider_works_on_is_woken_first_and_a_wish_to_cancel_wakes(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    ask(db, &ada, many("a", 2)).await;
    let (first, second) = (take(db).await, take(db).await);
    assert!(
        holding::hold(db, &first.lease, "door", "{}", false)
            .await
            .unwrap()
    );
    let keep = Next::Keep {
        lease_until: at(99),
    };
    jobs::save_progress(db, &second.lease, Status::Running, "{}", keep, at(1))
        .await
        .unwrap()
        .unwrap();
    assert!(
        holding::hold(db, &second.lease, "door", "{}", true)
            .await
            .unwrap()
    );
    let hold_again = |job: ClaimedJob| async move {
        assert_eq!(job.generation.id, generation_id("a-001"));
        assert!(
            holding::hold(db, &job.lease, "door", "{}", true)
                .await
                .unwrap()
        );
    };
    holding::wake(db, "door", at(1), 1).await.unwrap();
    hold_again(take(db).await).await;
    generations::request_cancel(db, &ada, &generation_id("a-001"), at(1))
        .await
        .unwrap()
        .unwrap();
    let woken = take(db).await;
    assert_eq!(woken.generation.status, Status::Cancelling);
    assert_eq!(jobs::claim(db, "w", at(9), at(99)).await.unwrap(), None);
}

async fn two_processes_take_each_job_once(test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let bob = user(&test.db, "bob").await;
    ask(&test.db, &ada, many("a", 40)).await;
    ask(&test.db, &bob, many("b", 20)).await;
    let other = Db::open(test.url()).await.unwrap();
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let db = if number % 2 == 0 { &test.db } else { &other };
            let db = db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let mut idle = 0;
                while idle < 20 {
                    match jobs::claim(&db, "w", at(1), at(900)).await.unwrap() {
                        Some(job) => mine.push(job.generation.id.to_string()),
                        None => idle += 1,
                    }
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!((count, all.len()), (60, 60));
}

async fn a_job_that_was_in_the_line_before_turns_is_done_too(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    enqueue(
        db,
        &NewGeneration {
            created_at: at(-5),
            ..new_generation("old", &ada)
        },
    )
    .await;
    // As the migration leaves it: without a turn, due since it was asked for.
    let lease = take(db).await.lease;
    assert!(jobs::release(db, &lease, at(0)).await.unwrap());
    assert_eq!(take(db).await.generation.id, generation_id("old"));
}

crate::on_both_databases!(
    one_job_waits_behind_at_most_one_of_five_hundred,
    people_take_turns_however_much_each_asks_for,
    whoever_keeps_asking_does_not_hold_up_the_others,
    what_rested_goes_before_the_line,
    what_is_held_is_woken_by_turns,
    what_a_provider_works_on_is_woken_first_and_a_wish_to_cancel_wakes,
    two_processes_take_each_job_once,
    a_job_that_was_in_the_line_before_turns_is_done_too,
);
