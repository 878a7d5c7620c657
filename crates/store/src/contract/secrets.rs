//! Sealed keys: one per slot, each version sealed once, invisible to other owners.

use super::{at, organization, user, user_id};
use crate::{
    replaced,
    sealed::{self, Table},
    secrets::{self, NewSecret, Owner, Slot},
    test_support::TestDb,
};
use domain::{ProviderId, SecretId};

pub(super) fn sealed(id: &str, version: i64) -> NewSecret {
    NewSecret {
        id: SecretId(id.to_owned()),
        audience_origin: "https://generativelanguage.googleapis.com".to_owned(),
        kid: "kid-1".to_owned(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: version.to_be_bytes().to_vec(),
        last4: Some("1c96".to_owned()),
        fingerprint: "0011aabb".to_owned(),
        created_by: user_id("ada"),
        created_at: at(version),
    }
}

pub(super) fn slot(owner: &Owner) -> Slot<'_> {
    Slot {
        owner,
        provider: ProviderId::Gemini,
        field: "key",
    }
}

async fn a_replaced_key_has_the_next_version_and_a_new_id(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    assert!(
        secrets::replace(db, slot(&owner), |version| sealed("a", version))
            .await
            .unwrap()
    );
    let first = SecretId("a".to_owned());
    assert!(
        secrets::touch_last_used(db, &owner, &first, at(9))
            .await
            .unwrap()
    );
    assert!(
        secrets::replace(db, slot(&owner), |version| sealed("b", version))
            .await
            .unwrap()
    );
    let rows = secrets::of_owner(db, &owner).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].id.as_str(), rows[0].version, rows[0].last_used_at),
        ("b", 2, None)
    );
    assert_eq!(rows[0].ciphertext, 2_i64.to_be_bytes());
    assert_eq!(secrets::by_id(db, &owner, &first).await.unwrap(), None);
    assert!(
        !secrets::touch_last_used(db, &owner, &first, at(9))
            .await
            .unwrap()
    );
}

async fn concurrent_replacements_are_each_sealed_for_a_version_of_their_own(test: TestDb) {
    let owner = Owner::User(user(&test.db, "ada").await);
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let (db, owner) = (test.db.clone(), owner.clone());
            tokio::spawn(async move {
                let mut sealed_for = 0;
                secrets::replace(&db, slot(&owner), |version| {
                    sealed_for = version;
                    sealed(&format!("secret-{number}"), version)
                })
                .await
                .unwrap();
                sealed_for
            })
        })
        .collect();
    let mut versions = Vec::new();
    for task in tasks {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<i64>>());
    let rows = secrets::of_owner(&test.db, &owner).await.unwrap();
    assert_eq!(rows[0].version, 16);
    assert_eq!(rows[0].ciphertext, 16_i64.to_be_bytes());
}

async fn a_key_of_somebody_else_is_invisible(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let bob = Owner::User(user(db, "bob").await);
    let studio = Owner::Organization(organization(db, &ada).await);
    let owner = Owner::User(ada);
    secrets::replace(db, slot(&owner), |version| sealed("a", version))
        .await
        .unwrap();
    secrets::replace(db, slot(&studio), |version| sealed("s", version))
        .await
        .unwrap();
    let (a, s) = (SecretId("a".to_owned()), SecretId("s".to_owned()));
    assert!(secrets::by_id(db, &owner, &a).await.unwrap().is_some());
    assert!(secrets::by_id(db, &studio, &s).await.unwrap().is_some());
    assert_eq!(secrets::by_id(db, &bob, &a).await.unwrap(), None);
    assert_eq!(secrets::by_id(db, &owner, &s).await.unwrap(), None);
    assert!(
        !secrets::delete(db, &bob, ProviderId::Gemini, at(9))
            .await
            .unwrap()
    );
    assert!(secrets::of_owner(db, &bob).await.unwrap().is_empty());
    assert!(!secrets::touch_last_used(db, &bob, &a, at(1)).await.unwrap());
}

