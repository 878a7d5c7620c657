//! How keys fare: per key, never of a key that is no longer in its slot, never of somebody else's.

use super::{
    at,
    secrets::{sealed, slot},
    user,
};
use crate::{
    key_health::{self, KeyHealthRow},
    secrets::{self, Owner},
    test_support::TestDb,
};
use domain::{ProviderFault, SecretId};

async fn both_outcomes_stand_beside_each_other(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    let id = SecretId("a".to_owned());
    let stored = secrets::replace(db, slot(&owner), |version| sealed("a", version));
    assert!(stored.await.unwrap());
    assert_eq!(key_health::of_key(db, &owner, &id).await.unwrap(), None);

    let mut known = KeyHealthRow {
        secret_id: id.clone(),
        last_ok_at: None,
        last_error_at: None,
        last_error: None,
    };
    for (outcome, now) in [
        (Err(ProviderFault::NoCredit), at(1)),
        (Ok(()), at(2)),
        (Err(ProviderFault::BadKey), at(3)),
        (Ok(()), at(4)),
    ] {
        match outcome {
            Ok(()) => known.last_ok_at = Some(now),
            Err(fault) => (known.last_error_at, known.last_error) = (Some(now), Some(fault)),
        }
        let written = key_health::record(db, &owner, &id, outcome, now);
        assert!(written.await.unwrap());
        let found = key_health::of_key(db, &owner, &id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&known));
        assert_eq!(
            key_health::of_owner(db, &owner).await.unwrap(),
            [known.clone()]
        );
    }
}

async fn nothing_is_known_of_a_new_key(test: TestDb) {
    let db = &test.db;
    let owner = Owner::User(user(db, "ada").await);
    let (first, second) = (SecretId("a".to_owned()), SecretId("b".to_owned()));
    let store = async |id: &SecretId| {
        let stored = secrets::replace(db, slot(&owner), |version| sealed(id.as_str(), version));
        assert!(stored.await.unwrap());
    };
    let refused = Err(ProviderFault::BadKey);
    for (second_outcome, ok, error) in [(Ok(()), true, false), (refused, false, true)] {
        store(&first).await;
        for outcome in [Ok(()), refused] {
            let written = key_health::record(db, &owner, &first, outcome, at(1));
            assert!(written.await.unwrap());
        }
        store(&second).await;
        assert_eq!(key_health::of_key(db, &owner, &second).await.unwrap(), None);
        assert_eq!(key_health::of_key(db, &owner, &first).await.unwrap(), None);

        let written = key_health::record(db, &owner, &second, second_outcome, at(2));
        assert!(written.await.unwrap());
        let late = key_health::record(db, &owner, &first, refused, at(3));
        assert!(!late.await.unwrap(), "a job with the former key ends late");
        let row = key_health::of_key(db, &owner, &second).await.unwrap();
        let row = row.unwrap();
        assert_eq!(
            (row.last_ok_at.is_some(), row.last_error_at.is_some()),
            (ok, error)
        );
        assert_eq!(row.last_error.is_some(), error);
    }
}

async fn nobody_writes_about_the_key_of_somebody_else(test: TestDb) {
    let db = &test.db;
    let ada = Owner::User(user(db, "ada").await);
    let bob = Owner::User(user(db, "bob").await);
    let id = SecretId("a".to_owned());
    let stored = secrets::replace(db, slot(&ada), |version| sealed("a", version));
    assert!(stored.await.unwrap());
    let written = key_health::record(db, &bob, &id, Ok(()), at(1));
    assert!(!written.await.unwrap());
    let written = key_health::record(db, &ada, &id, Ok(()), at(1));
    assert!(written.await.unwrap());
    assert_eq!(key_health::of_key(db, &bob, &id).await.unwrap(), None);
    assert_eq!(key_health::of_owner(db, &bob).await.unwrap(), []);
}

crate::on_both_databases!(
    both_outcomes_stand_beside_each_other,
    nothing_is_known_of_a_new_key,
    nobody_writes_about_the_key_of_somebody_else,
);
