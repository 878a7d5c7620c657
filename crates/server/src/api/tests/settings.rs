//! Settings over the API: field by field, with conflicts, kept over a restart.

use super::support::Stage;
use serde_json::json;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    what_is_patched_is_there_and_the_rest_stays,
    a_stale_base_writes_nothing_and_shows_what_is_there,
    switching_a_provider_back_brings_its_model_back,
    a_project_overrides_its_person,
);

async fn what_is_patched_is_there_and_the_rest_stays(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let patch = json!({
        "operations": { "image": { "provider": "gemini", "models": { "gemini": "gemini-3-pro-image" } } },
        "endpoints": { "image": "https://me--film-image.modal.run" },
        "preferences": { "prefer_own_keys": true },
    });
    let answer = ada.patch("/settings", &patch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let patch = json!({ "operations": { "tts": { "provider": "elevenlabs" } } });
    assert_eq!(ada.patch("/settings", &patch).await.status, 200);
    let settings = ada.get("/settings").await.body;
    assert_eq!(settings["operations"]["image"]["provider"], "gemini");
    assert_eq!(
        settings["operations"]["image"]["models"]["gemini"],
        "gemini-3-pro-image"
    );
    assert_eq!(settings["operations"]["tts"]["provider"], "elevenlabs");
    assert_eq!(settings["operations"]["llm"]["provider"], json!(null));
    assert_eq!(
        settings["endpoints"]["image"],
        "https://me--film-image.modal.run/"
    );
    assert_eq!(settings["preferences"]["prefer_own_keys"], true);
    assert_eq!(settings["versions"]["operations.tts.provider"], 1);
}

async fn a_stale_base_writes_nothing_and_shows_what_is_there(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let wish = |provider: &str, base: i64| {
        json!({
            "operations": { "tts": { "provider": provider }, "llm": { "provider": "gemini" } },
            "base": { "operations.tts.provider": base },
        })
    };
    assert_eq!(ada.patch("/settings", &wish("gemini", 0)).await.status, 200);
    assert_eq!(
        ada.patch("/settings", &wish("elevenlabs", 1)).await.status,
        200
    );
    let llm = json!({ "operations": { "llm": { "provider": "openrouter" } } });
    assert_eq!(ada.patch("/settings", &llm).await.status, 200);
    let before = ada.get("/settings").await.body;

    let refused = ada.patch("/settings", &wish("gemini", 1)).await;
    assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));
    assert_eq!(
        refused.body["current"][0]["field"],
        "operations.tts.provider"
    );
    assert_eq!(refused.body["current"][0]["value"], "elevenlabs");
    assert_eq!(refused.body["current"][0]["version"], 2);
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn switching_a_provider_back_brings_its_model_back(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for key in ["openrouter", "gemini"] {
        let stored = ada
            .put(
                &format!("/keys/{key}"),
                &json!({ "key": "sandbox-key-0001" }),
            )
            .await;
        assert_eq!(stored.status, 200);
    }
    let choose = async |provider: &str, model: &str| {
        let patch = json!({ "operations": { "llm": { "provider": provider, "models": { provider: model } } } });
        assert_eq!(ada.patch("/settings", &patch).await.status, 200);
    };
    choose("openrouter", "anthropic/claude-haiku-5.5").await;
    choose("gemini", "gemini-3.5-flash-lite").await;
    let back = json!({ "operations": { "llm": { "provider": "openrouter" } } });
    assert_eq!(ada.patch("/settings", &back).await.status, 200);
    let found = ada
        .post("/resolve", &json!({ "operation": "llm" }))
        .await
        .body;
    assert_eq!(found["provider"], "openrouter");
    assert_eq!(found["model"], "anthropic/claude-haiku-5.5");
}

async fn a_project_overrides_its_person(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for key in ["gemini", "elevenlabs"] {
        ada.put(
            &format!("/keys/{key}"),
            &json!({ "key": "sandbox-key-0001" }),
        )
        .await;
    }
    let personal = json!({ "operations": { "tts": { "provider": "gemini" } } });
    assert_eq!(ada.patch("/settings", &personal).await.status, 200);
    let project = ada.post("/projects", &json!({ "name": "Harbour" })).await;
    assert_eq!(project.status, 201);
    let id = project.body["id"].as_str().unwrap();
    let own = json!({ "operations": { "tts": { "provider": "elevenlabs" } } });
    assert_eq!(
        ada.patch(&format!("/projects/{id}/settings"), &own)
            .await
            .status,
        200
    );

    let within = ada
        .post("/resolve", &json!({ "operation": "tts", "project_id": id }))
        .await
        .body;
    let without = ada
        .post("/resolve", &json!({ "operation": "tts" }))
        .await
        .body;
    assert_eq!(
        (&within["provider"], &without["provider"]),
        (&json!("elevenlabs"), &json!("gemini"))
    );
    let explicit = json!({ "operation": "tts", "project_id": id, "provider": "gemini" });
    let explicit = ada.post("/resolve", &explicit).await.body;
    assert_eq!(
        (&explicit["provider"], &explicit["payer"]),
        (&json!("gemini"), &json!("user"))
    );
    let chosen = explicit["trace"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["outcome"] == "chosen");
    assert!(
        chosen
            .clone()
            .any(|e| e["subject"] == "provider" && e["level"] == "request")
    );
    assert!(
        chosen
            .clone()
            .any(|e| e["subject"] == "credential" && e["level"] == "user")
    );
    let personal = json!({ "preferences": { "prefer_own_keys": true } });
    let refused = ada
        .patch(&format!("/projects/{id}/settings"), &personal)
        .await;
    assert_eq!(refused.code(), "INVALID_INPUT");
}
