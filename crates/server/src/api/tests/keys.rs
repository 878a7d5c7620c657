//! Keys over the API: written, shown by four characters, never read.

use super::support::{Person, Stage};
use domain::{ProviderId, SecretId, UserId};
use serde_json::json;
use store::{
    on_both_databases,
    secrets::{NewSecret, Owner, SecretRow, Slot},
    test_support::TestDb,
};

on_both_databases!(
    a_key_is_stored_shown_by_its_end_and_removed,
    what_is_no_key_changes_nothing,
    a_test_costs_nothing_and_changes_nothing,
    an_unreadable_key_stops_and_nobody_else_pays,
    the_environment_serves_where_nobody_has_a_key,
    a_key_that_was_moved_between_rows_is_sent_to_nobody,
);

async fn a_key_is_stored_shown_by_its_end_and_removed(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let typed = json!({ "key": "  GEMINI_API_KEY=\"sandbox-abcdefgh-1c96\"\n" });
    let stored = ada.put("/keys/gemini", &typed).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!(stored.body["configured"], true);
    assert_eq!(stored.body["last4"], "1c96");
    let settings = ada.get("/settings").await;
    assert_eq!(settings.body["keys"]["gemini"]["status"], "ready");
    assert!(
        !String::from_utf8(settings.bytes)
            .unwrap()
            .contains("abcdefgh")
    );
    assert_eq!(ada.delete("/keys/gemini").await.status, 204);
    assert_eq!(ada.delete("/keys/gemini").await.code(), "NOT_FOUND");
    assert_eq!(ada.get("/settings").await.body["keys"], json!(null));
}

async fn what_is_no_key_changes_nothing(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    ada.put("/keys/gemini", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    let before = ada.get("/settings").await.body;
    for typed in [
        "",
        "   ",
        "····1c96",
        "Configured ····1c96",
        "sk-********1c96",
        "half",
        "a b c d e f g h",
        "sk-or-v1-абвгдежз",
    ] {
        let refused = ada.put("/keys/gemini", &json!({ "key": typed })).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "INVALID_INPUT"),
            "{typed:?}"
        );
        assert_eq!(refused.body["fields"][0]["field"], "key");
    }
    for body in [
        json!({}),
        json!({ "key": 7 }),
        json!({ "key": "sandbox-abcdefgh", "user_id": "x" }),
        json!({ "key": "sandbox-abcdefgh", "secret": "sandbox-abcdefgh" }),
    ] {
        assert_eq!(
            ada.put("/keys/gemini", &body).await.code(),
            "INVALID_INPUT",
            "{body}"
        );
    }
    assert_eq!(
        ada.put("/keys/nobody", &json!({ "key": "sandbox-abcdefgh" }))
            .await
            .status,
        404
    );
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn a_test_costs_nothing_and_changes_nothing(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for provider in ["openrouter", "gemini", "kie", "elevenlabs"] {
        let path = format!("/keys/{provider}/test");
        assert_eq!(ada.post(&path, &json!({})).await.code(), "API_KEY_REQUIRED");
        let good = ada
            .post(&path, &json!({ "key": "sandbox-good-key-1" }))
            .await
            .body;
        assert_eq!(good["auth"]["result"], "ok", "{provider}: {good}");
        ada.put(
            &format!("/keys/{provider}"),
            &json!({ "key": "wrong-key-wrong-key-1" }),
        )
        .await;
        let bad = ada.call("POST", &path, None).await.body;
        assert_eq!(bad["format"]["result"], "ok", "{provider}: {bad}");
        assert_eq!(bad["host"]["result"], "ok", "{provider}: {bad}");
        assert_eq!(bad["auth"]["result"], "failed", "{provider}: {bad}");
        assert!(
            bad["auth"]["message"]
                .as_str()
                .unwrap()
                .contains("Replace the key"),
            "{bad}"
        );
        let settings = ada.get("/settings").await.body;
        assert_eq!(settings["keys"][provider]["last4"], "ey-1");
    }
    let received = stage.received().await;
    assert!(
        received.iter().all(|line| line.starts_with("GET ")),
        "{received:?}"
    );
}

