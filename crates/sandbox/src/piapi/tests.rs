//! Drives PiAPI as a client would.

use axum::Router;
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::testing::{get, post, quick, send};

const TASK: &str = "/piapi/api/v1/task";
const KEY: [(&str, &str); 1] = [("x-api-key", "sandbox-piapi")];

fn song(prompt: &str) -> Value {
    json!({
        "model": "music-u", "task_type": "generate_music",
        "input": {
            "gpt_description_prompt": prompt, "lyrics_type": "instrumental", "negative_tags": "",
            "seed": -1
        },
        "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}}
    })
}

fn ace(prompt: &str) -> Value {
    json!({
        "model": "Qubico/ace-step", "task_type": "txt2audio",
        "input": {"style_prompt": prompt, "lyrics": "[inst]", "duration": 30}
    })
}

async fn create(app: &Router, body: &Value) -> (String, Value) {
    let answer = post(app, TASK, &KEY, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let data = answer.json()["data"].clone();
    (data["task_id"].as_str().expect("an id").to_owned(), data)
}

async fn polls(body: &Value) -> Vec<Value> {
    let app = quick();
    let (id, _) = create(&app, body).await;
    let path = format!("{TASK}/{id}");
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(get(&app, &path, &KEY).await.json()["data"].clone());
    }
    seen
}

#[tokio::test]
async fn songs_of_udio_come_after_some_polls_and_cost_points() {
    let app = quick();
    let (_, created) = create(&app, &song("night breeze, piano")).await;
    assert_eq!(created["status"], "pending");
    assert_eq!(created["error"]["code"], 0);
    assert_eq!(created["meta"]["started_at"], "0001-01-01T00:00:00Z");
    assert_eq!(created["meta"]["usage"]["frozen"], 500_000);
    let seen = polls(&song("night breeze, piano")).await;
    let statuses: Vec<&Value> = seen.iter().map(|data| &data["status"]).collect();
    assert_eq!(
        statuses,
        ["Pending", "processing", "completed", "Completed"]
    );
    assert_eq!(seen[1]["output"], Value::Null);
    assert_eq!(seen[2]["meta"]["usage"]["consume"], 500_000);
    let songs = seen[2]["output"]["songs"].as_array().expect("songs");
    assert_eq!(songs.len(), 2);
    let url = songs[1]["song_path"].as_str().expect("a URL");
    let path = url.strip_prefix("http://sandbox.test").expect("own host");
    let file = get(&app, path, &[]).await;
    assert_eq!(file.header("content-type"), "audio/mpeg");
}

#[tokio::test]
async fn ace_step_gives_one_file_priced_by_the_second() {
    let seen = polls(&ace("rain")).await;
    let url = seen[2]["output"]["audio_url"].as_str().expect("a URL");
    assert!(url.ends_with("/music.mp3"));
    assert_eq!(seen[2]["meta"]["usage"]["consume"], 150_000);
}

#[tokio::test]
async fn lyrics_are_words_without_a_file() {
    let asked = json!({
        "model": "music-u", "task_type": "generate_lyrics", "input": {"prompt": "the sea"}
    });
    let seen = polls(&asked).await;
    let words = seen[2]["output"]["lyrics"].as_str().expect("words");
    assert!(words.contains("the sea"));
}

#[tokio::test]
async fn wrong_requests_are_refused_with_status_400() {
    let mut no_type = song("x");
    no_type["input"]["lyrics_type"] = Value::Null;
    let mut own_words = song("x");
    own_words["input"]["lyrics_type"] = json!("user");
    let mut mode = song("x");
    mode["config"]["service_mode"] = json!("secret");
    let mut stopped = song("x");
    stopped["model"] = json!("music-s");
    let mut length = ace("x");
    length["input"]["duration"] = json!("long");
    for body in [
        no_type,
        own_words,
        mode,
        stopped.clone(),
        length,
        json!({"model": "music-u", "task_type": "fly", "input": {}}),
        json!({"model": "other", "task_type": "fly", "input": {}}),
    ] {
        let answer = post(&quick(), TASK, &KEY, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["code"], 400);
        assert_eq!(answer.json()["data"], Value::Null);
    }
    let answer = post(&quick(), TASK, &KEY, &stopped).await;
    assert!(answer.text().contains("service stopped"));
}

#[tokio::test]
async fn keys_are_refused_with_their_status() {
    for (key, status) in [
        ("other", 401),
        ("sandbox-no-credit", 402),
        ("sandbox-rate-limited", 429),
        ("sandbox-down", 503),
    ] {
        let headers = [("x-api-key", key)];
        let answer = post(&quick(), TASK, &headers, &song("x")).await;
        assert_eq!(answer.status.as_u16(), status, "{key}");
        assert_eq!(answer.json()["code"], status);
    }
    let bearer = [("authorization", "Bearer sandbox-a")];
    let answer = post(&quick(), TASK, &bearer, &song("x")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_account_tells_the_balance() {
    let app = quick();
    let info = get(&app, "/piapi/account/info", &KEY).await.json();
    assert_eq!(info["data"]["equivalent_in_usd"], 12.34);
    let poor = [("x-api-key", "sandbox-no-credit")];
    let info = get(&app, "/piapi/account/info", &poor).await.json();
    assert_eq!(info["data"]["equivalent_in_usd"], 0.0);
}

#[tokio::test]
async fn only_waiting_tasks_can_be_cancelled() {
    let app = quick();
    let (id, _) = create(&app, &song("x")).await;
    let path = format!("{TASK}/{id}");
    let other = [("x-api-key", "sandbox-other")];
    let foreign = send(&app, Method::DELETE, &path, &other, Body::empty()).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let cancelled = send(&app, Method::DELETE, &path, &KEY, Body::empty()).await;
    assert_eq!(cancelled.status, StatusCode::OK);
    let polled = get(&app, &path, &KEY).await.json();
    assert_eq!(polled["data"]["status"], "failed");
    assert_eq!(polled["data"]["error"]["message"], "the task was cancelled");
    let (id, _) = create(&app, &song("x")).await;
    let path = format!("{TASK}/{id}");
    for _ in 0..2 {
        get(&app, &path, &KEY).await;
    }
    let late = send(&app, Method::DELETE, &path, &KEY, Body::empty()).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    let path = format!("{TASK}/unknown");
    assert_eq!(get(&app, &path, &KEY).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn triggers_refuse_or_end_a_task_badly() {
    for (trigger, status) in [
        ("model-gone", 400),
        ("spend-limit", 402),
        ("forbidden", 403),
        ("overloaded", 503),
        ("timeout", 504),
    ] {
        let asked = song(&format!("x [sandbox:{trigger}]"));
        let answer = post(&quick(), TASK, &KEY, &asked).await;
        assert_eq!(answer.status.as_u16(), status, "{trigger}");
    }
    let (_, created) = create(&quick(), &song("x [sandbox:error-in-200]")).await;
    assert_eq!(created["status"], "failed");
    let failed = polls(&song("x [sandbox:fail]")).await;
    assert_eq!(failed[2]["status"], "failed");
    assert_eq!(failed[2]["error"]["message"], "");
    assert!(
        failed[2]["logs"][1]
            .as_str()
            .is_some_and(|log| log.contains("memory"))
    );
    let blocked = polls(&song("x [sandbox:blocked]")).await;
    assert!(
        blocked[2]["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("policy"))
    );
    let empty = polls(&song("x [sandbox:empty]")).await;
    assert_eq!(empty[2]["output"]["songs"], json!([]));
    let malformed = polls(&ace("x [sandbox:malformed]")).await;
    assert_eq!(malformed[2]["output"], "not an object");
}
