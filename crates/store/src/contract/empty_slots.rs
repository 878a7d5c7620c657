//! A key goes into an empty slot and never over another key.

use super::{at, user, user_id};
use crate::{
    replaced,
    secrets::{self, Inserted, NewSecret, Owner, Slot},
    test_support::TestDb,
};
use domain::{ProviderId, SecretId};

fn sealed(id: &str, version: i64) -> NewSecret {
    NewSecret {
        id: SecretId(id.to_owned()),
        audience_origin: "live".to_owned(),
        kid: "kid-1".to_owned(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: version.to_be_bytes().to_vec(),
        last4: Some("1c96".to_owned()),
        fingerprint: format!("fingerprint of {id}"),
        created_by: user_id("ada"),
        created_at: at(version),
    }
}

fn slot(owner: &Owner, provider: ProviderId) -> Slot<'_> {
    Slot {
        owner,
        provider,
        field: "api_key",
    }
}

async fn what_is_in_a_slot_stays_and_is_told(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    let bob = Owner::User(user(db, "bob").await);
    let gemini = slot(&owner, ProviderId::Gemini);
    let insert = async |slot, id: &str| {
        secrets::insert_if_empty(db, slot, |version| sealed(id, version))
            .await
            .unwrap()
    };
    assert_eq!(insert(gemini, "a").await, Inserted::Stored);
    let Inserted::Present(row) = insert(gemini, "b").await else {
        panic!("the slot is full");
    };
    assert_eq!((row.id.as_str(), row.version), ("a", 1));
    assert_eq!(
        insert(slot(&owner, ProviderId::Kie), "c").await,
        Inserted::Stored
    );
    assert_eq!(
        insert(slot(&bob, ProviderId::Gemini), "d").await,
        Inserted::Stored
    );
    assert_eq!(secrets::of_owner(db, &owner).await.unwrap().len(), 2);

    assert!(
        secrets::delete(db, &owner, ProviderId::Gemini, at(2))
            .await
            .unwrap()
    );
    assert_eq!(insert(gemini, "e").await, Inserted::Stored);
    let kept = replaced::of_owner(db, &owner, at(0)).await.unwrap();
    assert!(
        kept.is_empty(),
        "the removed key does not come back over it"
    );
}

async fn of_many_at_once_one_is_stored_and_the_others_find_it(test: TestDb) {
    let owner = Owner::User(user(&test.db, "ada").await);
    let tasks: Vec<_> = (0..12)
        .map(|number| {
            let (db, owner) = (test.db.clone(), owner.clone());
            tokio::spawn(async move {
                let slot = slot(&owner, ProviderId::Gemini);
                let id = format!("secret-{number}");
                secrets::insert_if_empty(&db, slot, |version| sealed(&id, version))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut stored = 0;
    let mut present = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Inserted::Stored => stored += 1,
            Inserted::Present(row) => present.push(row.id),
            Inserted::NoOwner => panic!("ada is there"),
        }
    }
    let rows = secrets::of_owner(&test.db, &owner).await.unwrap();
    assert_eq!((stored, present.len(), rows.len()), (1, 11, 1));
    assert!(present.iter().all(|id| *id == rows[0].id));
}

async fn nothing_is_stored_for_somebody_who_is_not_there(test: TestDb) {
    let owner = Owner::User(user_id("nobody"));
    let inserted = secrets::insert_if_empty(&test.db, slot(&owner, ProviderId::Kie), |_| {
        panic!("nothing is to be sealed")
    });
    assert_eq!(inserted.await.unwrap(), Inserted::NoOwner);
}

crate::on_both_databases!(
    what_is_in_a_slot_stays_and_is_told,
    of_many_at_once_one_is_stored_and_the_others_find_it,
    nothing_is_stored_for_somebody_who_is_not_there,
);
