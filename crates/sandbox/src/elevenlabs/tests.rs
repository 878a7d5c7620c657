//! Drives the ElevenLabs routes as a client would.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick};

const RACHEL: &str = "/elevenlabs/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM";
const KEY: [(&str, &str); 1] = [("xi-api-key", "sandbox-key")];

async fn say_as(app: &Router, key: &str, body: &Value) -> Answer {
    post(app, RACHEL, &[("xi-api-key", key)], body).await
}

async fn say(text: &str) -> Answer {
    say_as(&quick(), "sandbox-key", &json!({"text": text})).await
}

fn is_mp3(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ID3") || bytes.starts_with(&[0xff, 0xfb])
}

#[tokio::test]
async fn speech_is_mp3_with_its_cost_in_a_header() {
    let answer = say("Hello there").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "audio/mpeg");
    assert_eq!(answer.header("character-cost"), "11");
    assert_eq!(answer.header("maximum-concurrent-requests"), "5");
    assert!(!answer.header("request-id").is_empty());
    assert!(is_mp3(&answer.body) && answer.body.len() > 10_000);
    let flash =
        json!({"text": "Hello there", "model_id": "eleven_flash_v2_5", "language_code": "en"});
    let answer = say_as(&quick(), "sandbox-key", &flash).await;
    assert_eq!(answer.header("character-cost"), "6");
}

#[tokio::test]
async fn other_forms_carry_the_same_speech() {
    let app = quick();
    let body = json!({"text": "Hello there"});
    let streamed = post(&app, &format!("{RACHEL}/stream"), &KEY, &body).await;
    assert!(is_mp3(&streamed.body));
    let timed = post(&app, &format!("{RACHEL}/with-timestamps"), &KEY, &body)
        .await
        .json();
    let audio = STANDARD
        .decode(timed["audio_base64"].as_str().expect("base64"))
        .expect("base64");
    assert_eq!(audio, streamed.body);
    assert_eq!(
        timed["alignment"]["characters"].as_array().map(Vec::len),
        Some(11)
    );
    let wav = post(
        &app,
        &format!("{RACHEL}?output_format=wav_24000"),
        &KEY,
        &body,
    )
    .await;
    assert!(wav.body.starts_with(b"RIFF"));
    let pcm = post(
        &app,
        &format!("{RACHEL}?output_format=pcm_24000"),
        &KEY,
        &body,
    )
    .await;
    assert_eq!(pcm.body, wav.body.slice(44..));
}

#[tokio::test]
async fn formats_of_other_plans_and_unknown_ones_are_refused() {
    let app = quick();
    let body = json!({"text": "Hello"});
    for (format, status) in [("pcm_48000", 403), ("opus_48000_64", 403), ("mp3_1_1", 400)] {
        let path = format!("{RACHEL}?output_format={format}");
        assert_eq!(
            post(&app, &path, &KEY, &body).await.status.as_u16(),
            status,
            "{format}"
        );
    }
}

