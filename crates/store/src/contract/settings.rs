//! Fields with versions: compare-and-set, all or nothing, and no lost update.

use super::{at, user, user_id};
use crate::{
    settings::{PatchOutcome, Scope, load, patch},
    test_support::TestDb,
};
use domain::{
    Operation, ProjectId, ProviderId,
    settings::{Change, Field, Stored},
};

const IMAGE: Field = Field::Provider(Operation::Image);
const VIDEO: Field = Field::Provider(Operation::Video);

fn scope() -> Scope {
    Scope::User(user_id("ada"))
}

fn wish(field: Field, value: Option<&str>, base: Option<i64>) -> Change {
    Change {
        field,
        value: value.map(str::to_owned),
        base,
    }
}

fn stored(value: Option<&str>, version: i64, millis: i64) -> Stored {
    Stored {
        value: value.map(str::to_owned),
        version,
        updated_at: at(millis),
    }
}

async fn versions_count_from_one_and_clearing_is_a_version(test: TestDb) {
    let db = &test.db;
    let who = user(db, "ada").await;
    for (millis, value) in [(1, Some("gemini")), (2, Some("kie")), (3, None)] {
        let outcome = patch(db, &scope(), &[wish(IMAGE, value, None)], &who, at(millis)).await;
        let expected = stored(value, millis, millis);
        assert_eq!(
            outcome.unwrap(),
            PatchOutcome::Applied(vec![(IMAGE, expected)])
        );
    }
    let fields = load(db, &scope()).await.unwrap();
    assert_eq!(
        fields.into_iter().collect::<Vec<_>>(),
        [(IMAGE, stored(None, 3, 3))]
    );
}

async fn the_same_value_again_is_acknowledged_without_a_new_version(test: TestDb) {
    let db = &test.db;
    let who = user(db, "ada").await;
    for (millis, base) in [(1, Some(0)), (2, Some(1)), (3, None)] {
        let change = wish(IMAGE, Some("gemini"), base);
        let outcome = patch(db, &scope(), &[change], &who, at(millis))
            .await
            .unwrap();
        let expected = stored(Some("gemini"), 1, 1);
        assert_eq!(outcome, PatchOutcome::Applied(vec![(IMAGE, expected)]));
    }
}

async fn one_stale_field_stops_the_whole_patch(test: TestDb) {
    let db = &test.db;
    let who = user(db, "ada").await;
    patch(
        db,
        &scope(),
        &[wish(IMAGE, Some("gemini"), Some(0))],
        &who,
        at(1),
    )
    .await
    .unwrap();
    for stale in [0, 2] {
        let changes = [
            wish(IMAGE, Some("kie"), Some(stale)),
            wish(VIDEO, Some("kie"), Some(0)),
        ];
        let outcome = patch(db, &scope(), &changes, &who, at(2)).await.unwrap();
        let expected = stored(Some("gemini"), 1, 1);
        assert_eq!(outcome, PatchOutcome::Conflicts(vec![(IMAGE, expected)]));
    }
    let nothing = Stored {
        value: None,
        version: 0,
        updated_at: domain::Timestamp(0),
    };
    let outcome = patch(
        db,
        &scope(),
        &[wish(VIDEO, Some("kie"), Some(4))],
        &who,
        at(2),
    )
    .await;
    assert_eq!(
        outcome.unwrap(),
        PatchOutcome::Conflicts(vec![(VIDEO, nothing)])
    );
    assert_eq!(load(db, &scope()).await.unwrap().len(), 1);
}

async fn scopes_do_not_touch_each_other(test: TestDb) {
    let db = &test.db;
    let who = user(db, "ada").await;
    let scopes = [
        scope(),
        Scope::User(user_id("bob")),
        Scope::Project(ProjectId("user-ada".to_owned())),
        Scope::Environment,
    ];
    for (scope, value) in scopes.iter().zip(["gemini", "kie", "modal", "nano-banana"]) {
        patch(db, scope, &[wish(IMAGE, Some(value), Some(0))], &who, at(1))
            .await
            .unwrap();
    }
    for (scope, value) in scopes.iter().zip(["gemini", "kie", "modal", "nano-banana"]) {
        let fields = load(db, scope).await.unwrap();
        assert_eq!(fields[&IMAGE], stored(Some(value), 1, 1));
    }
}

