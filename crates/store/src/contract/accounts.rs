//! What shows that somebody is who they are: sessions one by one, access tokens, the second factor.

use super::{administration::event, at, user, user_id};
use crate::{
    Db, StoreError, audit,
    sessions::{self, NewSession, PasswordChange},
    test_support::TestDb,
    tokens::{self, Kept, NewToken},
    totp::{self, NewTotp},
    users::{self, PasswordHash},
};
use domain::{
    SecretId, UserId,
    scope::{Scope, Scopes},
};

fn hash_of(name: &str) -> PasswordHash {
    PasswordHash(format!("hash of {name}"))
}

fn new_session(owner: &UserId, token: u8) -> NewSession {
    NewSession {
        token_hash: vec![token; 32],
        id: format!("session-{token}"),
        user_id: owner.clone(),
        created_at: at(i64::from(token)),
        expires_at: at(1000),
        address: Some("203.0.113.9".to_owned()),
        agent: "Firefox on Linux".to_owned(),
    }
}

async fn sign_in(db: &Db, owner: &UserId, name: &str, token: u8) {
    let session = new_session(owner, token);
    assert!(
        sessions::insert(db, &session, &hash_of(name))
            .await
            .unwrap()
    );
}

async fn is_signed_in(db: &Db, token: u8) -> bool {
    let found = sessions::by_token_hash(db, &[token; 32], at(500)).await;
    found.unwrap().is_some()
}

async fn a_person_sees_and_ends_their_own_sessions_alone(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    for token in [1, 2, 3] {
        sign_in(db, &ada, "ada", token).await;
    }
    sign_in(db, &bob, "bob", 4).await;
    let listed = sessions::of_user(db, &ada, &[2; 32], at(500))
        .await
        .unwrap();
    let short: Vec<_> = listed
        .iter()
        .map(|row| (row.id.as_str(), row.is_current))
        .collect();
    assert_eq!(
        short,
        [
            ("session-3", false),
            ("session-2", true),
            ("session-1", false)
        ]
    );
    assert_eq!(listed[0].agent, "Firefox on Linux");
    assert_eq!(listed[0].address.as_deref(), Some("203.0.113.9"));
    let ended = sessions::of_user(db, &ada, &[2; 32], at(1000)).await;
    assert!(ended.unwrap().is_empty());

    assert!(!sessions::delete_by_id(db, &bob, "session-1").await.unwrap());
    assert!(is_signed_in(db, 1).await);
    assert!(sessions::delete_by_id(db, &ada, "session-1").await.unwrap());
    assert!(!sessions::delete_by_id(db, &ada, "session-1").await.unwrap());
    assert!(!is_signed_in(db, 1).await);
    let others = sessions::delete_others(db, &ada, &[2; 32], |_| ())
        .await
        .unwrap();
    assert_eq!(others, 1);
    assert!(is_signed_in(db, 2).await && is_signed_in(db, 4).await);
}

async fn a_session_remembers_when_its_owner_showed_who_they_are(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    sign_in(db, &ada, "ada", 1).await;
    let confirmed_at = async |token: u8| {
        let found = sessions::by_token_hash(db, &[token; 32], at(500)).await;
        found.unwrap().map(|found| found.times.confirmed_at)
    };
    assert_eq!(confirmed_at(1).await, Some(at(1)));
    assert!(sessions::confirm(db, &[1; 32], at(70)).await.unwrap());
    assert_eq!(confirmed_at(1).await, Some(at(70)));
    assert!(!sessions::confirm(db, &[9; 32], at(70)).await.unwrap());
    assert!(
        sessions::renew(db, &[1; 32], &[5; 32], at(80))
            .await
            .unwrap()
    );
    assert_eq!(confirmed_at(1).await, None);
    assert_eq!(confirmed_at(5).await, Some(at(80)));
    assert!(
        !sessions::renew(db, &[1; 32], &[6; 32], at(80))
            .await
            .unwrap()
    );
}

async fn a_changed_password_ends_all_sessions_but_one_that_gets_another_token(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    for token in [1, 2] {
        sign_in(db, &ada, "ada", token).await;
    }
    sign_in(db, &bob, "bob", 3).await;
    let (from, to) = (hash_of("ada"), PasswordHash("new".to_owned()));
    let change = PasswordChange {
        user: &ada,
        from: &from,
        to: &to,
        token_hash: &[1; 32],
        new_token_hash: &[7; 32],
        confirmed_at: Some(at(50)),
    };
    assert!(sessions::change_password(db, change).await.unwrap());
    for (token, lives) in [(1, false), (2, false), (3, true), (7, true)] {
        assert_eq!(is_signed_in(db, token).await, lives, "{token}");
    }
    let row = users::by_id(db, &ada).await.unwrap().unwrap();
    assert_eq!(row.password_hash, to);
    // The password is another meanwhile: whoever still goes by the old one changes nothing.
    let again = PasswordChange {
        token_hash: &[7; 32],
        new_token_hash: &[8; 32],
        ..change
    };
    assert!(!sessions::change_password(db, again).await.unwrap());
    assert!(is_signed_in(db, 7).await);
    // The session has ended meanwhile: nothing changes either.
    let gone = PasswordChange {
        from: &to,
        to: &from,
        ..change
    };
    assert!(!sessions::change_password(db, gone).await.unwrap());
    let row = users::by_id(db, &ada).await.unwrap().unwrap();
    assert_eq!(row.password_hash, to);
    assert!(is_signed_in(db, 7).await);
}

