//! Rows sealed anew with another master key, and master keys that are retired.

use super::{at, user, user_id};
use crate::{
    Db, StoreError,
    audit::NewEvent,
    replaced,
    sealed::{self, Resealed, Retired, SealedRow, Table},
    secrets::{self, NewSecret, Owner, Slot},
    test_support::TestDb,
};
use domain::{ProviderId, SecretId};

fn secret(id: &str, kid: &str) -> NewSecret {
    NewSecret {
        id: SecretId(id.to_owned()),
        audience_origin: String::new(),
        kid: kid.to_owned(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: vec![5; 40],
        last4: None,
        fingerprint: "0011aabb".to_owned(),
        created_by: user_id("ada"),
        created_at: at(1),
    }
}

fn resealed(row: &SealedRow) -> Option<Resealed> {
    (row.id.as_str() != "broken").then(|| Resealed {
        kid: "new".to_owned(),
        salt: vec![9; 32],
        dek_nonce: vec![9; 12],
        wrapped_dek: vec![9; 48],
        nonce: vec![9; 12],
        ciphertext: vec![9; 40],
        fingerprint: "99".to_owned(),
    })
}

async fn store(db: &Db, provider: ProviderId, id: &str, kid: &str) -> Result<bool, StoreError> {
    let owner = Owner::User(user_id("ada"));
    let slot = Slot {
        owner: &owner,
        provider,
        field: "api_key",
    };
    secrets::replace(db, slot, |_| secret(id, kid)).await
}

async fn kids(db: &Db, table: Table) -> Vec<(String, i64)> {
    let kids = sealed::kids(db, table).await.unwrap().into_iter();
    kids.map(|kid| (kid.kid, kid.number)).collect()
}

fn event(id: &str) -> NewEvent {
    NewEvent {
        id: id.to_owned(),
        at: at(1),
        actor_id: user_id("ada"),
        action: "master_key.retired".to_owned(),
        target: "old".to_owned(),
        detail: "{}".to_owned(),
        organization_id: None,
        address: None,
    }
}

async fn rows_are_sealed_anew_in_pages_and_keep_the_rest(test: TestDb) {
    let db = &test.db;
    user(db, "ada").await;
    let slots = [
        (ProviderId::Gemini, "a"),
        (ProviderId::Kie, "b"),
        (ProviderId::Claude, "broken"),
        (ProviderId::OpenAi, "c"),
    ];
    for (provider, id) in slots {
        store(db, provider, id, "old").await.unwrap();
    }
    store(db, ProviderId::Gemini, "d", "old").await.unwrap();
    assert_eq!(
        kids(db, Table::ReplacedSecrets).await,
        [("old".to_owned(), 1)]
    );
    let mut after = SecretId(String::new());
    let mut seen = Vec::new();
    loop {
        let batch = sealed::reseal(db, Table::Secrets, "old", &after, 2, resealed).await;
        let batch = batch.unwrap();
        seen.push((batch.resealed, batch.refused));
        match batch.last {
            Some(last) => after = last,
            None => break,
        }
    }
    assert_eq!(seen, [(1, 1), (2, 0), (0, 0)]);
    let counts = [("new".to_owned(), 3), ("old".to_owned(), 1)];
    assert_eq!(kids(db, Table::Secrets).await, counts);
    let replaced = SecretId(String::new());
    let batch = sealed::reseal(db, Table::ReplacedSecrets, "old", &replaced, 9, resealed).await;
    assert_eq!(batch.unwrap().resealed, 1);
    let owner = Owner::User(user_id("ada"));
    let row = secrets::by_id(db, &owner, &SecretId("d".to_owned())).await;
    let row = row.unwrap().unwrap();
    assert_eq!(
        (row.version, row.created_at, row.ciphertext),
        (2, at(1), vec![9; 40])
    );
    let kept = replaced::of_owner(db, &owner, at(0)).await.unwrap();
    assert_eq!(
        (kept[0].secret.kid.as_str(), kept[0].replaced_at),
        ("new", at(1))
    );
}

async fn a_retired_key_seals_nothing(test: TestDb) {
    let db = &test.db;
    user(db, "ada").await;
    for kid in ["old", "new"] {
        secrets::insert_key_check(db, kid, &[1; 32], at(1))
            .await
            .unwrap();
    }
    store(db, ProviderId::Gemini, "a", "old").await.unwrap();
    let unknown = store(db, ProviderId::Kie, "b", "stranger").await;
    assert!(matches!(unknown, Err(StoreError::Constraint { .. })));
    let retire = async |kid: &str, name: &str| sealed::retire(db, kid, at(2), &event(name)).await;
    assert_eq!(retire("old", "1").await.unwrap(), Retired::InUse(1));
    assert_eq!(retire("stranger", "2").await.unwrap(), Retired::Unknown);
    store(db, ProviderId::Gemini, "c", "new").await.unwrap();
    assert_eq!(
        retire("old", "3").await.unwrap(),
        Retired::InUse(1),
        "the replaced one"
    );
    replaced::purge(db, at(9)).await.unwrap();
    assert_eq!(retire("old", "4").await.unwrap(), Retired::Done);
    let late = store(db, ProviderId::Kie, "d", "old").await;
    assert!(
        matches!(late, Err(StoreError::Constraint { .. })),
        "{late:?}"
    );
    store(db, ProviderId::Kie, "e", "new").await.unwrap();
    let checks = secrets::key_checks(db).await.unwrap();
    let retired = checks
        .iter()
        .filter(|check| check.retired_at == Some(at(2)));
    assert_eq!(retired.count(), 1);
}

async fn who_saves_while_a_key_is_retired_is_before_or_after_it(test: TestDb) {
    let db = &test.db;
    user(db, "ada").await;
    for kid in ["old", "new"] {
        secrets::insert_key_check(db, kid, &[1; 32], at(1))
            .await
            .unwrap();
    }
    for round in 0..10 {
        let kid = format!("old-{round}");
        secrets::insert_key_check(db, &kid, &[1; 32], at(1))
            .await
            .unwrap();
        store(db, ProviderId::Gemini, &format!("n-{round}"), "new")
            .await
            .unwrap();
        replaced::purge(db, at(9)).await.unwrap();
        let (id, name) = (format!("s-{round}"), format!("r-{round}"));
        let event = event(&name);
        let (saved, retired) = tokio::join!(
            store(db, ProviderId::Gemini, &id, &kid),
            sealed::retire(db, &kid, at(2), &event),
        );
        match (saved, retired.unwrap()) {
            (Ok(true), Retired::InUse(1)) | (Err(StoreError::Constraint { .. }), Retired::Done) => {
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
}

crate::on_both_databases!(
    rows_are_sealed_anew_in_pages_and_keep_the_rest,
    a_retired_key_seals_nothing,
    who_saves_while_a_key_is_retired_is_before_or_after_it,
);
