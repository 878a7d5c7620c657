//! The history of settings: written with each change, bounded, gone with its project.

use super::{at, project, user, user_id};
use crate::{
    Db, projects,
    settings::{PatchOutcome, Scope, patch},
    settings_history::{ChangeRow, list},
    test_support::TestDb,
};
use domain::{
    Operation, UserId,
    history::KEPT,
    settings::{Change, Field},
};

const IMAGE: Field = Field::Provider(Operation::Image);
const VIDEO: Field = Field::Provider(Operation::Video);

fn scope() -> Scope {
    Scope::User(user_id("ada"))
}

async fn set(db: &Db, scope: &Scope, who: &UserId, value: Option<&str>, millis: i64) {
    let change = Change {
        field: IMAGE,
        value: value.map(str::to_owned),
        base: None,
    };
    let outcome = patch(db, scope, &[change], who, at(millis)).await.unwrap();
    assert!(matches!(outcome, PatchOutcome::Applied(_)));
}

async fn each_change_is_remembered_with_who_and_when_the_newest_first(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    set(db, &scope(), &ada, Some("gemini"), 1).await;
    set(db, &scope(), &bob, Some("kie"), 2).await;
    set(db, &scope(), &UserId("gone".to_owned()), None, 3).await;
    let row =
        |version, before: Option<&str>, value: Option<&str>, who: &str, name: Option<&str>| {
            ChangeRow {
                version,
                value_before: before.map(str::to_owned),
                value: value.map(str::to_owned),
                changed_at: at(version),
                changed_by: UserId(who.to_owned()),
                name: name.map(str::to_owned),
            }
        };
    assert_eq!(
        list(db, &scope(), IMAGE).await.unwrap(),
        [
            row(3, Some("kie"), None, "gone", None),
            row(2, Some("gemini"), Some("kie"), bob.as_str(), Some("bob")),
            row(1, None, Some("gemini"), ada.as_str(), Some("ada")),
        ]
    );
    let other = Scope::User(bob);
    assert!(list(db, &other, IMAGE).await.unwrap().is_empty());
    assert!(list(db, &scope(), VIDEO).await.unwrap().is_empty());
}

async fn what_changes_nothing_is_not_remembered(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    set(db, &scope(), &ada, None, 1).await;
    assert!(list(db, &scope(), IMAGE).await.unwrap().is_empty());
    set(db, &scope(), &ada, Some("kie"), 2).await;
    set(db, &scope(), &ada, Some("kie"), 3).await;
    let rows = list(db, &scope(), IMAGE).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].version, 2);
}

async fn a_refused_patch_leaves_no_trace_of_its_other_fields(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let wish = |field, base| Change {
        field,
        value: Some("kie".to_owned()),
        base: Some(base),
    };
    let changes = [wish(IMAGE, 0), wish(VIDEO, 7)];
    let outcome = patch(db, &scope(), &changes, &ada, at(1)).await.unwrap();
    assert!(matches!(outcome, PatchOutcome::Conflicts(_)));
    assert!(list(db, &scope(), IMAGE).await.unwrap().is_empty());
}

async fn only_the_newest_versions_are_kept(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    for number in 1..=KEPT + 3 {
        set(db, &scope(), &ada, Some(&format!("value {number}")), number).await;
    }
    let rows = list(db, &scope(), IMAGE).await.unwrap();
    let versions: Vec<i64> = rows.iter().map(|row| row.version).collect();
    assert_eq!(versions, (4..=KEPT + 3).rev().collect::<Vec<i64>>());
}

async fn a_removed_project_leaves_no_history(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let film = project(db, &ada, None).await;
    let of_project = Scope::Project(film.clone());
    set(db, &of_project, &ada, Some("kie"), 1).await;
    set(db, &scope(), &ada, Some("kie"), 1).await;
    projects::delete(db, &ada, &film).await.unwrap();
    assert!(list(db, &of_project, IMAGE).await.unwrap().is_empty());
    assert_eq!(list(db, &scope(), IMAGE).await.unwrap().len(), 1);
}

crate::on_both_databases!(
    each_change_is_remembered_with_who_and_when_the_newest_first,
    what_changes_nothing_is_not_remembered,
    a_refused_patch_leaves_no_trace_of_its_other_fields,
    only_the_newest_versions_are_kept,
    a_removed_project_leaves_no_history,
);
