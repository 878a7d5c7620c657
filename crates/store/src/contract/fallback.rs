//! Another provider takes over once, by the lease's holder alone, before anything was taken, and
//! within the budgets.

use super::{at, enqueue, generation_id, new_generation, user};
use crate::{
    Db, budgets,
    generations::{self, GenerationRow, NewGeneration},
    jobs::{
        self, ClaimedJob, Next,
        fallback::{Successor, ready, take_over},
    },
    test_support::TestDb,
};
use domain::{
    ProviderId, SecretId, UserId,
    budget::{Budget, Owner, Period, UnknownPrices},
    generation::Status,
    money::MicroUsd,
};

const PLAN: &str = r#"{"by":"kie"}"#;

fn successor(price: i64) -> Successor<'static> {
    Successor {
        provider: ProviderId::Kie,
        model: "other",
        input: r#"{"prompt":"a wolf"}"#,
        resolution: r#"{"new":true}"#,
        secret_ref: None,
        endpoint: None,
        estimate: r#"{"most":1}"#,
        price: MicroUsd(price),
    }
}

/// A generation that costs 100 and is being sent, its plan ready.
async fn sent(db: &Db, ada: &UserId, name: &str) -> ClaimedJob {
    let new = NewGeneration {
        fallback: Some(PLAN.to_owned()),
        price: Some(MicroUsd(100)),
        ..new_generation(name, ada)
    };
    enqueue(db, &new).await;
    let job = jobs::claim(db, "w", at(0), at(10)).await.unwrap().unwrap();
    let begun = jobs::begin_submit(db, &job.lease, at(1), at(10)).await;
    assert!(begun.unwrap());
    job
}

async fn row(db: &Db, ada: &UserId, name: &str) -> GenerationRow {
    let found = generations::get(db, ada, &generation_id(name)).await;
    found.unwrap().unwrap()
}

async fn reserved(db: &Db, ada: &UserId) -> i64 {
    let owner = Owner::User(ada.clone());
    let standing = budgets::standing(db, &owner, at(0)).await.unwrap();
    standing.reserved.0
}

async fn limit(db: &Db, ada: &UserId, micro_usd: i64) {
    let budget = Budget {
        period: Period::Daily,
        limit_micro_usd: MicroUsd(micro_usd),
        hard: true,
        warn_percent: None,
        unknown_prices: UnknownPrices::Refuse,
    };
    let owner = Owner::User(ada.clone());
    budgets::put(db, &owner, &budget, ada, at(0)).await.unwrap();
}

async fn another_provider_takes_the_place_of_the_first_once(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let job = sent(db, &ada, "a").await;
    let made_ready = ready(db, &job.lease).await.unwrap().unwrap();
    assert_eq!(made_ready.fallback.as_deref(), Some(PLAN));
    assert_eq!(made_ready.progress, "{}");
    let key = SecretId("key".to_owned());
    let next = Successor {
        secret_ref: Some(&key),
        endpoint: Some("https://other.example.com/"),
        ..successor(70)
    };
    let taken = take_over(db, &job.lease, &job.generation, &next, at(2)).await;
    assert!(taken.unwrap());
    assert_eq!(reserved(db, &ada).await, 70);
    let now = row(db, &ada, "a").await;
    assert_eq!(
        (now.status, now.provider, now.model.as_str()),
        (Status::Queued, ProviderId::Kie, "other")
    );
    assert_eq!(now.input, r#"{"prompt":"a wolf"}"#);
    assert_eq!(now.resolution, r#"{"new":true}"#);
    assert_eq!(now.estimate, r#"{"most":1}"#);
    assert_eq!(
        (now.payer, now.secret_ref),
        (job.generation.payer, Some(key))
    );
    assert_eq!(now.endpoint.as_deref(), Some("https://other.example.com/"));

    let again = jobs::claim(db, "w", at(2), at(20)).await.unwrap().unwrap();
    assert_eq!(
        (again.lease.epoch, again.progress.as_str()),
        (2, "{}"),
        "it is due at once, from the beginning"
    );
    assert!(!again.submit_was_interrupted());
    let begun = jobs::begin_submit(db, &again.lease, at(2), at(20)).await;
    assert!(begun.unwrap(), "it is sent to whoever took over");
    let left = ready(db, &again.lease).await.unwrap().unwrap();
    assert_eq!(left.fallback, None);
    let chained = take_over(db, &again.lease, &again.generation, &successor(1), at(3)).await;
    assert!(!chained.unwrap(), "no chains");
    assert_eq!(reserved(db, &ada).await, 70);
}

async fn who_lost_the_lease_changes_no_provider(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let job = sent(db, &ada, "a").await;
    let before = row(db, &ada, "a").await;
    jobs::claim(db, "other", at(11), at(30))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ready(db, &job.lease).await.unwrap(), None);
    let late = take_over(db, &job.lease, &job.generation, &successor(1), at(12)).await;
    assert!(!late.unwrap());
    assert_eq!(row(db, &ada, "a").await, before);
    assert_eq!(reserved(db, &ada).await, 100);
}

async fn what_a_provider_has_taken_or_nobody_wants_goes_to_no_other(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let taken = sent(db, &ada, "taken").await;
    let next = Next::Keep {
        lease_until: at(10),
    };
    let task = r#"{"task":"t-1"}"#;
    jobs::save_progress(db, &taken.lease, Status::Running, task, next, at(2))
        .await
        .unwrap()
        .unwrap();
    let unwanted = sent(db, &ada, "unwanted").await;
    generations::request_cancel(db, &ada, &generation_id("unwanted"), at(2))
        .await
        .unwrap()
        .unwrap();
    for (job, status) in [(taken, Status::Running), (unwanted, Status::Cancelling)] {
        assert_eq!(ready(db, &job.lease).await.unwrap(), None);
        let refused = take_over(db, &job.lease, &job.generation, &successor(1), at(3)).await;
        assert!(!refused.unwrap());
        let now = generations::get(db, &ada, &job.lease.generation_id).await;
        let now = now.unwrap().unwrap();
        assert_eq!((now.status, now.provider), (status, ProviderId::Gemini));
        let held = jobs::heartbeat(db, &job.lease, at(10)).await.unwrap();
        assert_eq!(held, Some(status), "the lease is not touched");
    }
    assert_eq!(reserved(db, &ada).await, 200);
}

async fn a_budget_refuses_who_takes_over_as_it_refuses_anybody(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let job = sent(db, &ada, "a").await;
    limit(db, &ada, 150).await;
    let before = row(db, &ada, "a").await;
    let dear = take_over(db, &job.lease, &job.generation, &successor(151), at(2)).await;
    assert!(!dear.unwrap());
    assert_eq!(row(db, &ada, "a").await, before);
    assert_eq!(reserved(db, &ada).await, 100);
    // What the first would have cost is free again for the second.
    let fits = take_over(db, &job.lease, &job.generation, &successor(150), at(2)).await;
    assert!(fits.unwrap());
    assert_eq!(reserved(db, &ada).await, 150);
}

crate::on_both_databases!(
    another_provider_takes_the_place_of_the_first_once,
    who_lost_the_lease_changes_no_provider,
    what_a_provider_has_taken_or_nobody_wants_goes_to_no_other,
    a_budget_refuses_who_takes_over_as_it_refuses_anybody,
);
