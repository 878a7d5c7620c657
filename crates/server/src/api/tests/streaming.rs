//! Text while it is written: over the stream of events, in the generation itself, and whole in the
//! end, whatever the provider.

use super::support::{Person, Stage};
use axum::{body::Body, http::header};
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_text_comes_in_pieces_and_whole_in_the_end,
    a_stream_that_breaks_keeps_what_was_written,
    nobody_else_hears_a_text,
);

const PROVIDERS: [&str; 5] = ["openrouter", "claude", "gemini", "kie", "modal"];

async fn with_keys(stage: &Stage) -> Person {
    let ada = stage.person("ada").await;
    for provider in ["openrouter", "claude", "gemini", "kie"] {
        let key = json!({ "key": "sandbox-abcdefgh-1c96" });
        let stored = ada.put(&format!("/keys/{provider}"), &key).await;
        assert_eq!(stored.status, 200, "{}", stored.body);
    }
    ada
}

fn wish(provider: &str, prompt: &str) -> Value {
    let mut wish = json!({
        "operation": "llm", "provider": provider, "input": { "prompt": prompt, "stream": true }
    });
    if provider == "modal" {
        wish["model"] = json!("openai");
    }
    wish
}

/// All events of a generation until its stream ends.
async fn events(person: &Person, id: &str) -> Vec<(String, Value)> {
    let mut request = person.request("GET", &format!("/generations/{id}/events"));
    request = request.header(header::ACCEPT, "text/event-stream");
    let response = person.open(request.body(Body::empty()).unwrap()).await;
    let mut body = response.into_body().into_data_stream();
    let mut parser = providers::sse::Parser::default();
    let mut heard = Vec::new();
    let all = async {
        while let Some(Ok(piece)) = body.next().await {
            for event in parser.push(&piece) {
                heard.push((event.name, serde_json::from_str(&event.data).unwrap()));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all)
        .await
        .unwrap();
    heard
}

async fn a_text_comes_in_pieces_and_whole_in_the_end(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    for provider in PROVIDERS {
        let asked = ada
            .post("/generations", &wish(provider, "A lighthouse"))
            .await;
        assert_eq!(asked.status, 202, "{provider}: {}", asked.body);
        let id = asked.body["id"].as_str().unwrap().to_owned();
        let worker = stage.start_worker();
        let heard = events(&ada, &id).await;
        worker.abort();
        let first = heard.first().unwrap();
        assert_eq!(first.0, "generation");
        let (last, state) = heard.last().unwrap();
        assert_eq!(last, "generation");
        assert_eq!(state["status"], "succeeded", "{provider}: {state}");
        let whole = state["text"].as_str().unwrap();
        let pieces: Vec<&str> = heard
            .iter()
            .filter(|(name, _)| name == "text")
            .map(|(_, data)| data["delta"].as_str().unwrap())
            .collect();
        assert!(
            !pieces.is_empty(),
            "{provider}: nothing came while it was written"
        );
        assert!(
            whole.contains(&pieces.concat()),
            "{provider}: {pieces:?} in {whole}"
        );
        assert_eq!(
            state["actual"]["status"] == "known",
            provider != "modal",
            "{provider}"
        );
        assert_eq!(stage.app.live_texts.get(&domain::GenerationId(id)), None);
    }
}

async fn a_stream_that_breaks_keeps_what_was_written(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    stage
        .fault(&json!({ "path": "/openrouter", "cut_after_bytes": 900 }))
        .await;
    let broken = ada
        .generate(&stage, &wish("openrouter", "A lighthouse"))
        .await;
    assert_eq!(broken["status"], "unknown", "{broken}");
    assert!(
        !broken["text"].as_str().unwrap_or_default().is_empty(),
        "{broken}"
    );
    let sent = stage.received().await;
    let paid = sent.iter().filter(|line| line.contains("chat/completions"));
    assert_eq!(paid.count(), 1, "a paid request is sent once");
}

async fn nobody_else_hears_a_text(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let eve = stage.person("eve").await;
    let asked = ada
        .post("/generations", &wish("openrouter", "A lighthouse"))
        .await;
    let id = asked.body["id"].as_str().unwrap();
    let answer = eve.get(&format!("/generations/{id}/events")).await;
    assert_eq!(answer.code(), "NOT_FOUND");
}
