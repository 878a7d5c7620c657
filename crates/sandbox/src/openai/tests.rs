//! Drives the OpenAI routes as a client would.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick};

const SPEECH: &str = "/openai/v1/audio/speech";
const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-key")];

fn line(input: &str) -> Value {
    json!({"model": "gpt-4o-mini-tts", "input": input, "voice": "marin"})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn speak(body: &Value) -> Answer {
    post(&quick(), SPEECH, &KEY, body).await
}

#[tokio::test]
async fn each_format_is_real_media() {
    for (format, media_type, opening) in [
        (Value::Null, "audio/mpeg", &b"ID3"[..]),
        (json!("mp3"), "audio/mpeg", b"ID3"),
        (json!("wav"), "audio/wav", b"RIFF"),
    ] {
        let answer = speak(&with(line("Hello there"), "response_format", format)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), media_type);
        let frame = answer.body[0] == 0xff && answer.body[1] & 0xe0 == 0xe0;
        assert!(answer.body.starts_with(opening) || frame);
    }
    let pcm = speak(&with(line("Hello there"), "response_format", json!("pcm"))).await;
    let loudest = pcm
        .body
        .chunks_exact(2)
        .map(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs())
        .max();
    assert!(
        loudest.is_some_and(|loudest| loudest > 4_000),
        "{loudest:?}"
    );
    assert!(pcm.header("x-request-id").starts_with("req_"));
}

#[tokio::test]
async fn events_carry_the_same_bytes_and_end_with_the_usage() {
    let body = with(line("Hello there"), "response_format", json!("wav"));
    let raw = speak(&body).await;
    let answer = speak(&with(body, "stream_format", json!("sse"))).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events = answer.events();
    let (done, deltas) = events.split_last().expect("events");
    assert!(deltas.len() > 1);
    let joined: Vec<u8> = deltas
        .iter()
        .flat_map(|delta| {
            assert_eq!(delta["type"], "speech.audio.delta");
            STANDARD
                .decode(delta["audio"].as_str().expect("text"))
                .expect("base64")
        })
        .collect();
    assert_eq!(joined, raw.body);
    assert_eq!(done["type"], "speech.audio.done");
    let count = |name: &str| done["usage"][name].as_u64().expect("a number");
    assert!(count("input_tokens") > 0 && count("output_tokens") > 0);
    assert_eq!(
        count("total_tokens"),
        count("input_tokens") + count("output_tokens")
    );
}

#[tokio::test]
async fn values_that_the_real_service_refuses_are_refused() {
    let long = "a".repeat(4_097);
    for (name, value, code) in [
        ("model", Value::Null, "missing_required_parameter"),
        ("input", Value::Null, "missing_required_parameter"),
        ("input", json!(""), "string_below_min_length"),
        ("input", json!(long), "string_above_max_length"),
        ("instructions", json!(long), "string_above_max_length"),
        ("voice", json!("kore"), "invalid_value"),
        ("response_format", json!("opus"), "unsupported_value"),
        ("response_format", json!("midi"), "invalid_value"),
        ("speed", json!(9), "decimal_out_of_range"),
        ("stream_format", json!("json"), "invalid_value"),
    ] {
        let answer = speak(&with(line("Hello"), name, value)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
        let error = &answer.json()["error"];
        assert_eq!(
            (&error["code"], &error["param"]),
            (&json!(code), &json!(name))
        );
    }
}

#[tokio::test]
async fn the_first_models_have_fewer_voices_no_events_and_ignore_instructions() {
    let first = json!({"model": "tts-1", "input": "Hello", "voice": "alloy"});
    let told = with(first.clone(), "instructions", json!("Whisper."));
    assert_eq!(speak(&told).await.status, StatusCode::OK);
    for (name, value) in [("voice", "marin"), ("stream_format", "sse")] {
        let answer = speak(&with(first.clone(), name, json!(value))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
    }
}

#[tokio::test]
async fn keys_and_triggers_get_errors_in_the_form_of_the_service() {
    for (key, status, code) in [
        ("Bearer sk-proj-real", 401, "invalid_api_key"),
        ("Bearer sandbox-no-credit", 429, "insufficient_quota"),
        ("Bearer sandbox-rate-limited", 429, "rate_limit_exceeded"),
        ("Bearer sandbox-down", 503, "server_is_overloaded"),
    ] {
        let answer = post(&quick(), SPEECH, &[("authorization", key)], &line("Hello")).await;
        assert_eq!(answer.status.as_u16(), status, "{key}");
        assert_eq!(answer.json()["error"]["code"], code);
        assert!(!answer.text().contains("sk-proj-real"));
    }
    let none = post(&quick(), SPEECH, &[], &line("Hello")).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    for (name, status, code) in [
        ("blocked", 400, "content_policy_violation"),
        ("output-blocked", 400, "content_policy_violation"),
        ("model-gone", 404, "model_not_found"),
        ("error-in-200", 500, "server_error"),
        ("stream-error", 500, "server_error"),
        ("fail", 500, "server_error"),
        ("overloaded", 503, "server_is_overloaded"),
        ("timeout", 504, "timeout"),
        ("forbidden", 403, "missing_scope"),
        ("spend-limit", 429, "credit_balance_exhausted"),
        ("too-large", 400, "string_above_max_length"),
    ] {
        let answer = speak(&line(&format!("Hello [sandbox:{name}]"))).await;
        assert_eq!(answer.status.as_u16(), status, "{name}");
        assert_eq!(answer.json()["error"]["code"], code, "{name}");
    }
    assert!(speak(&line("[sandbox:empty]")).await.body.is_empty());
    assert!(
        speak(&line("[sandbox:malformed]"))
            .await
            .text()
            .contains("<html>")
    );
}

#[tokio::test]
async fn events_can_break_off_with_an_error() {
    for (name, before) in [("stream-error", 1), ("error-in-200", 0)] {
        let body = with(
            line(&format!("Hello [sandbox:{name}]")),
            "stream_format",
            json!("sse"),
        );
        let events = speak(&body).await.events();
        assert_eq!(events.len(), before + 1, "{name}");
        assert_eq!(events[before]["error"]["code"], "server_error");
    }
}

#[tokio::test]
async fn the_list_says_when_the_speech_models_end() {
    let app = quick();
    let list = get(&app, "/openai/v1/models", &KEY).await.json();
    let rows = list["data"].as_array().expect("rows");
    let ends = |id: &str| {
        rows.iter()
            .find(|row| row["id"] == id)
            .map(|row| row["shutdown_date"].clone())
    };
    assert_eq!(ends("tts-1"), Some(json!("2027-01-06")));
    assert_eq!(ends("gpt-4o-mini-tts"), Some(json!("2027-01-06")));
    assert_eq!(ends("gpt-audio-1.5"), Some(Value::Null));
    let one = get(&app, "/openai/v1/models/tts-1-hd", &KEY).await.json();
    assert_eq!(one["id"], "tts-1-hd");
    let none = get(&app, "/openai/v1/models/tts-9", &KEY).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let other = speak(&with(line("Hello"), "model", json!("gpt-audio-1.5"))).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
}
