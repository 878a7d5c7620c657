//! Servers of one's own: their addresses, their proxy token, and to whom it is sent.

use super::support::{Person, Stage};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_protected_deployment_works_with_its_token,
    a_token_is_sent_to_the_addresses_it_was_saved_for_alone,
    a_token_that_came_first_is_bound_to_the_first_address,
    only_proxy_tokens_are_taken,
    a_slow_start_is_waited_for_and_another_host_is_not_followed,
    a_self_hosted_suno_needs_no_key,
);

fn token() -> Value {
    json!({ "key": "wk-sandbox-0123456789", "secret": "ws-sandbox-0123456789" })
}

async fn at(stage: &Stage, person: &Person, path: &str) {
    let address = stage.sandbox.join(path).unwrap().to_string();
    let saved = person
        .patch("/settings", &json!({ "endpoints": { "image": address } }))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.body);
}

fn picture(prompt: &str) -> Value {
    json!({ "operation": "image", "provider": "modal", "input": { "prompt": prompt } })
}

async fn a_protected_deployment_works_with_its_token(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    at(&stage, &ada, "/modal-protected/image").await;
    let without = ada.generate(&stage, &picture("A harbour")).await;
    assert_eq!(without["error"]["reason"], "bad_key", "{without}");
    let report = ada.post("/keys/modal/test", &json!({})).await.body;
    assert_eq!(report["auth"]["result"], "failed", "{report}");

    let stored = ada.put("/keys/modal", &token()).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!(stored.body["last4"], "6789");
    let report = ada.post("/keys/modal/test", &json!({})).await.body;
    assert_eq!(report["host"]["result"], "ok", "{report}");
    assert_ne!(report["auth"]["result"], "failed", "{report}");
    let beside = ada.get("/settings").await.body;
    assert_eq!(beside["keys"]["modal"]["tested"]["report"], report);
    let with = ada.generate(&stage, &picture("A harbour")).await;
    assert_eq!(with["status"], "succeeded", "{with}");
    assert_eq!(with["resolution"]["payer"], "user");
}

async fn a_token_is_sent_to_the_addresses_it_was_saved_for_alone(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    at(&stage, &ada, "/modal-protected/image").await;
    ada.put("/keys/modal", &token()).await;
    let elsewhere = json!({ "endpoints": { "image": "https://me--other.modal.run/" } });
    assert_eq!(ada.patch("/settings", &elsewhere).await.status, 200);
    let asked = json!({ "operation": "image", "provider": "modal" });
    let refused = ada.post("/resolve", &asked).await;
    assert_eq!(refused.code(), "KEY_UNAVAILABLE", "{}", refused.body);
    let report = ada.post("/keys/modal/test", &json!({})).await.body;
    let message = report["auth"]["message"].as_str().unwrap();
    assert!(message.contains("was not sent"), "{report}");
    ada.put("/keys/modal", &token()).await;
    let again = ada.post("/resolve", &asked).await;
    assert_eq!(again.body["endpoint"], "https://me--other.modal.run/");
    assert_eq!(again.body["credential"]["level"], "user");
}

async fn a_token_that_came_first_is_bound_to_the_first_address(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(ada.put("/keys/modal", &token()).await.status, 200);
    let asked = json!({ "operation": "image", "provider": "modal" });
    at(&stage, &ada, "/modal-protected/image").await;
    let found = ada.post("/resolve", &asked).await;
    assert_eq!(found.body["credential"]["level"], "user", "{}", found.body);
    let elsewhere = json!({ "endpoints": { "image": "https://me--other.modal.run/" } });
    ada.patch("/settings", &elsewhere).await;
    assert_eq!(ada.post("/resolve", &asked).await.code(), "KEY_UNAVAILABLE");
}

async fn only_proxy_tokens_are_taken(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for (key, secret, field) in [
        ("ak-0123456789", "as-0123456789", "key"),
        ("wk-0123456789", "as-0123456789", "secret"),
        ("sandbox-0123456789", "ws-0123456789", "key"),
    ] {
        let refused = ada
            .put("/keys/modal", &json!({ "key": key, "secret": secret }))
            .await;
        assert_eq!(refused.code(), "INVALID_INPUT", "{key} {secret}");
        assert_eq!(refused.body["fields"][0]["field"], field);
    }
    let half = ada
        .put("/keys/modal", &json!({ "key": "wk-0123456789" }))
        .await;
    assert_eq!(half.body["fields"][0]["field"], "secret");
    assert_eq!(ada.get("/settings").await.body["keys"], Value::Null);
}

async fn a_slow_start_is_waited_for_and_another_host_is_not_followed(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let cold = ada
        .generate(&stage, &picture("A harbour [sandbox:cold]"))
        .await;
    assert_eq!(cold["status"], "succeeded", "{cold}");
    let sent = stage.received().await;
    let asked = sent.iter().filter(|line| line.starts_with("POST /modal"));
    assert_eq!(asked.count(), 1, "{sent:?}");
    let lured = ada
        .generate(&stage, &picture("A harbour [sandbox:elsewhere]"))
        .await;
    assert!(
        ["failed", "unknown"].contains(&lured["status"].as_str().unwrap()),
        "{lured}"
    );
}

async fn a_self_hosted_suno_needs_no_key(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let wish = json!({
        "operation": "music", "provider": "suno", "model": "suno-api/chirp-v3-5",
        "input": { "prompt": "Calm strings", "instrumental": true }
    });
    let track = ada.generate(&stage, &wish).await;
    assert_eq!(track["status"], "succeeded", "{track}");
    assert_eq!(track["resolution"]["payer"], "instance");
    let own = stage.sandbox.join("/suno-api").unwrap().to_string();
    let saved = ada
        .patch("/settings", &json!({ "endpoints": { "suno": own } }))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let report = ada.post("/keys/suno/test", &json!({})).await.body;
    assert_eq!(report["host"]["result"], "ok", "{report}");
}
