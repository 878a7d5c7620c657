//! Drives the KIE routes as a client would.

mod dedicated;
mod uploads;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::testing::{Answer, HOST, get, post, quick, send};

const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-key")];

async fn post_as(app: &Router, key: &str, path: &str, body: &Value) -> Value {
    let authorization = format!("Bearer {key}");
    let answer = post(app, path, &[("authorization", &authorization)], body).await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "KIE answers 200 whatever happened"
    );
    answer.json()
}

async fn create(app: &Router, body: &Value) -> Value {
    post_as(app, "sandbox-key", "/kie/api/v1/jobs/createTask", body).await
}

fn clip(prompt: &str) -> Value {
    json!({"model": "grok-imagine/text-to-video",
        "input": {"prompt": prompt, "aspect_ratio": "9:16", "duration": "6", "resolution": "480p"}})
}

fn song(prompt: &str) -> Value {
    json!({"prompt": prompt, "customMode": false, "instrumental": true, "model": "V5",
        "callBackUrl": "https://example.com/cb"})
}

async fn poll(app: &Router, path: &str) -> Value {
    get(app, path, &KEY).await.json()["data"].clone()
}

/// Creates a task and polls it three times.
async fn finish(app: &Router, create: &str, record: &str, body: &Value) -> Vec<Value> {
    let created = post_as(app, "sandbox-key", create, body).await;
    let id = created["data"]["taskId"]
        .as_str()
        .unwrap_or_else(|| panic!("{created}"));
    let path = format!("{record}?taskId={id}");
    let mut polls = Vec::new();
    for _ in 0..3 {
        polls.push(poll(app, &path).await);
    }
    polls
}

async fn finish_market(body: &Value) -> Vec<Value> {
    finish(
        &quick(),
        "/kie/api/v1/jobs/createTask",
        "/kie/api/v1/jobs/recordInfo",
        body,
    )
    .await
}

async fn finish_song(body: &Value) -> Vec<Value> {
    finish(
        &quick(),
        "/kie/api/v1/generate",
        "/kie/api/v1/generate/record-info",
        body,
    )
    .await
}

async fn download(app: &Router, url: &str) -> Answer {
    let path = url
        .strip_prefix(&format!("http://{HOST}"))
        .expect("a URL of this server");
    get(app, path, &[]).await
}

fn result_urls(record: &Value) -> Vec<String> {
    let text = record["resultJson"].as_str().expect("a string");
    let result: Value = serde_json::from_str(text).expect("JSON in the string");
    result["resultUrls"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|url| url.as_str().expect("a URL").to_owned())
        .collect()
}

#[tokio::test]
async fn a_clip_is_waited_for_and_downloaded_without_a_key() {
    let app = quick();
    let polls = finish(
        &app,
        "/kie/api/v1/jobs/createTask",
        "/kie/api/v1/jobs/recordInfo",
        &clip("A fox"),
    )
    .await;
    let states: Vec<_> = polls
        .iter()
        .map(|poll| poll["state"].as_str().expect("a state"))
        .collect();
    assert_eq!(states, ["waiting", "generating", "success"]);
    assert_eq!(polls[0]["resultJson"], "");
    assert_eq!(polls[0]["completeTime"], Value::Null);
    assert_eq!(polls[2]["creditsConsumed"], 9.6);
    let param: Value =
        serde_json::from_str(polls[2]["param"].as_str().expect("text")).expect("JSON");
    assert!(param["input"].is_string());
    let url = &result_urls(&polls[2])[0];
    let file = download(&app, url).await;
    assert_eq!(file.header("content-type"), "video/mp4");
    assert_eq!(&file.body[4..8], b"ftyp");
    let path = url.strip_prefix(&format!("http://{HOST}")).expect("own");
    let part = get(&app, path, &[("range", "bytes=0-99")]).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, file.body.slice(..100));
}

