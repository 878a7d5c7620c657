//! How a key fares: known from generations and tests with the stored key, forgotten with it.

use super::support::{Person, Stage};
use crate::events::Event;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};
use tokio::sync::broadcast::Receiver;

on_both_databases!(
    a_generation_tells_that_a_key_works,
    a_refusal_stands_until_the_key_is_accepted_again,
    a_new_key_begins_anew,
    a_test_tells_too_and_only_of_the_stored_key,
    a_token_that_was_not_sent_is_not_called_refused,
    the_environments_key_has_no_health,
);

const GOOD: &str = "sandbox-abcdefgh-1c96";

async fn put(person: &Person, key: &str) {
    let stored = person.put("/keys/openrouter", &json!({ "key": key })).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    assert_eq!(stored.body["health"], Value::Null);
}

fn wish() -> Value {
    json!({ "operation": "llm", "provider": "openrouter", "input": { "prompt": "A harbour" } })
}

async fn health(person: &Person) -> Value {
    person.get("/settings").await.body["keys"]["openrouter"]["health"].clone()
}

/// Waits until this is so: a job is told as done before it is written down how its key fared.
async fn health_where(person: &Person, so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..200 {
        let now = health(person).await;
        if so(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it stays at {}", health(person).await);
}

/// How often it was told that a key changed.
fn told(news: &mut Receiver<std::sync::Arc<crate::events::News>>) -> usize {
    let all = std::iter::from_fn(|| news.try_recv().ok());
    all.filter(|news| matches!(news.event, Event::Keys)).count()
}

async fn a_generation_tells_that_a_key_works(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    put(&ada, GOOD).await;
    put(&eve, GOOD).await;
    let mut news = stage.app.events.listen();
    let done = ada.generate(&stage, &wish()).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    let first = health_where(&ada, |health| health["last_ok_at"].is_string()).await;
    assert_eq!(first["last_error"], Value::Null);
    assert_eq!(health(&eve).await, Value::Null);
    assert_eq!(told(&mut news), 0, "that it goes on well is no news");

    stage.app.clock.advance(Duration::from_secs(60));
    ada.generate(&stage, &wish()).await;
    let first = first["last_ok_at"].as_str().unwrap();
    health_where(&ada, |health| {
        health["last_ok_at"].as_str().unwrap() > first
    })
    .await;
}

async fn a_refusal_stands_until_the_key_is_accepted_again(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    put(&ada, GOOD).await;
    let refuse = json!({ "path": "/openrouter", "status": 402, "times": 1 });
    stage.fault(&refuse).await;
    let mut news = stage.app.events.listen();
    let failed = ada.generate(&stage, &wish()).await;
    assert_eq!(failed["error"]["reason"], "no_credit", "{failed}");
    let bad = health_where(&ada, |health| health["last_error"] == "no_credit").await;
    assert!(bad["last_error_at"].is_string(), "{bad}");
    assert_eq!(told(&mut news), 1);

    // What is not the key's says nothing of it.
    let down = json!({ "path": "/openrouter", "status": 400, "times": 1 });
    stage.fault(&down).await;
    stage.app.clock.advance(Duration::from_secs(60));
    let failed = ada.generate(&stage, &wish()).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert_eq!(health(&ada).await, bad);

    let done = ada.generate(&stage, &wish()).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    let good = health_where(&ada, |health| health["last_error"].is_null()).await;
    assert!(good["last_ok_at"].is_string(), "{good}");
    assert_eq!(good["last_error_at"], Value::Null, "it is over");
    assert_eq!(told(&mut news), 1);
}

async fn a_new_key_begins_anew(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    put(&ada, "sandbox-no-credit-1c96").await;
    let failed = ada.generate(&stage, &wish()).await;
    assert_eq!(failed["error"]["reason"], "no_credit", "{failed}");
    health_where(&ada, |health| health["last_error"] == "no_credit").await;
    put(&ada, GOOD).await;
    assert_eq!(health(&ada).await, Value::Null);
}

async fn a_test_tells_too_and_only_of_the_stored_key(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, GOOD).await;
    let typed = json!({ "key": "a-key-that-nobody-knows" });
    ada.post("/keys/openrouter/test", &typed).await;
    assert_eq!(health(&ada).await, Value::Null, "another key was tested");
    ada.post("/keys/openrouter/test", &json!({})).await;
    assert!(health(&ada).await["last_ok_at"].is_string());
    put(&ada, "a-key-that-nobody-knows").await;
    ada.post("/keys/openrouter/test", &json!({})).await;
    assert_eq!(health(&ada).await["last_error"], "bad_key");
}

async fn a_token_that_was_not_sent_is_not_called_refused(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let at = async |address: &str| {
        ada.patch("/settings", &json!({ "endpoints": { "image": address } }))
            .await
    };
    let token = json!({ "key": "wk-sandbox-0123456789", "secret": "ws-sandbox-0123456789" });
    at("https://me--one.modal.run/").await;
    assert_eq!(ada.put("/keys/modal", &token).await.status, 200);
    at(stage
        .sandbox
        .join("/modal-protected/image")
        .unwrap()
        .as_str())
    .await;
    let report = ada.post("/keys/modal/test", &json!({})).await.body;
    assert_eq!(report["auth"]["result"], "failed", "{report}");
    let modal = ada.get("/settings").await.body["keys"]["modal"].clone();
    assert!(modal["tested"].is_object(), "{modal}");
    assert_eq!(modal["health"], Value::Null, "{modal}");
}

async fn the_environments_key_has_no_health(test: TestDb) {
    let stage = Stage::with_environment(test, &[("OPENROUTER_API_KEY", GOOD)]).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let done = ada.generate(&stage, &wish()).await;
    assert_eq!(done["resolution"]["payer"], "instance", "{done}");
    assert_eq!(ada.get("/settings").await.body["keys"], Value::Null);
}