/// Sixteen writers read a version and write on it, again and again. Each acknowledged write must be
/// the next link of one chain: nobody's acknowledged write may vanish unseen.
async fn concurrent_writers_leave_a_single_chain_per_field(test: TestDb) {
    const WRITERS: usize = 16;
    const EACH: usize = 6;
    let who = user(&test.db, "ada").await;
    let fields = [
        IMAGE,
        VIDEO,
        Field::Model(Operation::Llm, ProviderId::OpenRouter),
    ];
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (db, who) = (test.db.clone(), who.clone());
            tokio::spawn(async move {
                let mut links = Vec::new();
                let mut wanted = 0;
                while wanted < EACH {
                    let seen = load(&db, &scope()).await.unwrap();
                    // Different orders, so that locks taken carelessly would wait in a circle.
                    let mut changes: Vec<Change> = fields
                        .iter()
                        .map(|field| {
                            let base = seen.get(field).map_or(0, |stored| stored.version);
                            let value = format!("{writer}-{wanted}");
                            Change {
                                field: *field,
                                value: Some(value),
                                base: Some(base),
                            }
                        })
                        .collect();
                    changes.rotate_left(writer % 3);
                    // One field alone is protected by nothing but its own version.
                    changes.truncate(1 + (writer + wanted) % 3);
                    let now = at(i64::try_from(wanted).unwrap());
                    if let PatchOutcome::Applied(applied) =
                        patch(&db, &scope(), &changes, &who, now).await.unwrap()
                    {
                        for (field, stored) in &applied {
                            let seen = seen.get(field).map_or(0, |stored| stored.version);
                            assert_eq!(stored.version, seen + 1, "written on what was seen");
                        }
                        links.extend(applied);
                        wanted += 1;
                    }
                }
                links
            })
        })
        .collect();
    let mut links = Vec::new();
    for task in tasks {
        links.extend(task.await.unwrap());
    }
    let last = load(&test.db, &scope()).await.unwrap();
    for field in fields {
        let mut versions: Vec<i64> = links
            .iter()
            .filter(|(f, _)| *f == field)
            .map(|(_, stored)| stored.version)
            .collect();
        versions.sort_unstable();
        let chain: Vec<i64> = (1..).take(versions.len()).collect();
        assert!(versions.len() > WRITERS, "the field was fought over");
        assert_eq!(versions, chain, "{field}");
        let newest = links
            .iter()
            .find(|(f, stored)| *f == field && stored.version == last[&field].version);
        assert_eq!(newest.map(|(_, stored)| stored), Some(&last[&field]));
    }
}

/// The same without bases: nobody is refused, every write has a version of its own.
async fn writers_without_a_base_are_counted_one_by_one(test: TestDb) {
    let who = user(&test.db, "ada").await;
    let tasks: Vec<_> = (0..16)
        .map(|writer| {
            let (db, who) = (test.db.clone(), who.clone());
            tokio::spawn(async move {
                let change = wish(IMAGE, Some(&format!("value {writer}")), None);
                let outcome = patch(&db, &scope(), &[change], &who, at(writer))
                    .await
                    .unwrap();
                let PatchOutcome::Applied(applied) = outcome else {
                    panic!("nobody conflicts")
                };
                applied[0].1.version
            })
        })
        .collect();
    let mut versions = Vec::new();
    for task in tasks {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<i64>>());
}

async fn a_restart_keeps_what_was_acknowledged(mut test: TestDb) {
    let who = user(&test.db, "ada").await;
    patch(
        &test.db,
        &scope(),
        &[wish(IMAGE, Some("kie"), Some(0))],
        &who,
        at(1),
    )
    .await
    .unwrap();
    test.restart().await;
    assert_eq!(
        load(&test.db, &scope()).await.unwrap()[&IMAGE],
        stored(Some("kie"), 1, 1)
    );
}

crate::on_both_databases!(
    versions_count_from_one_and_clearing_is_a_version,
    the_same_value_again_is_acknowledged_without_a_new_version,
    one_stale_field_stops_the_whole_patch,
    scopes_do_not_touch_each_other,
    concurrent_writers_leave_a_single_chain_per_field,
    writers_without_a_base_are_counted_one_by_one,
    a_restart_keeps_what_was_acknowledged,
);