#[tokio::test]
async fn pictures_of_the_market_decode() {
    let app = quick();
    let body = json!({"model": "seedream/4.5-text-to-image",
        "input": {"prompt": "A fox", "aspect_ratio": "16:9", "quality": "basic"}});
    let polls = finish(
        &app,
        "/kie/api/v1/jobs/createTask",
        "/kie/api/v1/jobs/recordInfo",
        &body,
    )
    .await;
    let urls = result_urls(&polls[2]);
    let file = download(&app, &urls[0]).await;
    let picture = image::load_from_memory(&file.body).expect("a PNG");
    assert_eq!((picture.width(), picture.height()), (2752, 1536));
    let grok =
        finish_market(&json!({"model": "grok-imagine/text-to-image", "input": {"prompt": "x"}}))
            .await;
    assert_eq!(result_urls(&grok[2]).len(), 6);
}

#[tokio::test]
async fn voices_of_the_market_are_mp3() {
    let app = quick();
    let body = json!({"model": "elevenlabs/text-to-speech-multilingual-v2",
        "input": {"text": "Hello", "voice": "Rachel"}});
    let polls = finish(
        &app,
        "/kie/api/v1/jobs/createTask",
        "/kie/api/v1/jobs/recordInfo",
        &body,
    )
    .await;
    let file = download(&app, &result_urls(&polls[2])[0]).await;
    assert_eq!(file.header("content-type"), "audio/mpeg");
}

#[tokio::test]
async fn unknown_tasks_and_those_of_others_are_not_shown() {
    let app = quick();
    let created = create(&app, &clip("A fox")).await;
    let id = created["data"]["taskId"].as_str().expect("an id");
    let path = format!("/kie/api/v1/jobs/recordInfo?taskId={id}");
    let other = get(&app, &path, &[("authorization", "Bearer sandbox-other")])
        .await
        .json();
    let unknown = get(&app, "/kie/api/v1/jobs/recordInfo?taskId=none", &KEY)
        .await
        .json();
    let expected = json!({"code": 422, "msg": "recordInfo is null", "data": null});
    assert_eq!(other, expected);
    assert_eq!(unknown, expected);
    let missing = get(&app, "/kie/api/v1/jobs/recordInfo", &KEY).await.json();
    assert_eq!(missing["code"], 400);
    let song = get(&app, "/kie/api/v1/generate/record-info?taskId=none", &KEY)
        .await
        .json();
    assert_eq!(song, json!({"code": 200, "msg": "success", "data": null}));
    let veo = get(&app, "/kie/api/v1/veo/record-info?taskId=none", &KEY)
        .await
        .json();
    assert_eq!(veo["msg"], "Record does not exist");
}

#[tokio::test]
async fn keys_are_refused_inside_http_200() {
    let app = quick();
    let path = "/kie/api/v1/jobs/createTask";
    let missing = post(&app, path, &[], &clip("x")).await;
    assert_eq!(missing.status, StatusCode::OK);
    assert_eq!(
        missing.json(),
        json!({"code": 401, "msg": "You do not have access permissions"})
    );
    for (key, code) in [
        ("wrong", 401),
        ("sandbox-no-credit", 402),
        ("sandbox-rate-limited", 429),
        ("sandbox-down", 455),
        ("sandbox-slow", 200),
    ] {
        assert_eq!(
            post_as(&app, key, path, &clip("x")).await["code"],
            code,
            "{key}"
        );
        let suno = post_as(&app, key, "/kie/api/v1/generate", &song("x")).await;
        assert_eq!(suno["code"], code, "{key}");
    }
    let credit = get(&app, "/kie/api/v1/chat/credit", &KEY).await.json();
    assert_eq!(credit["data"], 5916.25);
    let empty = [("authorization", "Bearer sandbox-no-credit")];
    assert_eq!(
        get(&app, "/kie/api/v1/chat/credit", &empty).await.json()["data"],
        0.0
    );
}

