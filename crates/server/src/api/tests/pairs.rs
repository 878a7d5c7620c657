//! Every pair of operation and provider delivers, and whatever a model offers is accepted.

use super::support::{Person, Stage};
use domain::{Operation, ProviderId};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(every_pair_delivers, the_claude_installation_is_for_admins,);

const ANSWER: &str = r#"#!/bin/sh
cat > /dev/null
case "$1" in --version) echo '2.1.330 (Claude Code)'; exit 0;; auth) exit 0;; esac
echo '{"type":"result","subtype":"success","is_error":false,"result":"A lighthouse in the rain."}'
"#;

fn stand_in(folder: &tempfile::TempDir) -> String {
    let program = folder.path().join("claude");
    std::fs::write(&program, ANSWER).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program.display().to_string()
}

async fn with_all_keys(stage: &Stage, name: &str) -> Person {
    let person = stage.person(name).await;
    for provider in [
        "openrouter",
        "claude",
        "gemini",
        "nano-banana",
        "kie",
        "elevenlabs",
        "openai",
        "piapi",
        "suno",
    ] {
        let key = json!({ "key": "sandbox-abcdefgh-1c96" });
        let stored = person.put(&format!("/keys/{provider}"), &key).await;
        assert_eq!(stored.status, 200, "{provider}: {}", stored.body);
    }
    person
}

fn input(operation: Operation, picture: &str, needs_picture: bool) -> Value {
    match operation {
        Operation::Llm => json!({ "prompt": "A lighthouse" }),
        Operation::Image if needs_picture => {
            json!({ "prompt": "The same, at night", "reference_images": [picture] })
        }
        Operation::Image => json!({ "prompt": "A harbour" }),
        Operation::Video => json!({ "prompt": "Waves", "image": picture }),
        Operation::Tts => json!({ "text": "Come home." }),
        Operation::Music => json!({ "prompt": "Calm strings", "instrumental": true }),
    }
}

async fn every_pair_delivers(test: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let program = stand_in(&folder);
    let variables = [
        ("FILM_CLAUDE_CLI", "on"),
        ("FILM_CLAUDE_CLI_PATH", program.as_str()),
    ];
    let stage = Stage::with_environment(test, &variables).await;
    stage.start_worker();
    let ada = with_all_keys(&stage, "ada").await;
    let first = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
    let first = ada.generate(&stage, &first).await;
    let picture = first["outputs"][0]["id"].as_str().unwrap().to_owned();
    let mut pairs = 0;
    for operation in Operation::ALL {
        for &provider in ProviderId::serving(operation) {
            let needs_picture = provider == ProviderId::ModalEdit;
            let wish = json!({
                "operation": operation, "provider": provider,
                "input": input(operation, &picture, needs_picture)
            });
            let done = ada.generate(&stage, &wish).await;
            let what = format!("{operation} at {provider}");
            assert_eq!(done["status"], "succeeded", "{what}: {done}");
            assert_eq!(done["resolution"]["provider"], provider.as_str());
            let kind = done["outputs"][0]["media_type"]
                .as_str()
                .unwrap_or_default();
            let right = match operation {
                Operation::Llm => !done["text"].as_str().unwrap_or_default().is_empty(),
                Operation::Image => kind.starts_with("image/"),
                Operation::Video => kind.starts_with("video/"),
                Operation::Tts | Operation::Music => kind.starts_with("audio/"),
            };
            assert!(right, "{what}: {done}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 22);
}

async fn the_claude_installation_is_for_admins(test: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let program = stand_in(&folder);
    let variables = [
        ("FILM_CLAUDE_CLI", "on"),
        ("FILM_CLAUDE_CLI_PATH", program.as_str()),
    ];
    let stage = Stage::with_environment(test, &variables).await;
    let ada = stage.person("ada").await;
    let bob = stage.person("bob").await;
    let asked = json!({ "operation": "llm", "provider": "claude-cli" });
    assert_eq!(ada.post("/resolve", &asked).await.body["payer"], "instance");
    let refused = bob.post("/resolve", &asked).await;
    assert_eq!(refused.code(), "API_KEY_REQUIRED", "{}", refused.body);
    assert_eq!(refused.body["missing"], json!(["permission"]));
    let report = ada.post("/keys/claude-cli/test", &json!({})).await.body;
    assert_eq!(report["auth"]["result"], "ok", "{report}");
    let hidden = bob.post("/keys/claude-cli/test", &json!({})).await;
    assert_eq!(hidden.code(), "API_KEY_REQUIRED");
}
