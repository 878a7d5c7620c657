//! Corrections of the catalogue over the API: by the operator alone, priced at once, written down.

use super::support::Stage;
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_corrected_price_counts_for_everybody_at_once,
    a_model_that_is_switched_off_is_refused_and_never_replaced,
    who_does_not_run_the_instance_may_neither_see_nor_correct,
    what_is_no_correction_changes_nothing,
);

const LLM: &str = "/admin/catalog/llm/openrouter";
const SONNET: &str = "anthropic/claude-sonnet-5.5";

fn question() -> Value {
    json!({ "operation": "llm", "provider": "openrouter", "model": SONNET,
        "input": { "prompt": "Write a scene." } })
}

async fn a_corrected_price_counts_for_everybody_at_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let before = bob.post("/estimates", &question()).await.body;
    let said = json!({ "model": SONNET, "notice": "Dearer here.", "prices": [
        { "unit": "million_input_tokens", "usd": "3.5" },
        { "unit": "million_output_tokens", "usd": "17.25" } ] });
    let corrected = ada.put(LLM, &said).await;
    assert_eq!(corrected.status, 200, "{}", corrected.body);
    assert_eq!(
        corrected.body["shipped"]["prices"][0]["micro_usd"],
        2_000_000
    );
    assert_eq!(corrected.body["effective"]["notice"], "Dearer here.");
    assert_eq!(corrected.body["correction"]["at"], "2026-11-22T10:00:00Z");
    let price = &corrected.body["effective"]["prices"][0];
    assert_eq!(price["micro_usd"], 3_500_000);
    assert_eq!(price["source"], "Corrected by the operator");
    assert_eq!(price["as_of"], "2026-11-22");

    let after = bob.post("/estimates", &question()).await.body;
    assert_eq!(&after["lines"][0]["price"], price, "{after}");
    let list = ada
        .get("/admin/catalog?operation=llm&provider=openrouter")
        .await
        .body;
    let corrections = list["data"].as_array().unwrap().iter();
    assert_eq!(
        corrections
            .filter(|entry| entry["correction"] != json!(null))
            .count(),
        1
    );

    let named = json!({ "model": SONNET });
    let taken_back = ada.call("DELETE", LLM, Some(&named)).await;
    assert_eq!(taken_back.status, 200, "{}", taken_back.body);
    assert_eq!(taken_back.body["correction"], json!(null));
    assert_eq!(bob.post("/estimates", &question()).await.body, before);
}

async fn a_model_that_is_switched_off_is_refused_and_never_replaced(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let key = json!({ "key": "sandbox-good-key-1" });
    assert_eq!(ada.put("/keys/openrouter", &key).await.status, 200);
    let off = json!({ "model": SONNET, "available": false });
    assert_eq!(ada.put(LLM, &off).await.status, 200);
    let refused = ada
        .post(
            "/resolve",
            &json!({ "operation": "llm", "provider": "openrouter", "model": SONNET }),
        )
        .await;
    assert_eq!(refused.code(), "MODEL_UNAVAILABLE", "{}", refused.body);
    let on = json!({ "model": SONNET, "available": true });
    assert_eq!(ada.put(LLM, &on).await.status, 200);
    let resolved = ada
        .post(
            "/resolve",
            &json!({ "operation": "llm", "provider": "openrouter", "model": SONNET }),
        )
        .await;
    assert_eq!(resolved.body["model"], SONNET);
}

async fn who_does_not_run_the_instance_may_neither_see_nor_correct(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let said = json!({ "model": SONNET, "prices": [] });
    assert_eq!(bob.get("/admin/catalog").await.code(), "FORBIDDEN");
    assert_eq!(bob.put(LLM, &said).await.code(), "FORBIDDEN");
    let named = json!({ "model": SONNET });
    let refused = bob.call("DELETE", LLM, Some(&named)).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert_eq!(stage.anybody().get("/admin/catalog").await.status, 401);
    let list = ada.get("/admin/catalog?provider=openrouter").await.body;
    let entries = list["data"].as_array().unwrap();
    assert!(
        entries
            .iter()
            .all(|entry| entry["correction"] == json!(null))
    );
}

async fn what_is_no_correction_changes_nothing(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let before = ada.get("/admin/catalog").await.body;
    for (body, code) in [
        (json!({ "model": SONNET }), "INVALID_INPUT"),
        (json!({ "model": SONNET, "price": 3 }), "INVALID_INPUT"),
        (
            json!({ "model": SONNET, "prices": [{ "unit": "image", "usd": "-1" }] }),
            "INVALID_INPUT",
        ),
        (
            json!({ "model": "maker/unknown", "prices": [] }),
            "NOT_FOUND",
        ),
    ] {
        assert_eq!(ada.put(LLM, &body).await.code(), code, "{body}");
    }
    let nowhere = json!({ "model": SONNET, "prices": [] });
    for path in [
        "/admin/catalog/llm/nobody",
        "/admin/catalog/dance/openrouter",
    ] {
        assert_eq!(ada.put(path, &nowhere).await.code(), "NOT_FOUND");
    }
    assert_eq!(ada.get("/admin/catalog").await.body, before);
}