async fn nobody_signs_in_with_a_password_that_was_changed_meanwhile(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    sign_in(db, &ada, "ada", 1).await;
    let signing_in: Vec<_> = (10..30)
        .map(|token| {
            let (db, session) = (db.clone(), new_session(&ada, token));
            tokio::spawn(async move {
                sessions::insert(&db, &session, &hash_of("ada"))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let (from, to) = (hash_of("ada"), PasswordHash("new".to_owned()));
    let change = PasswordChange {
        user: &ada,
        from: &from,
        to: &to,
        token_hash: &[1; 32],
        new_token_hash: &[7; 32],
        confirmed_at: Some(at(50)),
    };
    assert!(sessions::change_password(db, change).await.unwrap());
    for task in signing_in {
        task.await.unwrap();
    }
    let left = sessions::of_user(db, &ada, &[7; 32], at(500))
        .await
        .unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
}

fn new_token(owner: &UserId, number: u8) -> NewToken {
    NewToken {
        id: format!("token-{number}"),
        user_id: owner.clone(),
        token_hash: vec![number; 32],
        name: "Build server".to_owned(),
        scopes: Scopes::new([Scope::Generate, Scope::Read]),
        created_at: at(i64::from(number)),
        expires_at: at(1000),
    }
}

async fn a_token_is_found_until_it_ends_and_is_its_owners_alone(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    for number in [1, 2] {
        let kept = tokens::insert(db, &new_token(&ada, number), 3).await;
        assert_eq!(kept.unwrap(), Kept::Done);
    }
    let found = async |now| tokens::by_token_hash(db, &[1; 32], at(now)).await.unwrap();
    let first = found(999).await.unwrap();
    assert_eq!(
        (
            first.user.id.clone(),
            first.token.scopes,
            first.token.last_used_at
        ),
        (
            ada.clone(),
            Scopes::new([Scope::Read, Scope::Generate]),
            None
        )
    );
    assert_eq!(found(1000).await, None);
    assert!(tokens::is_valid(db, "token-1", at(999)).await.unwrap());
    assert!(!tokens::is_valid(db, "token-1", at(1000)).await.unwrap());
    assert!(tokens::touch(db, "token-1", at(60)).await.unwrap());
    let listed = tokens::of_user(db, &ada).await.unwrap();
    let short: Vec<_> = listed
        .iter()
        .map(|row| (row.id.as_str(), row.last_used_at))
        .collect();
    assert_eq!(short, [("token-2", None), ("token-1", Some(at(60)))]);
    assert!(tokens::of_user(db, &bob).await.unwrap().is_empty());
    assert!(!tokens::delete(db, &bob, "token-1").await.unwrap());
    assert!(tokens::delete(db, &ada, "token-1").await.unwrap());
    assert!(!tokens::delete(db, &ada, "token-1").await.unwrap());
    assert_eq!(found(999).await, None);
    assert!(!tokens::is_valid(db, "token-1", at(999)).await.unwrap());
}

async fn a_person_has_no_more_tokens_than_one_may_have(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let tasks: Vec<_> = (1..20)
        .map(|number| {
            let (db, token) = (db.clone(), new_token(&ada, number));
            tokio::spawn(async move { tokens::insert(&db, &token, 5).await.unwrap() })
        })
        .collect();
    let mut kept = 0;
    for task in tasks {
        kept += i32::from(task.await.unwrap() == Kept::Done);
    }
    assert_eq!(kept, 5);
    let nobody = tokens::insert(db, &new_token(&user_id("nobody"), 30), 5).await;
    assert_eq!(nobody.unwrap(), Kept::NoAccount);
    let mut twice = new_token(&user(db, "bob").await, 1);
    twice.token_hash = tokens_hash(db, &ada).await;
    let error = tokens::insert(db, &twice, 5).await.unwrap_err();
    assert!(matches!(error, StoreError::Constraint { .. }), "{error:?}");
}

/// The hash of one of a person's tokens.
async fn tokens_hash(db: &Db, owner: &UserId) -> Vec<u8> {
    let first = tokens::of_user(db, owner).await.unwrap().remove(0);
    let number: u8 = first.id.trim_start_matches("token-").parse().unwrap();
    vec![number; 32]
}

fn new_totp(owner: &UserId, name: &str) -> NewTotp {
    NewTotp {
        id: SecretId(name.to_owned()),
        owner_kind: "user",
        owner_id: owner.clone(),
        provider: "totp",
        field: "secret",
        audience_origin: "",
        version: 1,
        kid: "kid".to_owned(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: vec![5; 36],
        created_at: at(0),
    }
}

async fn a_second_factor_counts_once_a_code_was_entered(test: TestDb) {
    let db = &test.db;
    let ada = user(db, "ada").await;
    let (old, new) = (SecretId("old".to_owned()), SecretId("new".to_owned()));
    let codes = [[1; 32], [2; 32]];
    assert!(totp::prepare(db, &new_totp(&ada, "old")).await.unwrap());
    assert!(totp::prepare(db, &new_totp(&ada, "new")).await.unwrap());
    let row = totp::of_user(db, &ada).await.unwrap().unwrap();
    assert_eq!((row.id, row.confirmed_at), (new.clone(), None));
    assert!(!totp::use_step(db, &ada, 5).await.unwrap());
    assert!(
        !totp::replace_recovery_codes(db, &ada, &codes)
            .await
            .unwrap()
    );

    let turn_on = async |id: &SecretId| totp::turn_on(db, &ada, id, 7, at(9), &codes).await;
    assert!(!turn_on(&old).await.unwrap());
    assert!(turn_on(&new).await.unwrap());
    assert!(!turn_on(&new).await.unwrap());
    assert!(!totp::prepare(db, &new_totp(&ada, "third")).await.unwrap());
    let row = totp::of_user(db, &ada).await.unwrap().unwrap();
    assert_eq!(
        (row.id, row.confirmed_at, row.last_step),
        (new, Some(at(9)), 7)
    );
    assert!(totp::turn_off(db, &ada, &event("off")).await.unwrap());
    assert!(!totp::turn_off(db, &ada, &event("again")).await.unwrap());
    let (events, _) = audit::verify::head(db).await.unwrap();
    assert_eq!(events, 1, "what changed nothing is not written down");
    assert_eq!(totp::recovery_codes_left(db, &ada).await.unwrap(), 0);
    assert_eq!(totp::of_user(db, &ada).await.unwrap(), None);
}

async fn a_step_and_a_recovery_code_are_taken_once_however_many_try(test: TestDb) {
    let db = &test.db;
    let (ada, bob) = (user(db, "ada").await, user(db, "bob").await);
    for owner in [&ada, &bob] {
        let id = SecretId(format!("secret of {owner}"));
        let secret = new_totp(owner, id.as_str());
        assert!(totp::prepare(db, &secret).await.unwrap());
        let on = totp::turn_on(db, owner, &id, 7, at(9), &[[1; 32], [2; 32]]);
        assert!(on.await.unwrap());
    }
    assert!(!totp::use_step(db, &ada, 7).await.unwrap());
    let mut taken = (0, 0);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (db, ada) = (db.clone(), ada.clone());
            tokio::spawn(async move {
                let step = totp::use_step(&db, &ada, 8).await.unwrap();
                let code = totp::use_recovery_code(&db, &ada, &[1; 32]).await.unwrap();
                (step, code)
            })
        })
        .collect();
    for task in tasks {
        let (step, code) = task.await.unwrap();
        taken = (taken.0 + i32::from(step), taken.1 + i32::from(code));
    }
    assert_eq!(taken, (1, 1));
    assert_eq!(totp::recovery_codes_left(db, &ada).await.unwrap(), 1);
    assert_eq!(totp::recovery_codes_left(db, &bob).await.unwrap(), 2);
    assert!(
        totp::replace_recovery_codes(db, &ada, &[[8; 32], [9; 32], [7; 32]])
            .await
            .unwrap()
    );
    assert!(!totp::use_recovery_code(db, &ada, &[2; 32]).await.unwrap());
    assert_eq!(totp::recovery_codes_left(db, &ada).await.unwrap(), 3);
}

crate::on_both_databases!(
    a_person_sees_and_ends_their_own_sessions_alone,
    a_session_remembers_when_its_owner_showed_who_they_are,
    a_changed_password_ends_all_sessions_but_one_that_gets_another_token,
    nobody_signs_in_with_a_password_that_was_changed_meanwhile,
    a_token_is_found_until_it_ends_and_is_its_owners_alone,
    a_person_has_no_more_tokens_than_one_may_have,
    a_second_factor_counts_once_a_code_was_entered,
    a_step_and_a_recovery_code_are_taken_once_however_many_try,
);
