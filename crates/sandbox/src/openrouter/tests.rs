//! Drives the OpenRouter routes as a client would.

use axum::Router;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick};

const BASE: &str = "/openrouter/api/v1";

async fn chat_as(app: &Router, key: &str, body: &Value) -> Answer {
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str())];
    post(app, &format!("{BASE}/chat/completions"), &headers, body).await
}

async fn ask(prompt: &str) -> Answer {
    chat_as(&quick(), "sandbox-key", &asking(prompt)).await
}

fn asking(prompt: &str) -> Value {
    json!({"model": "anthropic/claude-sonnet-5.5", "messages": [{"role": "user", "content": prompt}]})
}

#[tokio::test]
async fn a_completion_quotes_the_prompt_and_reports_usage_and_cost() {
    let answer = ask("A fox in the snow").await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert_eq!(body["id"], answer.header("x-generation-id"));
    assert_eq!(body["object"], "chat.completion");
    let choice = &body["choices"][0];
    assert_eq!(choice["finish_reason"], "stop");
    assert!(
        choice["message"]["content"]
            .as_str()
            .is_some_and(|text| text.contains("A fox in the snow"))
    );
    let usage = &body["usage"];
    let expected = usage["prompt_tokens"].as_f64().expect("a number") * 2e-6
        + usage["completion_tokens"].as_f64().expect("a number") * 1e-5;
    assert!((usage["cost"].as_f64().expect("a number") - expected).abs() < 1e-12);
}

#[tokio::test]
async fn content_parts_are_read_and_the_same_prompt_gives_the_same_text() {
    let app = quick();
    let mut body = asking("x");
    body["messages"][0]["content"] = json!([
        {"type": "text", "text": "A fox"}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    ]);
    let first = chat_as(&app, "sandbox-a", &body).await.json();
    let second = chat_as(&app, "sandbox-b", &asking("A fox")).await.json();
    assert_eq!(
        first["choices"][0]["message"],
        second["choices"][0]["message"]
    );
    assert_ne!(first["id"], second["id"]);
}

#[tokio::test]
async fn a_stream_has_comments_deltas_usage_and_an_end() {
    let mut body = asking("A fox in the snow");
    body["stream"] = json!(true);
    let answer = chat_as(&quick(), "sandbox-key", &body).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = answer.text();
    assert!(text.starts_with(": OPENROUTER PROCESSING\n\n"));
    assert!(text.ends_with("data: [DONE]\n\n"));
    let events = answer.events();
    let told: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    let unary = ask("A fox in the snow").await.json();
    assert_eq!(
        told,
        unary["choices"][0]["message"]["content"]
            .as_str()
            .expect("text")
    );
    let last = events.last().expect("events");
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"], unary["usage"]);
    assert!(
        events[..events.len() - 1]
            .iter()
            .all(|event| event.get("usage").is_none())
    );
}

#[tokio::test]
async fn structured_outputs_are_valid_json_of_the_schema() {
    let mut body = asking("4 scenes about a fox");
    body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": "film", "strict": true,
        "schema": {"type": "object", "properties": {"scenes": {"type": "array", "items": {"type": "string"}}}}}});
    let app = quick();
    let content = |body: Value| {
        let text = body["choices"][0]["message"]["content"]
            .as_str()
            .expect("text")
            .to_owned();
        serde_json::from_str::<Value>(&text).expect("JSON in the content")
    };
    let film = content(chat_as(&app, "sandbox-key", &body).await.json());
    assert_eq!(film["scenes"].as_array().map(Vec::len), Some(4));
    body["response_format"] = json!({"type": "json_object"});
    let film = content(chat_as(&app, "sandbox-key", &body).await.json());
    assert_eq!(film["scenes"][3]["number"], 4);
}

#[tokio::test]
async fn a_token_limit_truncates() {
    let mut body = asking("A fox");
    body["max_completion_tokens"] = json!(16);
    let body = chat_as(&quick(), "sandbox-key", &body).await.json();
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["usage"]["completion_tokens"], 16);
}

