//! Drives both flavours of Suno as a client would.

use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{get, post, quick};

const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-suno")];
const GENERATE: &str = "/suno/api/v1/generate";

fn song(prompt: &str) -> Value {
    json!({
        "prompt": prompt, "customMode": false, "instrumental": true, "model": "V5_5",
        "callBackUrl": "https://example.com/done"
    })
}

async fn code(body: &Value, key: &str) -> Value {
    let header = format!("Bearer {key}");
    let headers = [("authorization", header.as_str())];
    let answer = post(&quick(), GENERATE, &headers, body).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()["code"].clone()
}

async fn statuses(prompt: &str) -> (Vec<String>, Value) {
    let app = quick();
    let created = post(&app, GENERATE, &KEY, &song(prompt)).await.json();
    let id = created["data"]["taskId"].as_str().expect("a task");
    let path = format!("{GENERATE}/record-info?taskId={id}");
    let mut seen = Vec::new();
    let mut last = Value::Null;
    for _ in 0..3 {
        last = get(&app, &path, &KEY).await.json()["data"].clone();
        seen.push(last["status"].as_str().expect("a status").to_owned());
    }
    (seen, last)
}

#[tokio::test]
async fn a_song_of_the_service_has_two_tracks_that_play() {
    let app = quick();
    let (seen, record) = statuses("night breeze").await;
    assert_eq!(seen, ["PENDING", "TEXT_SUCCESS", "SUCCESS"]);
    let tracks = record["response"]["sunoData"].as_array().expect("tracks");
    assert_eq!(tracks.len(), 2);
    let url = tracks[0]["audioUrl"].as_str().expect("a URL");
    let path = url.strip_prefix("http://sandbox.test").expect("own host");
    let file = get(&app, path, &[]).await;
    assert_eq!(file.header("content-type"), "audio/mpeg");
}

#[tokio::test]
async fn the_service_has_codes_of_its_own() {
    for (key, expected) in [
        ("other", 401),
        ("sandbox-no-credit", 429),
        ("sandbox-rate-limited", 405),
        ("sandbox-down", 455),
    ] {
        assert_eq!(code(&song("x"), key).await, expected, "{key}");
    }
    for (trigger, expected) in [
        ("too-often", 430),
        ("spend-limit", 429),
        ("too-large", 413),
        ("overloaded", 455),
        ("error-in-200", 500),
        ("model-gone", 400),
    ] {
        let asked = song(&format!("x [sandbox:{trigger}]"));
        assert_eq!(code(&asked, "sandbox-a").await, expected, "{trigger}");
    }
    assert_eq!(code(&song(&"x".repeat(501)), "sandbox-a").await, 413);
}

#[tokio::test]
async fn the_service_refuses_old_models_and_missing_callbacks() {
    for model in ["V3_5", "V6"] {
        let mut asked = song("x");
        asked["model"] = json!(model);
        assert_eq!(code(&asked, "sandbox-a").await, 400, "{model}");
    }
    let mut asked = song("x");
    asked["callBackUrl"] = Value::Null;
    assert_eq!(code(&asked, "sandbox-a").await, 400);
}

#[tokio::test]
async fn tasks_of_the_service_can_end_badly() {
    let (seen, _) = statuses("x [sandbox:blocked]").await;
    assert_eq!(seen[2], "SENSITIVE_WORD_ERROR");
    let (seen, _) = statuses("x [sandbox:fail]").await;
    assert_eq!(seen[2], "GENERATE_AUDIO_FAILED");
}

#[tokio::test]
async fn the_balance_of_the_service_is_a_number() {
    let app = quick();
    let path = format!("{GENERATE}/credit");
    assert_eq!(get(&app, &path, &KEY).await.json()["data"], 100);
    let poor = [("authorization", "Bearer sandbox-no-credit")];
    assert_eq!(get(&app, &path, &poor).await.json()["data"], 0);
}

#[tokio::test]
async fn tasks_of_kie_and_of_the_service_are_apart() {
    let app = quick();
    let created = post(&app, GENERATE, &KEY, &song("x")).await.json();
    let id = created["data"]["taskId"].as_str().expect("a task");
    let path = format!("/kie/api/v1/generate/record-info?taskId={id}");
    assert_eq!(get(&app, &path, &KEY).await.json()["data"], Value::Null);
}

#[tokio::test]
async fn self_hosted_songs_are_polled_until_both_are_complete() {
    let app = quick();
    let asked = json!({"prompt": "rain", "make_instrumental": false, "wait_audio": false});
    let songs = post(&app, "/suno-api/api/generate", &[], &asked)
        .await
        .json();
    assert_eq!(songs.as_array().map(Vec::len), Some(2));
    assert_eq!(songs[0]["status"], "submitted");
    let ids = |index: usize| songs[index]["id"].as_str().expect("an id").to_owned();
    let path = format!("/suno-api/api/get?ids={},{},unknown", ids(0), ids(1));
    for (expected, plays) in [("queued", false), ("streaming", true), ("complete", true)] {
        let polled = get(&app, &path, &[]).await.json();
        assert_eq!(polled.as_array().map(Vec::len), Some(2));
        for song in polled.as_array().expect("songs") {
            assert_eq!(song["status"], expected);
            assert_eq!(song["audio_url"] != "", plays);
        }
    }
    let path = format!("/suno-api/api/clip?id={}", ids(1));
    assert_eq!(get(&app, &path, &[]).await.json()["status"], "complete");
    let path = "/suno-api/api/clip?id=unknown";
    assert_eq!(get(&app, path, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn self_hosted_songs_with_words_of_ones_own_keep_them() {
    let app = quick();
    let asked = json!({
        "prompt": "la la", "tags": "folk", "title": "Rain", "make_instrumental": false,
        "wait_audio": true
    });
    let path = "/suno-api/api/custom_generate";
    let songs = post(&app, path, &[], &asked).await.json();
    assert_eq!(songs[0]["status"], "complete");
    assert_eq!(songs[0]["lyric"], "la la");
    assert_eq!(songs[0]["title"], "Rain");
    assert_eq!(songs[0]["gpt_description_prompt"], Value::Null);
    let path = format!(
        "/suno-api/api/get?ids={}",
        songs[0]["id"].as_str().expect("an id")
    );
    assert_eq!(get(&app, &path, &[]).await.json()[0]["status"], "complete");
}

#[tokio::test]
async fn self_hosted_errors_are_a_line_with_the_upstream_status() {
    let app = quick();
    for (trigger, status) in [
        ("spend-limit", 402),
        ("too-often", 429),
        ("fail", 500),
        ("overloaded", 503),
        ("timeout", 504),
        ("error-in-200", 200),
    ] {
        let asked = json!({"prompt": format!("x [sandbox:{trigger}]")});
        let answer = post(&app, "/suno-api/api/generate", &[], &asked).await;
        assert_eq!(answer.status.as_u16(), status, "{trigger}");
        assert!(answer.json()["error"].is_string(), "{trigger}");
    }
    let blocked = json!({"prompt": "x [sandbox:blocked]", "wait_audio": true});
    let songs = post(&app, "/suno-api/api/generate", &[], &blocked)
        .await
        .json();
    assert_eq!(songs[0]["status"], "error");
    assert!(songs[0]["error_message"].is_string());
    assert_eq!(songs[0]["audio_url"], "");
}

#[tokio::test]
async fn the_limit_of_a_self_hosted_server_needs_no_key() {
    let answer = get(&quick(), "/suno-api/api/get_limit", &[]).await.json();
    assert_eq!(answer["credits_left"], 50);
}