#[tokio::test]
async fn inputs_are_checked_against_the_schema_of_their_model() {
    let app = quick();
    let https = "https://example.com/a.png";
    for (model, input, message) in [
        ("none/none", json!({}), "not supported"),
        (
            "kling-2.6/image-to-video",
            json!({"prompt": "x", "sound": false, "duration": "5"}),
            "image_urls is required",
        ),
        (
            "kling-2.6/image-to-video",
            json!({"prompt": "x", "sound": false, "duration": "7", "image_urls": [https]}),
            "duration is not",
        ),
        (
            "kling-2.6/text-to-video",
            json!({"prompt": "x", "sound": "no", "duration": "5", "aspect_ratio": "1:1"}),
            "sound must be",
        ),
        (
            "hailuo/2-3-image-to-video-pro",
            json!({"prompt": "x"}),
            "image_url is required",
        ),
        (
            "wan/2-6-image-to-video",
            json!({"prompt": "", "image_urls": [https]}),
            "prompt is required",
        ),
        (
            "bytedance/seedance-1.5-pro",
            json!({"prompt": "a fox"}),
            "aspect_ratio is required",
        ),
        (
            "seedream/4.5-text-to-image",
            json!({"prompt": "x".repeat(3001), "aspect_ratio": "1:1", "quality": "basic"}),
            "maximum length",
        ),
        (
            "grok-imagine/image-to-video",
            json!({"prompt": "x"}),
            "image_urls or task_id",
        ),
        (
            "grok-imagine/image-to-video",
            json!({"image_urls": [https], "duration": "31"}),
            "duration",
        ),
        (
            "elevenlabs/text-to-speech-multilingual-v2",
            json!({"text": "x", "voice": "Nobody"}),
            "voice is not",
        ),
        (
            "sora-2-text-to-video",
            json!({"prompt": "x"}),
            "not supported",
        ),
    ] {
        let answer = create(&app, &json!({"model": model, "input": input})).await;
        assert_eq!(answer["code"], 422, "{model}: {answer}");
        assert!(
            answer["msg"]
                .as_str()
                .is_some_and(|text| text.contains(message)),
            "{answer}"
        );
    }
    for body in [json!({}), json!({"model": "z-image"})] {
        assert_eq!(create(&app, &body).await["code"], 422);
    }
    let broken = send(&app, Method::POST, "/kie/api/v1/jobs/createTask", &KEY, "{").await;
    assert_eq!(broken.json()["code"], 400);
}

#[tokio::test]
async fn pictures_must_be_public_or_uploaded_here() {
    let app = quick();
    let upload = json!({"base64Data": "data:image/png;base64,iVBORw0KGgo=", "fileName": "a.png", "uploadPath": "x"});
    let uploaded = post_as(
        &app,
        "sandbox-key",
        "/kie-upload/api/file-base64-upload",
        &upload,
    )
    .await;
    let own = uploaded["data"]["downloadUrl"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let gone = format!("http://{HOST}/kie-upload/files/none/a.png");
    for (url, code) in [
        ("https://example.com/a.png", 200),
        (own.as_str(), 200),
        (gone.as_str(), 451),
        ("http://example.com/a.png", 422),
        ("data:image/png;base64,iVBORw0KGgo=", 422),
        ("no url", 422),
        ("https://127.0.0.1/a.png", 451),
        ("https://10.0.0.1/a.png", 451),
    ] {
        let body = json!({"model": "grok-imagine/image-to-video", "input": {"image_urls": [url], "prompt": "x"}});
        assert_eq!(create(&app, &body).await["code"], code, "{url}");
    }
}

#[tokio::test]
async fn triggers_end_tasks_badly() {
    let fail = finish_market(&clip("x [sandbox:fail]")).await;
    assert_eq!(fail[2]["state"], "fail");
    assert_eq!(fail[2]["failCode"], "500");
    assert_eq!(fail[2]["resultJson"], "");
    let blocked = finish_market(&clip("x [sandbox:blocked]")).await;
    assert!(
        blocked[2]["failMsg"]
            .as_str()
            .is_some_and(|text| text.contains("content policy"))
    );
    let malformed = finish_market(&clip("x [sandbox:malformed]")).await;
    assert_eq!(malformed[2]["state"], "success");
    let text = malformed[2]["resultJson"].as_str().expect("text");
    assert!(serde_json::from_str::<Value>(text).is_err());
    let empty = finish_market(&clip("x [sandbox:empty]")).await;
    assert!(result_urls(&empty[2]).is_empty());
    let app = quick();
    for (trigger, code) in [
        ("model-gone", 422),
        ("error-in-200", 500),
        ("overloaded", 455),
        ("timeout", 408),
        ("forbidden", 505),
        ("spend-limit", 433),
        ("too-large", 422),
    ] {
        let answer = create(&app, &clip(&format!("x [sandbox:{trigger}]"))).await;
        assert_eq!(answer["code"], code, "{trigger}");
    }
}
