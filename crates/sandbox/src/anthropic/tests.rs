//! Drives the Anthropic routes as a client would.

use axum::Router;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick};

const NEW: (&str, &str) = ("anthropic-version", "2026-10-21");
const OLD: (&str, &str) = ("anthropic-version", "2023-06-01");
const KEY: (&str, &str) = ("x-api-key", "sandbox-key");
const MESSAGES: &str = "/anthropic/v1/messages";

async fn ask(app: &Router, headers: &[(&str, &str)], body: &Value) -> Answer {
    post(app, MESSAGES, headers, body).await
}

fn chat(prompt: &str) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 4096,
        "messages": [{"role": "user", "content": prompt}]})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn refused(headers: &[(&str, &str)], body: &Value) -> (u16, String, String) {
    let answer = ask(&quick(), headers, body).await;
    let json = answer.json();
    assert_eq!(json["type"], "error", "{json}");
    assert_eq!(json["request_id"], answer.header("request-id"));
    let text = |name: &str| json["error"][name].as_str().expect("text").to_owned();
    (answer.status.as_u16(), text("type"), text("message"))
}

#[tokio::test]
async fn a_message_thinks_first_and_then_writes() {
    let answer = ask(&quick(), &[KEY, NEW], &chat("A fox in the snow, 4 scenes")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["content"][0]["type"], "thinking");
    assert_eq!(body["content"][0]["thinking"], "");
    let text = body["content"][1]["text"].as_str().expect("a text block");
    assert!(text.contains("Scene 4:"), "{text}");
    assert_eq!(body["stop_reason"], "end_turn");
    assert_eq!(body["stop_details"], Value::Null);
    let thinking = &body["usage"]["output_tokens_details"]["thinking_tokens"];
    assert!(body["usage"]["output_tokens"].as_u64() > thinking.as_u64());
    assert!(answer.header("request-id").starts_with("req_01"));
}

#[tokio::test]
async fn a_stream_tells_the_same_message_as_one_object() {
    let app = quick();
    let body = with(
        chat("A fox in the snow"),
        "thinking",
        json!({"type": "adaptive", "display": "summarized"}),
    );
    let whole = ask(&app, &[KEY, NEW], &body).await.json();
    let answer = ask(&app, &[KEY, NEW], &with(body, "stream", json!(true))).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events = answer.events();
    let names: Vec<&str> = answer_names(&answer);
    let types: Vec<&str> = events.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(names, types, "the name of an event is its type");
    assert_eq!(types.first(), Some(&"message_start"));
    assert_eq!(types.last(), Some(&"message_stop"));
    let joined = |field: &str| -> String {
        events
            .iter()
            .filter_map(|event| event["delta"][field].as_str())
            .collect()
    };
    assert_eq!(whole["content"][0]["thinking"], joined("thinking"));
    assert_eq!(whole["content"][1]["text"], joined("text"));
    assert!(!joined("signature").is_empty());
    let last = &events[events.len() - 2];
    assert_eq!(last["delta"]["stop_reason"], "end_turn");
    assert_eq!(
        last["usage"]["output_tokens"],
        whole["usage"]["output_tokens"]
    );
}

fn answer_names(answer: &Answer) -> Vec<&'static str> {
    const KNOWN: [&str; 8] = [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
    ];
    answer
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .map(|name| {
            *KNOWN
                .iter()
                .find(|known| **known == name)
                .expect("a known event")
        })
        .collect()
}

#[tokio::test]
async fn thinking_counts_towards_the_limit_and_may_leave_no_text() {
    let body = with(chat("A fox"), "max_tokens", json!(16));
    let body = ask(&quick(), &[KEY, NEW], &body).await.json();
    assert_eq!(body["stop_reason"], "max_tokens");
    assert_eq!(body["content"].as_array().map(Vec::len), Some(1));
    assert_eq!(body["usage"]["output_tokens"], 16);
}

#[tokio::test]
async fn a_schema_is_answered_with_json_that_fits_it() {
    let schema = json!({"type": "object", "required": ["title", "scenes"],
        "additionalProperties": false, "properties": {
            "title": {"type": "string"},
            "scenes": {"type": "array", "items": {"type": "string"}}}});
    let config = json!({"format": {"type": "json_schema", "schema": schema}, "effort": "low"});
    let body = with(chat("A fox"), "output_config", config);
    let answer = ask(&quick(), &[KEY, NEW], &body).await.json();
    let text = answer["content"][1]["text"].as_str().expect("text");
    let value: Value = serde_json::from_str(text).expect("JSON");
    assert!(value["title"].is_string() && value["scenes"].is_array());
}

#[tokio::test]
async fn a_stop_sequence_ends_the_text_before_it() {
    let body = with(chat("A fox"), "stop_sequences", json!(["Scene 2"]));
    let body = ask(&quick(), &[KEY, NEW], &body).await.json();
    assert_eq!(body["stop_reason"], "stop_sequence");
    assert_eq!(body["stop_sequence"], "Scene 2");
    let text = body["content"][1]["text"].as_str().expect("text");
    assert!(text.contains("Scene 1") && !text.contains("Scene 2"));
}