async fn all_parts_of_a_credential_go_together(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    for field in ["key", "secret"] {
        let slot = Slot {
            owner: &owner,
            provider: ProviderId::Modal,
            field,
        };
        secrets::replace(db, slot, |version| sealed(field, version))
            .await
            .unwrap();
    }
    secrets::replace(db, slot(&owner), |version| sealed("g", version))
        .await
        .unwrap();
    let parts = secrets::of_owner_and_provider(db, &owner, ProviderId::Modal)
        .await
        .unwrap();
    let fields: Vec<&str> = parts.iter().map(|row| row.field.as_str()).collect();
    assert_eq!(fields, ["key", "secret"]);
    assert!(
        secrets::delete(db, &owner, ProviderId::Modal, at(9))
            .await
            .unwrap()
    );
    assert!(
        !secrets::delete(db, &owner, ProviderId::Modal, at(9))
            .await
            .unwrap()
    );
    assert_eq!(secrets::of_owner(db, &owner).await.unwrap().len(), 1);
}

async fn nothing_is_sealed_for_an_owner_that_is_not_there(test: TestDb) {
    let owner = Owner::User(user_id("nobody"));
    let stored = secrets::replace(&test.db, slot(&owner), |_| {
        panic!("nothing is to be sealed")
    });
    assert!(!stored.await.unwrap());
}

async fn the_first_check_of_a_master_key_stays(test: TestDb) {
    let db = &test.db;
    assert!(
        secrets::insert_key_check(db, "kid-1", b"one", at(1))
            .await
            .unwrap()
    );
    assert!(
        !secrets::insert_key_check(db, "kid-1", b"other", at(2))
            .await
            .unwrap()
    );
    assert!(
        secrets::insert_key_check(db, "kid-0", b"two", at(2))
            .await
            .unwrap()
    );
    let checks = secrets::key_checks(db).await.unwrap();
    let check = checks.iter().find(|check| check.kid == "kid-1").unwrap();
    assert_eq!(
        (check.value.as_slice(), check.created_at),
        (b"one".as_slice(), at(1))
    );
    let kids: Vec<String> = secrets::key_checks(db)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.kid)
        .collect();
    assert_eq!(kids, ["kid-1", "kid-0"]);

    assert!(sealed::kids(db, Table::Secrets).await.unwrap().is_empty());
    let owner = Owner::User(user(db, "ada").await);
    secrets::replace(db, slot(&owner), |version| sealed("a", version))
        .await
        .unwrap();
    let counts = sealed::kids(db, Table::Secrets).await.unwrap();
    assert_eq!(
        (counts.len(), counts[0].kid.as_str(), counts[0].number),
        (1, "kid-1", 1)
    );
}

async fn a_deleted_ciphertext_is_not_left_in_the_files(mut test: TestDb) {
    let owner = Owner::User(user(&test.db, "ada").await);
    let canary = b"canary-ciphertext-0123456789";
    secrets::replace(&test.db, slot(&owner), |version| NewSecret {
        ciphertext: canary.to_vec(),
        ..sealed("a", version)
    })
    .await
    .unwrap();
    let Some(folder) = test.folder().map(std::path::Path::to_owned) else {
        // PostgreSQL keeps old rows until it vacuums; what is promised there is the envelope.
        return;
    };
    let found = || {
        std::fs::read_dir(&folder).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(canary.len()).any(|window| window == canary)
        })
    };
    assert!(
        found(),
        "the stored row is found, or this test could not fail"
    );
    assert!(
        secrets::delete(&test.db, &owner, ProviderId::Gemini, at(9))
            .await
            .unwrap()
    );
    assert!(found(), "it can be brought back for a while");
    assert_eq!(replaced::purge(&test.db, at(9)).await.unwrap(), 1);
    test.restart().await;
    assert!(!found());
}

crate::on_both_databases!(
    a_replaced_key_has_the_next_version_and_a_new_id,
    concurrent_replacements_are_each_sealed_for_a_version_of_their_own,
    a_key_of_somebody_else_is_invisible,
    all_parts_of_a_credential_go_together,
    nothing_is_sealed_for_an_owner_that_is_not_there,
    the_first_check_of_a_master_key_stays,
    a_deleted_ciphertext_is_not_left_in_the_files,
);
