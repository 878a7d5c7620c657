//! Settings as a file: taken out, looked at by somebody else, set as a whole.

use super::support::{Person, Stage};
use crate::settings;
use domain::{
    ProjectId,
    settings::{Change, Field},
    transfer::{Difference, LARGEST},
};
use http::header::CONTENT_DISPOSITION;
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    an_export_has_what_is_set_and_no_key,
    a_file_brings_the_same_settings_to_another_account,
    what_cannot_be_set_is_listed_with_its_reason,
    settings_that_changed_since_the_preview_are_not_overwritten,
    a_file_with_anything_else_is_refused_as_a_whole,
    a_project_has_a_file_of_its_own,
);

const KEY: &str = "sandbox-transfer-0123456789abcdef";

fn patch() -> Value {
    json!({
        "operations": {
            "image": { "provider": "gemini", "models": { "gemini": "gemini-3-pro-image" } },
            "tts": { "provider": "elevenlabs" },
        },
        "endpoints": { "image": "https://me--film-image.modal.run/" },
        "preferences": { "prefer_own_keys": true },
    })
}

fn exported() -> Value {
    let mut file = patch();
    file["format"] = json!("film-generator-settings");
    file["version"] = json!(1);
    file
}

async fn preview(stage: &Stage, person: &Person, file: &Value) -> Vec<Difference> {
    let actor = stage.actor(person).await;
    settings::preview(&stage.app, &actor, None, &file.to_string())
        .await
        .unwrap()
}

fn changes(found: &[Difference]) -> Vec<Change> {
    found
        .iter()
        .map(|difference| Change {
            field: difference.field,
            value: difference.to.clone(),
            base: Some(difference.base),
        })
        .collect()
}

async fn an_export_has_what_is_set_and_no_key(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(ada.patch("/settings", &patch()).await.status, 200);
    let cleared = json!({ "operations": { "llm": { "provider": null } } });
    assert_eq!(ada.patch("/settings", &cleared).await.status, 200);
    let stored = ada.put("/keys/gemini", &json!({ "key": KEY })).await;
    assert_eq!(stored.status, 200);
    let answer = ada.get("/settings/export").await;
    assert_eq!((answer.status, &answer.body), (200, &exported()));
    assert_eq!(
        answer.headers[CONTENT_DISPOSITION],
        "attachment; filename=\"film-generator-settings.json\""
    );
    let nobody = stage.anybody().get("/settings/export").await;
    assert_eq!(nobody.code(), "UNAUTHENTICATED");
}

async fn a_file_brings_the_same_settings_to_another_account(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    assert_eq!(ada.patch("/settings", &patch()).await.status, 200);
    let file = ada.get("/settings/export").await.body;
    assert_eq!(preview(&stage, &ada, &file).await, []);

    let found = preview(&stage, &bob, &file).await;
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found.iter().all(|difference| difference.problem.is_none()));
    assert_eq!(bob.get("/settings").await.body["version"], 0);
    let actor = stage.actor(&bob).await;
    settings::patch(&stage.app, &actor, &changes(&found))
        .await
        .unwrap();
    assert_eq!(bob.get("/settings/export").await.body, file);
    assert_eq!(preview(&stage, &bob, &file).await, []);
}

async fn what_cannot_be_set_is_listed_with_its_reason(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let mut file = exported();
    file["operations"]["image"]["models"]["gemini"] = json!("gone");
    file["operations"]["tts"]["provider"] = json!("suno");
    file["endpoints"]["image"] = json!("https://ada:secret@me.modal.run");
    let found = preview(&stage, &ada, &file).await;
    let refused: Vec<String> = found
        .iter()
        .filter(|difference| difference.problem.is_some())
        .map(|difference| difference.field.to_string())
        .collect();
    assert_eq!(
        refused,
        [
            "operations.tts.provider",
            "operations.image.models.gemini",
            "endpoints.image"
        ]
    );
    assert_eq!(found.len(), 5);
}

async fn settings_that_changed_since_the_preview_are_not_overwritten(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let found = preview(&stage, &ada, &exported()).await;
    let meanwhile = json!({ "operations": { "tts": { "provider": "openai" } } });
    assert_eq!(ada.patch("/settings", &meanwhile).await.status, 200);
    let before = ada.get("/settings").await.body;
    let actor = stage.actor(&ada).await;
    let refused = settings::patch(&stage.app, &actor, &changes(&found)).await;
    let error = refused.unwrap_err();
    assert_eq!(error.code, domain::ErrorCode::Conflict);
    assert_eq!(error.current[0].value.as_deref(), Some("openai"));
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn a_file_with_anything_else_is_refused_as_a_whole(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let actor = stage.actor(&ada).await;
    let refused = async |file: String| {
        let answer = settings::preview(&stage.app, &actor, None, &file).await;
        answer.unwrap_err()
    };
    let mut with_key = exported();
    with_key["keys"] = json!({ "gemini": KEY });
    let mut newer = exported();
    newer["version"] = json!(2);
    for (file, says) in [
        (with_key, "“keys”"),
        (newer, "another version"),
        (json!({ "dependencies": {} }), "not a file of settings"),
    ] {
        let error = refused(file.to_string()).await;
        assert_eq!(error.code, domain::ErrorCode::InvalidInput);
        assert!(error.detail.contains(says), "{error}");
        assert!(!error.detail.contains(KEY), "{error}");
    }
    let mut padded = exported().to_string();
    padded.push_str(&" ".repeat(LARGEST));
    let error = refused(padded).await;
    assert_eq!(error.code, domain::ErrorCode::PayloadTooLarge);
}

async fn a_project_has_a_file_of_its_own(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let project = ada
        .post("/projects", &json!({ "name": "Harbour \"Lights\"" }))
        .await;
    let id = project.body["id"].as_str().unwrap().to_owned();
    let path = format!("/projects/{id}/settings");
    let own = json!({ "operations": { "tts": { "provider": "elevenlabs" } } });
    assert_eq!(ada.patch(&path, &own).await.status, 200);
    let answer = ada.get(&format!("{path}/export")).await;
    assert_eq!(answer.body["operations"], own["operations"]);
    assert_eq!(answer.body["endpoints"], json!({}));
    assert_eq!(
        answer.headers[CONTENT_DISPOSITION],
        "attachment; filename=\"film-generator-settings-harbour-lights.json\""
    );
    let strange = bob.get(&format!("{path}/export")).await;
    assert_eq!(strange.code(), "NOT_FOUND");

    let id = ProjectId(id);
    let file = exported().to_string();
    let actor = stage.actor(&ada).await;
    let found = settings::preview(&stage.app, &actor, Some(&id), &file)
        .await
        .unwrap();
    let personal: Vec<Field> = found
        .iter()
        .filter(|difference| difference.problem.is_some())
        .map(|difference| difference.field)
        .collect();
    assert_eq!((found.len(), personal), (4, vec![Field::PreferOwnKeys]));
    let actor = stage.actor(&bob).await;
    let strange = settings::preview(&stage.app, &actor, Some(&id), &file).await;
    assert_eq!(strange.unwrap_err().code, domain::ErrorCode::NotFound);
}
