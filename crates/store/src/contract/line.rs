//! The line of those who wait for their first start, and what waits for a place: people take turns,
//! and whoever waits for something is woken when it is there.

use super::{at, enqueue, generation_id, new_generation, user};
use crate::{
    Db,
    generations::{self, NewGeneration},
    jobs::{self, ClaimedJob, Next, holding},
    test_support::TestDb,
};
use domain::{UserId, generation::Status};

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

async fn what_is_held_is_woken_in_its_order_and_comes_by_itself_in_the_end(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    ask(db, &ada, many("a", 3)).await;
    for moment in [500, 501, 502] {
        let job = take(db).await;
        let held = holding::hold(db, &job.lease, "kie/key", r#"{"n":1}"#, at(moment)).await;
        assert!(held.unwrap());
        let stale = holding::hold(db, &job.lease, "kie/key", "{}", at(9)).await;
        assert!(!stale.unwrap(), "a lease that was given back");
        let row = generations::get(db, &ada, &job.generation.id)
            .await
            .unwrap();
        assert_eq!(row.unwrap().status, Status::Queued);
    }
    assert_eq!(jobs::claim(db, "w", at(10), at(99)).await.unwrap(), None);
    assert_eq!(holding::wake(db, "kie/other", at(10), 9).await.unwrap(), 0);
    assert_eq!(holding::wake(db, "kie/key", at(10), 1).await.unwrap(), 1);
    let woken = jobs::claim(db, "w", at(10), at(999))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(woken.generation.id, generation_id("a-000"));
    assert_eq!(woken.progress, r#"{"n":1}"#);
    assert_eq!(jobs::claim(db, "w", at(10), at(99)).await.unwrap(), None);
    let due = jobs::claim(db, "w", at(501), at(999)).await.unwrap();
    assert_eq!(due.unwrap().generation.id, generation_id("a-001"));
    assert_eq!(
        holding::wake(db, "kie/key", at(501), 9).await.unwrap(),
        1,
        "those that were taken wait no more"
    );
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
    what_is_held_is_woken_in_its_order_and_comes_by_itself_in_the_end,
    two_processes_take_each_job_once,
    a_job_that_was_in_the_line_before_turns_is_done_too,
);