async fn an_unreadable_key_stops_and_nobody_else_pays(test: TestDb) {
    let stage = Stage::with_environment(test, &[("GEMINI_API_KEY", "sandbox-environment")]).await;
    let ada = stage.person("ada").await;
    store_damaged(&stage, &ada).await;

    let settings = ada.get("/settings").await.body;
    assert_eq!(settings["keys"]["gemini"]["status"], "needs_reentry");
    let body = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
    let refused = ada.post("/generations", &body).await;
    assert_eq!((refused.status, refused.code()), (409, "KEY_UNAVAILABLE"));
    assert!(
        refused.body["detail"]
            .as_str()
            .unwrap()
            .contains("entered again")
    );
    let blocked = refused.body["trace"]
        .as_array()
        .unwrap()
        .iter()
        .any(|entry| {
            entry["level"] == "user"
                && entry["outcome"] == "blocked"
                && entry["reason"] == "unreadable"
        });
    assert!(blocked, "{}", refused.body);
    assert_eq!(ada.get("/generations").await.body["data"], json!([]));
    assert!(stage.received().await.is_empty());
    assert_eq!(
        ada.post("/resolve", &json!({ "operation": "llm" }))
            .await
            .code(),
        "API_KEY_REQUIRED"
    );

    assert_eq!(
        ada.delete("/keys/gemini").await.status,
        204,
        "a broken key can be removed"
    );
    let resolved = ada
        .post("/resolve", &json!({ "operation": "image" }))
        .await
        .body;
    assert_eq!(resolved["payer"], "instance");
}

async fn the_environment_serves_where_nobody_has_a_key(test: TestDb) {
    let stage = Stage::with_environment(test, &[("GEMINI_API_KEY", "sandbox-environment")]).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let body = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
    let done = ada.generate(&stage, &body).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    assert_eq!(done["resolution"]["payer"], "instance");
    assert_eq!(done["resolution"]["credential"]["level"], "environment");
}

/// The row of a person's key for a slot.
async fn stored_row(stage: &Stage, owner: &Owner, provider: ProviderId) -> SecretRow {
    let rows = store::secrets::of_owner_and_provider(&stage.app.db, owner, provider).await;
    rows.unwrap().remove(0)
}

async fn a_key_that_was_moved_between_rows_is_sent_to_nobody(test: TestDb) {
    let environment = [("GEMINI_API_KEY", "sandbox-environment")];
    let stage = Stage::with_environment(test, &environment).await;
    stage.start_worker();
    let mut owners = Vec::new();
    for name in ["ada", "mallory"] {
        let person = stage.person(name).await;
        for provider in ["gemini", "openrouter"] {
            let key = json!({ "key": format!("sandbox-{name}-{provider}") });
            person.put(&format!("/keys/{provider}"), &key).await;
        }
        let me = person.get("/me").await.body;
        let id = UserId(me["user"]["id"].as_str().unwrap().to_owned());
        owners.push((person, Owner::User(id.clone()), id));
    }
    let (mallory, owner, id) = &owners[1];
    for (from_owner, from) in [
        (&owners[0].1, ProviderId::Gemini),
        (owner, ProviderId::OpenRouter),
    ] {
        let taken = stored_row(&stage, from_owner, from).await;
        let slot = Slot {
            owner,
            provider: ProviderId::Gemini,
            field: "api_key",
        };
        store::secrets::replace(&stage.app.db, slot, |_| NewSecret {
            id: SecretId(stage.app.ids.next()),
            audience_origin: taken.audience_origin.clone(),
            kid: taken.kid.clone(),
            salt: taken.salt.clone(),
            dek_nonce: taken.dek_nonce.clone(),
            wrapped_dek: taken.wrapped_dek.clone(),
            nonce: taken.nonce.clone(),
            ciphertext: taken.ciphertext.clone(),
            last4: taken.last4.clone(),
            fingerprint: taken.fingerprint.clone(),
            created_by: id.clone(),
            created_at: stage.app.clock.now(),
        })
        .await
        .unwrap();
        let body = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
        let refused = mallory.post("/generations", &body).await;
        assert_eq!(refused.code(), "KEY_UNAVAILABLE", "{}", refused.body);
        let tested = mallory.post("/keys/gemini/test", &json!({})).await;
        assert_eq!(tested.code(), "KEY_UNAVAILABLE", "{}", tested.body);
        let usage = mallory.get("/usage").await.body;
        assert_eq!(usage["data"], json!([]), "{usage}");
    }
    assert!(stage.received().await.is_empty());
}

/// Stores a key at Gemini that nobody can open.
pub(super) async fn store_damaged(stage: &Stage, ada: &Person) {
    let me = ada.get("/me").await.body;
    let user = UserId(me["user"]["id"].as_str().unwrap().to_owned());
    let owner = Owner::User(user.clone());
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::Gemini,
        field: "api_key",
    };
    store::secrets::replace(&stage.app.db, slot, |_| NewSecret {
        id: SecretId("damaged".into()),
        audience_origin: stage.app.config.providers.audience(),
        kid: "0011223344556677".into(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: vec![5; 40],
        last4: Some("1c96".into()),
        fingerprint: "f".into(),
        created_by: user.clone(),
        created_at: stage.app.clock.now(),
    })
    .await
    .unwrap();
}
