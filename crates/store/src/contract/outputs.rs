//! Files that several rows share, and rows that outlive their files.

use super::{at, file, generation_id, new_generation, user};
use crate::{
    Db,
    generations::{self, NewGeneration},
    jobs::{self, Settlement},
    outputs::{self, NewOutput},
    test_support::TestDb,
};
use domain::{OutputId, Timestamp, UserId, generation::Status};
use std::collections::BTreeSet;

/// A generation that has ended with these files, or is still at it.
async fn generation(db: &Db, user: &UserId, name: &str, files: &[NewOutput], ends: Option<i64>) {
    let new = NewGeneration {
        created_at: at(0),
        ..new_generation(name, user)
    };
    let Some(ends) = ends else {
        generations::enqueue(db, &new, None, files).await.unwrap();
        return;
    };
    generations::enqueue(db, &new, None, &[]).await.unwrap();
    let lease = jobs::claim(db, "w", at(0), at(10))
        .await
        .unwrap()
        .unwrap()
        .lease;
    let end = Settlement {
        status: Status::Succeeded,
        actual: None,
        text: None,
        error: None,
        charge: None,
        outputs: files,
    };
    assert!(jobs::settle(db, &lease, &end, at(ends)).await.unwrap());
}

fn sharing(id: &str, name: &str) -> NewOutput {
    NewOutput {
        file: name.to_owned(),
        thumbnail: Some(format!("small-{name}")),
        ..file(id)
    }
}

async fn named(db: &Db, names: &[&str]) -> BTreeSet<String> {
    let list = format!("[\"{}\"]", names.join("\",\""));
    outputs::named(db, &list).await.unwrap()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn remove(db: &Db, before: Timestamp) -> BTreeSet<String> {
    let names = outputs::remove_old(db, before, at(5_000), 100)
        .await
        .unwrap();
    names.into_iter().collect()
}

async fn old_files_of_ended_generations_are_let_go_and_their_rows_stay(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    assert_eq!(outputs::oldest(db).await.unwrap(), None);
    generation(db, &ada, "new", &[sharing("2", "two")], Some(900)).await;
    generation(db, &ada, "old", &[sharing("1", "one")], Some(100)).await;
    assert_eq!(outputs::oldest(db).await.unwrap(), Some(at(100)));
    generation(db, &ada, "running", &[sharing("3", "three")], None).await;

    assert_eq!(remove(db, at(100)).await, set(&[]), "not older than that");
    assert_eq!(remove(db, at(500)).await, set(&["one", "small-one"]));
    assert_eq!(remove(db, at(500)).await, set(&[]), "once");

    let rows = outputs::of_generation(db, &ada, &generation_id("old"))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].removed_at, Some(at(5_000)));
    assert_eq!(
        outputs::oldest(db).await.unwrap(),
        Some(at(0)),
        "a picture that went in counts too"
    );
    let kept = outputs::get_visible(db, &ada, &OutputId("output-2".to_owned()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (kept.removed_at, kept.thumbnail.as_deref()),
        (None, Some("small-two"))
    );
}

async fn no_more_are_let_go_at_once_than_asked_for(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let files = ["a", "b", "c"].map(file);
    generation(db, &ada, "old", &files, Some(100)).await;
    for expected in [2, 1, 0] {
        let gone = outputs::remove_old(db, at(500), at(600), 2).await.unwrap();
        assert_eq!(gone.len(), expected);
    }
}

async fn a_name_counts_as_long_as_one_row_keeps_it(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    generation(db, &ada, "old", &[sharing("1", "same")], Some(100)).await;
    generation(db, &ada, "new", &[sharing("2", "same")], Some(900)).await;
    let all = ["same", "small-same", "nobodys"];
    let kept = set(&["same", "small-same"]);

    assert_eq!(named(db, &all).await, kept);
    assert_eq!(remove(db, at(500)).await, kept);
    assert_eq!(named(db, &all).await, kept, "the newer row keeps it");
    assert_eq!(remove(db, at(1_000)).await, kept);
    assert_eq!(named(db, &all).await, set(&[]));
    assert_eq!(outputs::named(db, "[]").await.unwrap(), set(&[]));
}

crate::on_both_databases!(
    old_files_of_ended_generations_are_let_go_and_their_rows_stay,
    no_more_are_let_go_at_once_than_asked_for,
    a_name_counts_as_long_as_one_row_keeps_it,
);
