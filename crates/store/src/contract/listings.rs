//! The providers' lists: what counts, what waits, and whose they are.

use super::{at, project, user};
use crate::{
    listings::{Fetched, applied, apply, discard, fail, get, hold, in_use, store},
    settings::{Scope, patch},
    test_support::TestDb,
};
use domain::{
    Operation, ProviderId,
    settings::{Change, Field},
};

const GEMINI: ProviderId = ProviderId::Gemini;

fn fetched<'a>(list: &'a str, difference: &'a str, moment: i64) -> Fetched<'a> {
    Fetched {
        list,
        difference,
        at: at(moment),
    }
}

async fn a_list_waits_until_it_is_applied_or_thrown_away(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    assert_eq!(get(db, &ada, GEMINI).await.unwrap(), None);
    store(db, &ada, GEMINI, fetched("one", "d1", 1))
        .await
        .unwrap();
    hold(db, &ada, GEMINI, fetched("two", "d2", 2))
        .await
        .unwrap();
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!(row.applied.as_deref(), Some("one"));
    assert_eq!(
        (row.pending.as_deref(), row.pending_difference.as_deref()),
        (Some("two"), Some("d2"))
    );
    assert!(discard(db, &ada, GEMINI).await.unwrap());
    assert!(!discard(db, &ada, GEMINI).await.unwrap());
    assert!(!apply(db, &ada, GEMINI).await.unwrap());
    hold(db, &ada, GEMINI, fetched("three", "d3", 3))
        .await
        .unwrap();
    assert!(apply(db, &ada, GEMINI).await.unwrap());
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!(
        (row.applied.as_deref(), row.applied_at),
        (Some("three"), Some(at(3)))
    );
    assert_eq!((row.difference.as_deref(), row.pending), (Some("d3"), None));
    hold(db, &ada, GEMINI, fetched("four", "d4", 4))
        .await
        .unwrap();
    store(db, &ada, GEMINI, fetched("five", "d5", 5))
        .await
        .unwrap();
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!((row.applied.as_deref(), row.pending), (Some("five"), None));
}

async fn a_failed_fetch_keeps_the_list_and_is_forgotten_after_a_good_one(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    fail(db, &ada, GEMINI, "Nobody answers.", at(1))
        .await
        .unwrap();
    assert_eq!(applied(db, &ada).await.unwrap(), []);
    store(db, &ada, GEMINI, fetched("one", "d1", 2))
        .await
        .unwrap();
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!((row.problem, row.problem_at), (None, None));
    fail(db, &ada, GEMINI, "It broke.", at(3)).await.unwrap();
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!(row.applied.as_deref(), Some("one"));
    assert_eq!(
        (row.problem.as_deref(), row.problem_at),
        (Some("It broke."), Some(at(3)))
    );
    hold(db, &ada, GEMINI, fetched("two", "d2", 4))
        .await
        .unwrap();
    let row = get(db, &ada, GEMINI).await.unwrap().unwrap();
    assert_eq!(row.problem, None);
}

async fn lists_belong_to_one_person_and_outlive_a_restart(mut test: TestDb) {
    let ada = user(&test.db, "ada").await;
    let bob = user(&test.db, "bob").await;
    let before = crate::catalog::state(&test.db).await.unwrap();
    store(&test.db, &ada, GEMINI, fetched("one", "d1", 1))
        .await
        .unwrap();
    let after = crate::catalog::state(&test.db).await.unwrap();
    assert!(after.lists_version > before.lists_version);
    assert_eq!(after.version, before.version);
    assert_eq!(get(&test.db, &bob, GEMINI).await.unwrap(), None);
    assert!(!apply(&test.db, &bob, GEMINI).await.unwrap());
    test.restart().await;
    let lists = applied(&test.db, &ada).await.unwrap();
    assert_eq!(
        (lists[0].provider, lists[0].applied.as_str()),
        (GEMINI, "one")
    );
    assert_eq!(applied(&test.db, &bob).await.unwrap(), []);
}

async fn models_of_own_settings_and_visible_projects_are_in_use(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let bob = user(db, "bob").await;
    let film = project(db, &ada, None).await;
    let own = Scope::User(ada.clone());
    let wish = |operation, provider, value: &str| Change {
        field: Field::Model(operation, provider),
        value: Some(value.to_owned()),
        base: None,
    };
    for (scope, change) in [
        (&own, wish(Operation::Image, GEMINI, "picture")),
        (&own, wish(Operation::Image, ProviderId::Kie, "other")),
        (
            &Scope::Project(film),
            wish(Operation::Tts, GEMINI, "speech"),
        ),
        (
            &Scope::User(bob.clone()),
            wish(Operation::Llm, GEMINI, "of-bob"),
        ),
    ] {
        patch(db, scope, &[change], &ada, at(1)).await.unwrap();
    }
    let mut used = in_use(db, &ada, GEMINI).await.unwrap();
    used.sort();
    assert_eq!(
        used,
        [
            (Operation::Image, "picture".to_owned()),
            (Operation::Tts, "speech".to_owned())
        ]
    );
}

crate::on_both_databases!(
    a_list_waits_until_it_is_applied_or_thrown_away,
    a_failed_fetch_keeps_the_list_and_is_forgotten_after_a_good_one,
    lists_belong_to_one_person_and_outlive_a_restart,
    models_of_own_settings_and_visible_projects_are_in_use,
);