#[tokio::test]
async fn keys_are_refused_in_elevenlabs_words() {
    let app = quick();
    let body = json!({"text": "Hello"});
    let missing = post(&app, RACHEL, &[], &body).await;
    assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
    assert_eq!(missing.json()["detail"]["code"], "missing_api_key");
    for (key, status, code) in [
        ("sk_wrong", 401, "invalid_api_key"),
        ("sandbox-no-credit", 401, "quota_exceeded"),
        ("sandbox-rate-limited", 429, "rate_limit_exceeded"),
        ("sandbox-down", 503, "service_unavailable"),
    ] {
        let answer = say_as(&app, key, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{key}");
        assert_eq!(answer.json()["detail"]["status"], code, "{key}");
    }
    assert_eq!(
        say_as(&app, "sandbox-slow", &body).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn requests_are_validated() {
    let app = quick();
    let missing = say_as(&app, "sandbox-key", &json!({})).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing.json()["detail"][0]["loc"], json!(["body", "text"]));
    for (body, code) in [
        (json!({"text": " "}), "invalid_request"),
        (json!({"text": "x", "model_id": "none"}), "model_not_found"),
        (
            json!({"text": "x", "model_id": "eleven_v4"}),
            "unsupported_model",
        ),
        (
            json!({"text": "x".repeat(10_001)}),
            "max_character_limit_exceeded",
        ),
        (
            json!({"text": "x", "language_code": "en"}),
            "invalid_request",
        ),
        (
            json!({"text": "x", "voice_settings": {"speed": 9}}),
            "invalid_voice_settings",
        ),
        (json!({"text": "x", "seed": -1}), "invalid_request"),
    ] {
        let answer = say_as(&app, "sandbox-key", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{code}");
        assert_eq!(answer.json()["detail"]["code"], code);
    }
    let nobody = post(
        &app,
        "/elevenlabs/v1/text-to-speech/nobody",
        &KEY,
        &json!({"text": "x"}),
    )
    .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(nobody.json()["detail"]["status"], "voice_not_found");
    let broken = crate::testing::send(&app, http::Method::POST, RACHEL, &KEY, "{").await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn triggers_give_their_errors() {
    for (trigger, status) in [
        ("blocked", 400),
        ("output-blocked", 400),
        ("model-gone", 400),
        ("forbidden", 401),
        ("spend-limit", 402),
        ("too-large", 400),
        ("timeout", 504),
        ("overloaded", 503),
        ("error-in-200", 503),
        ("fail", 500),
        ("truncated", 200),
    ] {
        let answer = say(&format!("x [sandbox:{trigger}]")).await;
        assert_eq!(answer.status.as_u16(), status, "{trigger}");
    }
    assert!(say("[sandbox:malformed]").await.body.starts_with(b"<html>"));
    assert!(say("[sandbox:empty]").await.body.is_empty());
}

#[tokio::test]
async fn voices_come_whole_and_in_pages() {
    let app = quick();
    let all = get(&app, "/elevenlabs/v1/voices", &KEY).await.json();
    let count = all["voices"].as_array().map_or(0, Vec::len);
    assert_eq!(all["voices"][0]["voice_id"], "21m00Tcm4TlvDq8ikWAM");
    let first = get(&app, "/elevenlabs/v2/voices?page_size=20", &KEY)
        .await
        .json();
    assert_eq!(first["has_more"], true);
    let token = first["next_page_token"].as_str().expect("a token");
    let path = format!("/elevenlabs/v2/voices?page_size=20&next_page_token={token}");
    let second = get(&app, &path, &KEY).await.json();
    assert_eq!(second["has_more"], false);
    assert_eq!(20 + second["voices"].as_array().map_or(0, Vec::len), count);
    let found = get(&app, "/elevenlabs/v2/voices?search=rach", &KEY)
        .await
        .json();
    assert_eq!(found["voices"][0]["name"], "Rachel");
    let own = get(&app, "/elevenlabs/v2/voices?voice_type=personal", &KEY)
        .await
        .json();
    assert_eq!(own["total_count"], 0);
    let one = get(&app, "/elevenlabs/v1/voices/21m00Tcm4TlvDq8ikWAM", &KEY)
        .await
        .json();
    assert_eq!(one["name"], "Rachel");
}

#[tokio::test]
async fn account_and_models_are_free_to_ask() {
    let app = quick();
    let empty = [("xi-api-key", "sandbox-no-credit")];
    let subscription = get(&app, "/elevenlabs/v1/user/subscription", &empty)
        .await
        .json();
    assert_eq!(
        subscription["character_count"],
        subscription["character_limit"]
    );
    let user = get(&app, "/elevenlabs/v1/user", &KEY).await.json();
    assert_eq!(user["subscription"]["tier"], "creator");
    let models = get(&app, "/elevenlabs/v1/models", &KEY).await.json();
    assert_eq!(models[0]["model_id"], "eleven_multilingual_v2");
    for path in [
        "/v1/user",
        "/v1/user/subscription",
        "/v1/models",
        "/v1/voices",
        "/v2/voices",
    ] {
        let answer = get(&app, &format!("/elevenlabs{path}"), &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}
