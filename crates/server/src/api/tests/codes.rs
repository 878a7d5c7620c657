//! Every code of the closed list, provoked: its status, its type, its members. That it is described
//! where it is answered is held against every answer of every test ([`super::described`]).

use super::{
    keys,
    support::{Answer, Stage},
};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use domain::ErrorCode;
use serde_json::json;
use std::collections::BTreeMap;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(every_code_has_its_form);

/// The answers by their codes.
#[derive(Default)]
struct Provoked(BTreeMap<String, Answer>);

impl Provoked {
    /// The first of a code counts.
    fn add(&mut self, answer: Answer) {
        self.0.entry(answer.code().to_owned()).or_insert(answer);
    }

    fn take(&mut self, code: ErrorCode) -> Answer {
        let name = json!(code).as_str().unwrap().to_owned();
        let answer = self.0.remove(&name);
        let answer = answer.unwrap_or_else(|| panic!("nothing answered {name}"));
        let kind = name.to_lowercase().replace('_', "-");
        assert_eq!(answer.status, code.status(), "{name}");
        assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
        let kind = format!("urn:film-generator:problem:{kind}");
        assert_eq!(answer.body["type"], kind, "{name}");
        assert_eq!(answer.body["title"], code.title(), "{name}");
        assert_eq!(answer.body["status"], code.status(), "{name}");
        assert!(answer.body["detail"].as_str().unwrap().ends_with('.'));
        answer
    }
}

async fn every_code_has_its_form(test: TestDb) {
    let limits = [("FILM_RATE_LIMITS", "key-tests=1")];
    let stage = Stage::with_environment(test, &limits).await;
    stage.person("operator").await;
    let ada = stage.person("ada").await;
    let picture =
        json!({ "operation": "image", "provider": "kie", "input": { "prompt": "A fox" } });
    let mut provoked = Provoked::default();

    provoked.add(stage.anybody().get("/me").await);
    provoked.add(ada.get("/admin/catalog").await);
    provoked.add(ada.get("/projects/none").await);
    provoked.add(ada.post("/projects", &json!({})).await);
    provoked.add(ada.post("/generations", &picture).await);
    let far = json!({ "endpoints": { "image": "http://example.com" } });
    provoked.add(ada.patch("/settings", &far).await);
    let unknown = json!({ "operations": { "tts": { "models": { "gemini": "none" } } } });
    provoked.add(ada.patch("/settings", &unknown).await);
    let long = json!({ "name": "x".repeat(100_000) });
    provoked.add(ada.post("/projects", &long).await);
    for _ in 0..2 {
        provoked.add(ada.post("/keys/kie/test", &json!({})).await);
    }
    ada.put("/keys/kie", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    let nothing = json!({ "limit_micro_usd": 0 });
    ada.put("/budgets/user/daily", &nothing).await;
    provoked.add(ada.post("/generations", &picture).await);
    ada.delete("/budgets/user/daily").await;
    let set = |provider: &str, base: i64| {
        json!({
            "operations": { "image": { "provider": provider } },
            "base": { "operations.image.provider": base },
        })
    };
    ada.patch("/settings", &set("kie", 0)).await;
    provoked.add(ada.patch("/settings", &set("gemini", 0)).await);
    keys::store_damaged(&stage, &ada).await;
    let damaged = json!({ "operation": "image", "provider": "gemini" });
    provoked.add(ada.post("/resolve", &damaged).await);
    ada.put("/keys/kie", &json!({ "key": "sandbox-no-credit-abcdefgh" }))
        .await;
    stage.start_worker();
    let failed = ada.generate(&stage, &picture).await;
    assert_eq!(failed["error"]["code"], "PROVIDER_ERROR", "{failed}");
    assert_eq!(failed["error"]["provider"], "kie");

    stage.app.db.close().await;
    provoked.add(ada.get("/projects").await);

    for code in [
        ErrorCode::Unauthenticated,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
        ErrorCode::KeyUnavailable,
        ErrorCode::ModelUnavailable,
        ErrorCode::EndpointNotAllowed,
        ErrorCode::PayloadTooLarge,
        ErrorCode::Internal,
    ] {
        provoked.take(code);
    }
    let invalid = provoked.take(ErrorCode::InvalidInput);
    assert_eq!(invalid.body["fields"][0]["field"], "name");
    let missing = provoked.take(ErrorCode::ApiKeyRequired);
    assert_eq!(missing.body["operation"], "image");
    assert_eq!(missing.body["missing"], json!(["api_key"]));
    let conflict = provoked.take(ErrorCode::Conflict);
    let current = &conflict.body["current"][0];
    assert_eq!(current["field"], "operations.image.provider");
    assert_eq!(current["value"], "kie");
    let over = provoked.take(ErrorCode::BudgetExceeded);
    assert_eq!(over.body["budget"]["whose"], "user");
    assert!(over.body["budget"]["resets_at"].is_string());
    let limited = provoked.take(ErrorCode::RateLimited);
    assert_eq!(
        limited.body["retry_after"].to_string(),
        limited.headers[RETRY_AFTER]
    );
}