#[tokio::test]
async fn keys_are_taken_from_either_header_but_not_from_both() {
    let app = quick();
    let bearer = ("authorization", "Bearer sandbox-key");
    for headers in [&[KEY, NEW][..], &[bearer, NEW], &[bearer, OLD]] {
        let answer = ask(&app, headers, &chat("A fox")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    let (status, ..) = refused(&[KEY, bearer, NEW], &chat("A fox")).await;
    assert_eq!(status, 400);
    let (status, kind, message) = refused(&[("x-api-key", "sk-ant-x"), NEW], &chat("A fox")).await;
    assert_eq!((status, kind.as_str()), (401, "authentication_error"));
    assert!(!message.contains("sk-ant-x"));
    assert_eq!(refused(&[NEW], &chat("A fox")).await.0, 401);
    let (status, kind, _) = refused(&[KEY], &chat("A fox")).await;
    assert_eq!((status, kind.as_str()), (400, "invalid_request_error"));
}

#[tokio::test]
async fn each_kind_of_key_behaves_as_its_name_says() {
    for (key, status, kind) in [
        ("sandbox-no-credit", 400, "invalid_request_error"),
        ("sandbox-rate-limited", 429, "rate_limit_error"),
        ("sandbox-down", 529, "overloaded_error"),
    ] {
        let (was, what, message) = refused(&[("x-api-key", key), NEW], &chat("A fox")).await;
        assert_eq!((was, what.as_str()), (status, kind), "{message}");
    }
    let models = get(
        &quick(),
        "/anthropic/v1/models",
        &[("x-api-key", "sandbox-no-credit"), NEW],
    )
    .await;
    assert_eq!(models.status, StatusCode::OK, "free calls need no credit");
}

#[tokio::test]
async fn requests_that_the_real_service_refuses_are_refused() {
    let prefill = json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "{"}]);
    let cited = json!([{"role": "user", "content": [
        {"type": "text", "text": "Hi", "citations": [{}]}]}]);
    let bmp = json!([{"role": "user", "content": [{"type": "image", "source":
        {"type": "base64", "media_type": "image/bmp", "data": "AAAA"}}]}]);
    for (name, value, said) in [
        ("max_tokens", Value::Null, "max_tokens: Field required"),
        ("max_tokens", json!(200_000), "maximum allowed number"),
        ("temperature", json!(1.0), "temperature"),
        ("top_p", json!(0.9), "top_p"),
        ("top_k", json!(5), "top_k"),
        ("messages", json!([]), "at least one message"),
        ("messages", prefill, "prefill"),
        ("messages", cited, "citations"),
        ("messages", bmp, "media_type"),
        (
            "messages",
            json!([{"role": "system", "content": "x"}]),
            "role",
        ),
        ("thinking", json!({"type": "disabled"}), "thinking.type"),
        (
            "thinking",
            json!({"type": "enabled", "budget_tokens": 2000}),
            "thinking.type",
        ),
        ("tool_choice", json!({"type": "any"}), "tool_choice"),
        ("output_config", json!({"effort": "huge"}), "effort"),
        ("colour", json!("red"), "colour"),
    ] {
        let body = with(chat("A fox"), name, value);
        let (status, kind, message) = refused(&[KEY, NEW], &body).await;
        assert_eq!((status, kind.as_str()), (400, "invalid_request_error"));
        assert!(message.contains(said), "{name}: {message}");
    }
}

#[tokio::test]
async fn requests_above_32_megabytes_are_refused() {
    let long = chat(&"a".repeat(32 * 1024 * 1024));
    let (status, kind, _) = refused(&[KEY, NEW], &long).await;
    assert_eq!((status, kind.as_str()), (413, "request_too_large"));
}

#[tokio::test]
async fn older_models_and_the_first_version_take_what_newer_ones_refuse() {
    let app = quick();
    let old = with(chat("A fox"), "model", json!("claude-sonnet-4-5"));
    for (name, value) in [
        ("temperature", json!(0.5)),
        (
            "thinking",
            json!({"type": "enabled", "budget_tokens": 2000}),
        ),
        ("tool_choice", json!({"type": "any"})),
    ] {
        let answer = ask(&app, &[KEY, OLD], &with(old.clone(), name, value)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text());
    }
    let (status, ..) = refused(&[KEY, OLD], &with(chat("A fox"), "temperature", json!(0.5))).await;
    assert_eq!(status, 400, "a 5.x model takes the default alone");
    let plain = ask(&app, &[KEY, NEW], &old).await.json();
    assert_eq!(
        plain["content"][0]["type"], "text",
        "4.5 does not think unasked"
    );
}

