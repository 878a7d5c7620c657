//! Who paid, and how long it took: a person's own generations alone.

use super::{at, enqueue, generation_id, new_generation, user};
use crate::{
    Db,
    generations::{self, NewGeneration},
    jobs::{self, Settlement},
    past,
    test_support::TestDb,
};
use domain::{
    Operation, ProviderId, UserId,
    generation::Status::{self, Failed, Succeeded},
    resolution::Payer,
};

/// Writes a generation down and brings it to its end so many milliseconds later.
async fn ended(db: &Db, new: &NewGeneration, status: Status, millis: i64) {
    enqueue(db, new).await;
    let begun = new.created_at;
    let job = jobs::claim(db, "w", begun, begun.plus_millis(30_000)).await;
    let end = Settlement {
        status,
        actual: None,
        text: None,
        error: None,
        charge: None,
        outputs: &[],
    };
    let lease = job.unwrap().unwrap().lease;
    let settled = jobs::settle(db, &lease, &end, begun.plus_millis(millis)).await;
    assert!(settled.unwrap());
}

async fn times(db: &Db, user: &UserId, most: u32) -> Vec<(ProviderId, String, i64)> {
    let rows = past::durations(db, user, Operation::Image, most).await;
    let mut times: Vec<_> = rows
        .unwrap()
        .into_iter()
        .map(|row| (row.provider, row.model, row.millis))
        .collect();
    times.sort();
    times
}

async fn the_newest_times_of_each_model_are_ones_own_and_of_what_succeeded(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    for (name, who, created, status, millis) in [
        ("old", &ada, 1, Succeeded, 9_000),
        ("mid", &ada, 2, Succeeded, 5_000),
        ("new", &ada, 3, Succeeded, 4_000),
        ("failed", &ada, 4, Failed, 1_000),
        ("foreign", &bob, 5, Succeeded, 2_000),
    ] {
        let new = NewGeneration {
            created_at: at(created),
            ..new_generation(name, who)
        };
        ended(db, &new, status, millis).await;
    }
    let other_model = NewGeneration {
        model: "other".to_owned(),
        created_at: at(6),
        ..new_generation("other", &ada)
    };
    ended(db, &other_model, Succeeded, 700).await;
    let clip = NewGeneration {
        operation: Operation::Video,
        created_at: at(7),
        ..new_generation("clip", &ada)
    };
    ended(db, &clip, Succeeded, 60_000).await;

    let of = |model: &str, millis| (ProviderId::Gemini, model.to_owned(), millis);
    assert_eq!(
        times(db, &ada, 2).await,
        [of("model", 4_000), of("model", 5_000), of("other", 700)]
    );
    assert_eq!(times(db, &ada, 20).await.len(), 4);
    assert_eq!(times(db, &bob, 20).await, [of("model", 2_000)]);
}

async fn who_paid_last_is_of_the_operation_and_not_of_what_was_cancelled(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    let last = async |user| past::last_payer(db, user, Operation::Image).await.unwrap();
    assert_eq!(last(&ada).await, None);
    for (name, created, payer, operation) in [
        ("own", 1, Payer::User, Operation::Image),
        ("server", 2, Payer::Instance, Operation::Image),
        ("clip", 3, Payer::User, Operation::Video),
        ("cancelled", 4, Payer::Organization, Operation::Image),
    ] {
        let new = NewGeneration {
            payer,
            operation,
            created_at: at(created),
            ..new_generation(name, &ada)
        };
        enqueue(db, &new).await;
    }
    assert_eq!(last(&ada).await, Some(Payer::Organization));
    generations::request_cancel(db, &ada, &generation_id("cancelled"), at(5))
        .await
        .unwrap();
    assert_eq!(last(&ada).await, Some(Payer::Instance));
    assert_eq!(last(&bob).await, None);
}

crate::on_both_databases!(
    the_newest_times_of_each_model_are_ones_own_and_of_what_succeeded,
    who_paid_last_is_of_the_operation_and_not_of_what_was_cancelled,
);
