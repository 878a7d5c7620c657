//! What a change of a key took out of use: kept once per slot, brought back once, then gone.

use super::{
    at, organization,
    secrets::{sealed, slot},
    user,
};
use crate::{
    Db,
    replaced::{self, Replaced, Restored},
    secrets::{self, NewSecret, Owner, SecretRow, Slot},
    test_support::TestDb,
};
use domain::{ProviderId, SecretId, Timestamp};

/// Stores a key with this id at this moment.
async fn put(db: &Db, owner: &Owner, id: &str, now: Timestamp) {
    let build = |version| NewSecret {
        created_at: now,
        ..sealed(id, version)
    };
    assert!(secrets::replace(db, slot(owner), build).await.unwrap());
}

/// Brings back under a new id what was replaced after `since`.
async fn restore(db: &Db, owner: &Owner, since: Timestamp) -> Restored<()> {
    replaced::restore(db, slot(owner), since, |kept, version| {
        Ok(sealed(&format!("{} again", kept.id), version))
    })
    .await
    .unwrap()
}

async fn standing(db: &Db, owner: &Owner) -> Vec<String> {
    let rows = secrets::of_owner(db, owner).await.unwrap();
    rows.into_iter().map(|row| row.id.0).collect()
}

async fn kept(db: &Db, owner: &Owner) -> Vec<(String, Timestamp)> {
    let rows = replaced::of_owner(db, owner, at(0)).await.unwrap();
    rows.into_iter()
        .map(|row| (row.secret.id.0, row.replaced_at))
        .collect()
}

async fn a_replaced_key_is_kept_whole_and_comes_back_once(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    put(db, &owner, "a", at(1)).await;
    assert_eq!(kept(db, &owner).await, [], "a first key replaces nothing");
    let before: Vec<SecretRow> = secrets::of_owner(db, &owner).await.unwrap();
    put(db, &owner, "b", at(5)).await;
    let row = Replaced {
        secret: before[0].clone(),
        replaced_at: at(5),
    };
    let rows = replaced::of_owner(db, &owner, at(4)).await.unwrap();
    assert_eq!(rows, [row]);

    assert_eq!(restore(db, &owner, at(4)).await, Restored::Done);
    let after = secrets::of_owner(db, &owner).await.unwrap();
    assert_eq!(
        (after.len(), after[0].id.as_str(), after[0].version),
        (1, "a again", 3)
    );
    assert_eq!(kept(db, &owner).await, []);
    assert_eq!(restore(db, &owner, at(4)).await, Restored::Nothing);
}

async fn of_several_changes_the_last_one_can_be_undone(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    put(db, &owner, "a", at(1)).await;
    put(db, &owner, "b", at(2)).await;
    put(db, &owner, "c", at(3)).await;
    assert_eq!(kept(db, &owner).await, [("b".to_owned(), at(3))]);
    let gemini = ProviderId::Gemini;
    assert!(secrets::delete(db, &owner, gemini, at(4)).await.unwrap());
    assert_eq!(standing(db, &owner).await, [""; 0]);
    assert!(!secrets::delete(db, &owner, gemini, at(5)).await.unwrap());
    assert_eq!(
        kept(db, &owner).await,
        [("c".to_owned(), at(4))],
        "removing nothing is no change"
    );
    assert_eq!(restore(db, &owner, at(0)).await, Restored::Done);
    assert_eq!(standing(db, &owner).await, ["c again"]);

    assert!(secrets::delete(db, &owner, gemini, at(6)).await.unwrap());
    put(db, &owner, "d", at(7)).await;
    assert_eq!(restore(db, &owner, at(0)).await, Restored::Nothing);
    assert_eq!(standing(db, &owner).await, ["d"]);
}

async fn a_key_sealed_anew_is_no_change(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    put(db, &owner, "a", at(1)).await;
    put(db, &owner, "b", at(2)).await;
    let anew = secrets::reseal(db, slot(&owner), |version| sealed("b anew", version));
    assert!(anew.await.unwrap());
    assert_eq!(standing(db, &owner).await, ["b anew"]);
    assert_eq!(kept(db, &owner).await, [("a".to_owned(), at(2))]);
}