#[tokio::test]
async fn keys_are_refused_in_openrouters_words() {
    let app = quick();
    let missing = post(&app, &format!("{BASE}/chat/completions"), &[], &asking("x")).await;
    assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        missing.json()["error"]["message"],
        "Missing Authentication header"
    );
    let in_url = format!("{BASE}/chat/completions?key=sandbox-key");
    assert_eq!(
        post(&app, &in_url, &[], &asking("x")).await.status,
        StatusCode::UNAUTHORIZED
    );
    for (key, status, error_type) in [
        ("sk-or-v1-wrong", 401, "authentication"),
        ("sandbox-no-credit", 402, "payment_required"),
        ("sandbox-rate-limited-1", 429, "rate_limit_exceeded"),
        ("sandbox-down", 503, "provider_unavailable"),
    ] {
        let answer = chat_as(&app, key, &asking("x")).await;
        assert_eq!(answer.status.as_u16(), status, "{key}");
        let body = answer.json();
        assert_eq!(body["error"]["code"], status, "{key}");
        assert_eq!(body["error"]["metadata"]["error_type"], error_type, "{key}");
    }
    let limited = chat_as(&app, "sandbox-rate-limited", &asking("x")).await;
    assert_eq!(limited.header("retry-after"), "2");
}

#[tokio::test]
async fn a_slow_key_answers_right_after_its_delay() {
    let app = quick();
    let start = std::time::Instant::now();
    let answer = chat_as(&app, "sandbox-slow", &asking("x")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(start.elapsed() >= std::time::Duration::from_millis(20));
}

#[tokio::test]
async fn unusable_bodies_get_400() {
    let app = quick();
    let authorization = [("authorization", "Bearer sandbox-key")];
    let path = format!("{BASE}/chat/completions");
    let broken = crate::testing::send(&app, http::Method::POST, &path, &authorization, "{").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    for body in [
        json!({"model": "openai/gpt-4o"}),
        json!({"model": "openai/gpt-4o", "messages": []}),
        json!({"model": "openai/gpt-4o", "messages": [{"role": "king", "content": "x"}]}),
        json!({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": 5}]}),
        json!({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "x"}], "temperature": 3}),
        json!({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "x"}], "max_tokens": 0}),
    ] {
        let answer = post(&app, &path, &authorization, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["error"]["code"], 400, "{body}");
    }
    let mut body = asking("x");
    body["model"] = json!("acme/none");
    let unknown = chat_as(&app, "sandbox-key", &body).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        unknown.json()["error"]["availability"]["code"],
        "model_not_found"
    );
}

#[tokio::test]
async fn triggers_with_a_status_give_it() {
    for (trigger, status, error_type) in [
        ("blocked", 403, "content_policy_violation"),
        ("forbidden", 403, "permission_denied"),
        ("spend-limit", 403, "permission_denied"),
        ("model-gone", 404, "not_found"),
        ("too-large", 413, "payload_too_large"),
        ("timeout", 408, "timeout"),
        ("overloaded", 529, "provider_overloaded"),
        ("fail", 500, "server"),
    ] {
        let answer = ask(&format!("x [sandbox:{trigger}]")).await;
        assert_eq!(answer.status.as_u16(), status, "{trigger}");
        assert_eq!(
            answer.json()["error"]["metadata"]["error_type"],
            error_type,
            "{trigger}"
        );
    }
}