#[tokio::test]
async fn every_trigger_has_its_answer() {
    for (name, status, kind) in [
        ("model-gone", 404, "not_found_error"),
        ("error-in-200", 500, "api_error"),
        ("stream-error", 529, "overloaded_error"),
        ("fail", 500, "api_error"),
        ("overloaded", 529, "overloaded_error"),
        ("timeout", 504, "timeout_error"),
        ("forbidden", 403, "permission_error"),
        ("spend-limit", 400, "invalid_request_error"),
        ("too-large", 413, "request_too_large"),
    ] {
        let body = chat(&format!("A fox [sandbox:{name}]"));
        let (was, what, _) = refused(&[KEY, NEW], &body).await;
        assert_eq!((was, what.as_str()), (status, kind), "{name}");
    }
    let app = quick();
    for (name, reason, blocks) in [
        ("blocked", "refusal", 0),
        ("output-blocked", "refusal", 2),
        ("empty", "end_turn", 0),
        ("truncated", "max_tokens", 2),
    ] {
        let body = ask(&app, &[KEY, NEW], &chat(&format!("A fox [sandbox:{name}]"))).await;
        let body = body.json();
        assert_eq!(body["stop_reason"], reason, "{name}");
        assert_eq!(
            body["content"].as_array().map(Vec::len),
            Some(blocks),
            "{name}"
        );
        assert_eq!(
            body["stop_details"]["type"] == "refusal",
            reason == "refusal"
        );
    }
    let broken = ask(&app, &[KEY, NEW], &chat("A fox [sandbox:malformed]")).await;
    assert!(serde_json::from_slice::<Value>(&broken.body).is_err());
}

#[tokio::test]
async fn a_stream_can_break_off_with_an_error_event() {
    let app = quick();
    let stream = |name: &str| {
        with(
            chat(&format!("A fox [sandbox:{name}]")),
            "stream",
            json!(true),
        )
    };
    let answer = ask(&app, &[KEY, NEW], &stream("stream-error")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let events = answer.events();
    let texts = events
        .iter()
        .filter(|it| it["delta"]["type"] == "text_delta");
    assert_eq!(texts.count(), 2);
    let last = events.last().expect("events");
    assert_eq!(last["error"]["type"], "overloaded_error");
    let answer = ask(&app, &[KEY, NEW], &stream("error-in-200")).await;
    assert_eq!(answer.events().len(), 1);
    assert_eq!(answer.events()[0]["type"], "error");
}

#[tokio::test]
async fn the_list_is_paged_and_shows_how_long_a_model_lives() {
    let app = quick();
    let mut seen: Vec<String> = Vec::new();
    let mut path = "/anthropic/v1/models?limit=6".to_owned();
    loop {
        let page = get(&app, &path, &[KEY, NEW]).await.json();
        let rows = page["data"].as_array().expect("rows");
        seen.extend(
            rows.iter()
                .map(|row| row["id"].as_str().expect("id").to_owned()),
        );
        assert_eq!(page["first_id"], rows[0]["id"]);
        if page["has_more"] == false {
            break;
        }
        let last = page["last_id"].as_str().expect("an id");
        path = format!("/anthropic/v1/models?limit=6&after_id={last}");
    }
    assert_eq!(seen.len(), 16);
    let back = format!("/anthropic/v1/models?limit=2&before_id={}", seen[5]);
    let back = get(&app, &back, &[KEY, NEW]).await.json();
    assert_eq!(back["data"][1]["id"], seen[4].as_str());
    assert_eq!(back["has_more"], true);
    let one = |id: &str| format!("/anthropic/v1/models/{id}");
    let ending = get(&app, &one("claude-sonnet-4-5"), &[KEY, NEW])
        .await
        .json();
    assert_eq!(ending["lifecycle"], "deprecated");
    assert_eq!(ending["retires_at"], "2026-11-30T00:00:00Z");
    let gone = get(&app, &one("claude-3-7-sonnet-20250219"), &[KEY, NEW])
        .await
        .json();
    assert_eq!(gone["lifecycle"], "retired");
    let body = with(chat("A fox"), "model", json!("claude-3-7-sonnet-20250219"));
    assert_eq!(refused(&[KEY, NEW], &body).await.0, 404);
    assert_eq!(
        get(&app, &one("claude-9"), &[KEY, NEW]).await.status,
        StatusCode::NOT_FOUND
    );
    let none = get(&app, "/anthropic/v1/models?limit=0", &[KEY, NEW]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_are_counted_without_a_limit_and_without_credit() {
    let body = json!({"model": "claude-opus-5-5", "system": "Be brief.",
        "messages": [{"role": "user", "content": "A fox in the snow"}]});
    let headers = [("x-api-key", "sandbox-no-credit"), NEW];
    let answer = post(
        &quick(),
        "/anthropic/v1/messages/count_tokens",
        &headers,
        &body,
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.json()["input_tokens"]
            .as_u64()
            .is_some_and(|tokens| tokens > 4)
    );
}