async fn what_is_too_old_does_not_come_back_and_is_deleted(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    put(db, &owner, "a", at(1)).await;
    put(db, &owner, "b", at(5)).await;
    assert_eq!(restore(db, &owner, at(5)).await, Restored::Nothing);
    assert_eq!(replaced::of_owner(db, &owner, at(5)).await.unwrap(), []);
    assert_eq!(replaced::purge(db, at(4)).await.unwrap(), 0);
    assert_eq!(kept(db, &owner).await.len(), 1);
    assert_eq!(replaced::purge(db, at(5)).await.unwrap(), 1);
    assert_eq!(kept(db, &owner).await, []);
    assert_eq!(standing(db, &owner).await, ["b"]);
}

async fn a_refused_sealing_changes_nothing(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    put(db, &owner, "a", at(1)).await;
    put(db, &owner, "b", at(2)).await;
    let refused = replaced::restore(db, slot(&owner), at(0), |_, _| Err("unreadable"));
    assert_eq!(refused.await.unwrap(), Restored::Refused("unreadable"));
    assert_eq!(standing(db, &owner).await, ["b"]);
    assert_eq!(restore(db, &owner, at(0)).await, Restored::Done);
}

async fn of_many_who_undo_at_once_one_does(test: TestDb) {
    let owner = Owner::User(user(&test.db, "ada").await);
    put(&test.db, &owner, "a", at(1)).await;
    put(&test.db, &owner, "b", at(2)).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (db, owner) = (test.db.clone(), owner.clone());
            tokio::spawn(async move { restore(&db, &owner, at(0)).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += i32::from(task.await.unwrap() == Restored::Done);
    }
    assert_eq!(done, 1);
    assert_eq!(standing(&test.db, &owner).await, ["a again"]);
}

async fn the_replaced_key_of_somebody_else_is_out_of_reach(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let studio = Owner::Organization(organization(db, &ada).await);
    let (ada, bob) = (Owner::User(ada), Owner::User(user(db, "bob").await));
    put(db, &ada, "a", at(1)).await;
    put(db, &ada, "b", at(2)).await;
    put(db, &studio, "s", at(1)).await;
    put(db, &studio, "t", at(3)).await;
    assert_eq!(restore(db, &bob, at(0)).await, Restored::Nothing);
    assert_eq!(kept(db, &bob).await, []);
    assert_eq!(restore(db, &studio, at(0)).await, Restored::Done);
    assert_eq!(standing(db, &studio).await, ["s again"]);
    assert_eq!(kept(db, &ada).await, [("a".to_owned(), at(2))]);
}

async fn all_parts_of_a_removed_credential_are_kept(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    let of_modal = |field| Slot {
        owner: &owner,
        provider: ProviderId::Modal,
        field,
    };
    for field in ["key", "secret"] {
        let stored = secrets::replace(db, of_modal(field), |version| sealed(field, version));
        assert!(stored.await.unwrap());
    }
    let modal = ProviderId::Modal;
    assert!(secrets::delete(db, &owner, modal, at(2)).await.unwrap());
    let ids: Vec<String> = kept(db, &owner)
        .await
        .into_iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(ids, ["key", "secret"]);
    let back = replaced::restore(db, of_modal("secret"), at(0), |_, version| {
        Ok::<_, ()>(sealed("secret again", version))
    });
    assert_eq!(back.await.unwrap(), Restored::Done);
    let row = secrets::by_id(db, &owner, &SecretId("secret again".to_owned())).await;
    assert_eq!(row.unwrap().unwrap().field, "secret");
}

crate::on_both_databases!(
    a_replaced_key_is_kept_whole_and_comes_back_once,
    of_several_changes_the_last_one_can_be_undone,
    a_key_sealed_anew_is_no_change,
    what_is_too_old_does_not_come_back_and_is_deleted,
    a_refused_sealing_changes_nothing,
    of_many_who_undo_at_once_one_does,
    the_replaced_key_of_somebody_else_is_out_of_reach,
    all_parts_of_a_removed_credential_are_kept,
);