#[tokio::test]
async fn triggers_inside_a_200_break_the_success() {
    let top = ask("[sandbox:error-in-200]").await;
    assert_eq!(top.status, StatusCode::OK);
    assert_eq!(top.json()["error"]["code"], 502);
    let choice = ask("[sandbox:error-in-choice]").await.json();
    assert_eq!(choice["choices"][0]["finish_reason"], "error");
    assert_eq!(choice["choices"][0]["error"]["code"], 502);
    let malformed = ask("[sandbox:malformed]").await;
    assert_eq!(malformed.status, StatusCode::OK);
    assert!(serde_json::from_slice::<Value>(&malformed.body).is_err());
    let empty = ask("[sandbox:empty]").await.json();
    assert_eq!(empty["choices"][0]["message"]["content"], "");
    let filtered = ask("[sandbox:output-blocked]").await.json();
    assert_eq!(filtered["choices"][0]["finish_reason"], "content_filter");
    let truncated = ask("[sandbox:truncated]").await.json();
    assert_eq!(truncated["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn a_stream_can_break_in_the_middle() {
    let mut body = asking("A fox [sandbox:stream-error]");
    body["stream"] = json!(true);
    let answer = chat_as(&quick(), "sandbox-key", &body).await;
    assert_eq!(answer.status, StatusCode::OK);
    let events = answer.events();
    assert!(events.len() > 2);
    let last = events.last().expect("events");
    assert_eq!(last["error"]["code"], 502);
    assert_eq!(last["choices"][0]["finish_reason"], "error");
    assert!(!answer.text().contains("[DONE]"));
}

#[tokio::test]
async fn models_are_public_and_priced_in_decimal_strings() {
    let body = get(&quick(), &format!("{BASE}/models"), &[]).await.json();
    let models = body["data"].as_array().expect("models");
    assert_eq!(body["total_count"], models.len());
    let sonnet = models
        .iter()
        .find(|model| model["id"] == "anthropic/claude-sonnet-5.5")
        .expect("the model of the tests");
    assert_eq!(sonnet["pricing"]["prompt"], "0.000002");
    assert_eq!(sonnet["pricing"]["completion"], "0.00001");
}

#[tokio::test]
async fn key_lookups_are_free_and_need_a_key() {
    let app = quick();
    let path = format!("{BASE}/key");
    assert_eq!(get(&app, &path, &[]).await.status, StatusCode::UNAUTHORIZED);
    let full = get(&app, &path, &[("authorization", "Bearer sandbox-key")])
        .await
        .json();
    assert_eq!(full["data"]["limit_remaining"], 74.5);
    let empty = get(
        &app,
        &path,
        &[("authorization", "Bearer sandbox-no-credit")],
    )
    .await;
    assert_eq!(empty.status, StatusCode::OK);
    assert_eq!(empty.json()["data"]["limit_remaining"], 0.0);
    let credits = get(
        &app,
        &format!("{BASE}/credits"),
        &[("authorization", "Bearer sandbox-key")],
    )
    .await;
    assert_eq!(credits.status, StatusCode::FORBIDDEN);
    let user_models = format!("{BASE}/models/user");
    assert_eq!(
        get(&app, &user_models, &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_generation_is_found_by_its_id_and_only_by_its_owner() {
    let app = quick();
    let answer = chat_as(&app, "sandbox-key", &asking("A fox")).await;
    let path = format!("{BASE}/generation?id={}", answer.header("x-generation-id"));
    let found = get(&app, &path, &[("authorization", "Bearer sandbox-key")])
        .await
        .json();
    assert_eq!(found["data"]["total_cost"], answer.json()["usage"]["cost"]);
    let other = get(&app, &path, &[("authorization", "Bearer sandbox-other")]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn models_can_be_searched_paged_and_tell_when_they_end() {
    let app = quick();
    let list = async |query: &str| {
        get(&app, &format!("{BASE}/models{query}"), &[])
            .await
            .json()
    };
    let all = list("").await;
    let total = all["total_count"].as_u64().expect("a number");
    let first = list("?limit=30").await;
    assert_eq!(first["data"].as_array().map(Vec::len), Some(30));
    assert_eq!(first["total_count"], total);
    assert_eq!(first["links"]["next"], "/api/v1/models?offset=30&limit=30");
    let last = list("?limit=30&offset=30").await;
    assert_eq!(last["links"]["next"], Value::Null);
    assert_eq!(
        last["data"].as_array().map(|rows| rows.len() as u64),
        Some(total - 30)
    );
    let found = list("?q=Sonnet%204.5").await;
    assert_eq!(found["data"][0]["id"], "anthropic/claude-sonnet-4.5");
    assert_eq!(found["data"][0]["expiration_date"], "2026-11-30");
    assert_eq!(
        found["data"][0]["links"]["details"],
        "/api/v1/models/anthropic/claude-sonnet-4.5/endpoints"
    );
    assert_eq!(list("?output_modalities=image").await["data"], json!([]));
}
