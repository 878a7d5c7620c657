//! Drives endpoints on Modal as a client would: every payload, every form of result, calls that run
//! on, and proxy tokens.

use axum::Router;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick, send};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const TOKEN: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("modal-key", "wk-sandbox-CANARY-id"),
    ("modal-secret", "ws-sandbox-CANARY-secret"),
];

async fn ask(kind: &str, body: Value) -> Answer {
    post(&quick(), &format!("/modal/{kind}"), &JSON, &body).await
}

fn decoded(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a text");
    let encoded = text.split_once(";base64,").map_or(text, |(_, data)| data);
    STANDARD.decode(encoded).expect("base64")
}

fn picture_url() -> String {
    let picture = crate::media::picture::png("a reference", 64, 64);
    format!("data:image/png;base64,{}", STANDARD.encode(picture))
}

async fn load(url: &Value) -> Answer {
    let url = url.as_str().expect("a URL");
    let path = url.strip_prefix("http://sandbox.test").expect("own host");
    get(&quick(), path, &[]).await
}

#[tokio::test]
async fn pictures_of_the_route_payload_are_data_urls_in_the_size_of_their_ratio() {
    let body = json!({"prompt": "a fox", "aspect_ratio": "9:16", "resolution": "hd", "seed": 7});
    let answer = ask("image", body).await.json();
    assert_eq!(answer["width"], 928);
    let image = answer["image"].as_str().expect("a picture");
    assert!(image.starts_with("data:image/png;base64,"));
    let picture = image::load_from_memory(&decoded(&answer["image"])).expect("a PNG");
    assert_eq!((picture.width(), picture.height()), (928, 1664));
}

#[tokio::test]
async fn pictures_of_the_provider_payload_are_base64_in_a_list() {
    let body = json!({"prompt": "a fox", "width": 640, "height": 360, "guidance_scale": 7.5});
    let answer = ask("image", body).await.json();
    let picture = image::load_from_memory(&decoded(&answer["images"][0])).expect("a PNG");
    assert_eq!((picture.width(), picture.height()), (640, 360));
}

#[tokio::test]
async fn edits_need_pictures_that_decode() {
    let body = |picture: &str| json!({"prompt": "blue", "reference_images": [picture]});
    let answer = ask("image-edit", body(&picture_url())).await;
    assert!(decoded(&answer.json()["image"]).starts_with(b"\x89PNG"));
    let address = ask("image-edit", body("https://example.com/a.png")).await;
    assert_eq!(address.status, StatusCode::OK);
    let broken = ask("image-edit", body("data:image/png;base64,AAAA")).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    let provider = json!({"prompt": "blue", "image": picture_url(), "strength": 0.7});
    assert!(ask("image-edit", provider).await.json()["images"].is_array());
}

#[tokio::test]
async fn missing_fields_are_named_as_fastapi_does() {
    for (kind, body, field) in [
        ("image", json!({}), "prompt"),
        ("image-edit", json!({"prompt": "x"}), "reference_images"),
        (
            "image-edit/provider",
            json!({"prompt": "x", "reference_images": []}),
            "image",
        ),
        ("video", json!({"prompt": "x"}), "image_url"),
        ("tts", json!({"prompt": "x"}), "text"),
        ("music", json!({"title": "x"}), "prompt"),
        ("llm", json!({"messages": []}), "prompt"),
    ] {
        let answer = ask(kind, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        let detail = &answer.json()["detail"][0];
        assert_eq!(detail["loc"], json!(["body", field]), "{kind}");
        assert_eq!(detail["msg"], "Field required");
    }
    let body = json!({"prompt": "x"}).to_string();
    let untyped = send(&quick(), Method::POST, "/modal/image", &[], body).await;
    assert_eq!(untyped.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn sound_and_video_come_in_the_names_of_their_payload() {
    let speech = ask(
        "tts",
        json!({"text": "hello", "voice_id": "a", "language": "en"}),
    )
    .await;
    assert!(decoded(&speech.json()["audio"]).starts_with(b"RIFF"));
    let speech = json!({"text": "hello", "voice": "default", "output_format": "mp3"});
    let speech = ask("tts", speech).await.json();
    assert_eq!(speech["format"], "mp3");
    assert_eq!(
        decoded(&speech["audio_base64"]),
        crate::media::clips::SPEECH_MP3
    );
    let music = ask(
        "music",
        json!({"prompt": "rain", "instrumental": true, "title": "Rain"}),
    )
    .await;
    assert!(decoded(&music.json()["audio"]).starts_with(b"RIFF"));
    let music = ask("music", json!({"prompt": "rain", "duration": 30}))
        .await
        .json();
    assert!(music["audio_base64"].is_string());
    let film = json!({"prompt": "go", "image_url": "https://example.com/a.png"});
    let film = ask("video", film).await.json();
    assert_eq!(&decoded(&film["video"])[4..8], b"ftyp");
    let film = json!({"prompt": "go", "image": picture_url(), "fps": 24});
    assert!(ask("video", film).await.json()["video_base64"].is_string());
    let text = ask("llm", json!({"prompt": "a fox", "max_tokens": 4}))
        .await
        .json();
    assert_eq!(
        text["response"].as_str().map(|text| text.chars().count()),
        Some(16)
    );
}

#[tokio::test]
async fn the_form_of_a_result_is_chosen_by_path_or_trigger() {
    let body = |words: &str| json!({"prompt": format!("a fox {words}"), "aspect_ratio": "1:1"});
    for (path, words) in [("image/raw", ""), ("image", "[sandbox:raw]")] {
        let answer = ask(path, body(words)).await;
        assert_eq!(answer.header("content-type"), "image/png");
        assert!(answer.body.starts_with(b"\x89PNG"));
    }
    let bare = ask("llm/raw", json!({"prompt": "a fox"})).await.json();
    assert!(bare.as_str().is_some_and(|text| text.contains("a fox")));
    for (path, words) in [("image/url", ""), ("image", "[sandbox:url]")] {
        let answer = ask(path, body(words)).await.json();
        let file = load(&answer["imageUrl"]).await;
        let picture = image::load_from_memory(&file.body).expect("a PNG");
        assert_eq!(picture.width(), 1328);
    }
    let plain = ask("image/base64", body("")).await.json();
    assert!(
        !plain["image"]
            .as_str()
            .expect("a text")
            .starts_with("data:")
    );
    let speech = ask("tts/data-url", json!({"text": "x", "voice_id": "a"}))
        .await
        .json();
    let speech = speech["audio"].as_str().expect("a text");
    assert!(
        speech.starts_with("data:audio/mpeg;base64,UklGR"),
        "{speech:.40}"
    );
    let speech = ask("tts/url", json!({"text": "x", "voice": "a"}))
        .await
        .json();
    assert_eq!(
        load(&speech["audio_url"]).await.header("content-type"),
        "audio/mpeg"
    );
    let film = json!({"prompt": "x [sandbox:url]", "image_url": "https://example.com/a.png"});
    let film = ask("video", film).await.json();
    assert_eq!(
        load(&film["videoUrl"]).await.header("content-type"),
        "video/mp4"
    );
}

#[tokio::test]
async fn the_published_examples_answer_with_bytes() {
    let app = quick();
    let picture = get(&app, "/modal/image?prompt=a%20fox&seed=3", &[]).await;
    assert_eq!(picture.header("content-type"), "image/png");
    let missing = get(&app, "/modal/image", &[]).await;
    assert_eq!(
        missing.json()["detail"][0]["loc"],
        json!(["query", "prompt"])
    );
    let speech = send(
        &app,
        Method::POST,
        "/modal/tts?prompt=hello",
        &[],
        Body::empty(),
    )
    .await;
    assert_eq!(speech.header("content-type"), "audio/wav");
    assert!(speech.body.starts_with(b"RIFF"));
    let form = |field: &str| {
        let mut body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"a.png\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(&crate::media::picture::png("a", 8, 8));
        body.extend_from_slice(b"\r\n--edge--\r\n");
        body
    };
    let typed = [("content-type", "multipart/form-data; boundary=edge")];
    let path = "/modal/video?prompt=go&num_frames=25";
    let film = send(&app, Method::POST, path, &typed, form("image_bytes")).await;
    assert_eq!(film.header("content-type"), "video/mp4");
    let wrong = send(&app, Method::POST, path, &typed, form("picture")).await;
    assert_eq!(
        wrong.json()["detail"][0]["loc"],
        json!(["body", "image_bytes"])
    );
    let path = "/modal/image-edit?prompt=blue";
    let edited = send(&app, Method::POST, path, &typed, form("image")).await;
    assert_eq!(edited.header("content-type"), "image/png");
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = answer.header("location");
    let path = location.strip_prefix("http://sandbox.test");
    path.expect("the same origin").to_owned()
}

async fn follow(app: &Router, first: &Answer) -> Answer {
    let path = location(first);
    assert!(path.contains("__modal_function_call_id=fc-"));
    let second = get(app, &path, &[]).await;
    assert_eq!(location(&second), path);
    get(app, &path, &[]).await
}

#[tokio::test]
async fn a_cold_start_answers_303_twice_and_then_again_and_again_the_result() {
    let app = quick();
    for word in ["cold", "slow"] {
        let body = json!({"prompt": format!("x [sandbox:{word}]"), "aspect_ratio": "1:1"});
        let first = post(&app, "/modal/image/raw", &JSON, &body).await;
        let result = follow(&app, &first).await;
        assert_eq!(result.header("content-type"), "image/png");
        let again = get(&app, &location(&first), &[]).await;
        assert_eq!(again.body, result.body);
        let elsewhere = location(&first).replace("/image/raw", "/image");
        assert_eq!(
            get(&app, &elsewhere, &[]).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let body = json!({"prompt": "x [sandbox:cold] [sandbox:fail]"});
    let first = post(&app, "/modal/llm", &JSON, &body).await;
    let result = follow(&app, &first).await;
    assert_eq!(result.status, StatusCode::INTERNAL_SERVER_ERROR);
    let path = "/modal/llm?__modal_function_call_id=fc-unknown";
    let unknown = get(&app, path, &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text().starts_with("modal-http: "));
}

#[tokio::test]
async fn a_query_stays_in_the_address_of_a_running_call() {
    let app = quick();
    let first = get(&app, "/modal/image?prompt=x%20[sandbox:cold]&seed=3", &[]).await;
    let path = location(&first);
    assert!(path.contains("?prompt=x%20[sandbox:cold]&seed=3&__modal_function_call_id=fc-"));
    assert_eq!(
        follow(&app, &first).await.header("content-type"),
        "image/png"
    );
}

#[tokio::test]
async fn a_redirect_can_lead_elsewhere() {
    let answer = ask("llm", json!({"prompt": "x [sandbox:elsewhere]"})).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer
            .header("location")
            .starts_with("http://127.0.0.1:9/modal/llm?")
    );
}

#[tokio::test]
async fn what_is_not_deployed_is_told_by_modal_itself() {
    let answer = ask("llm", json!({"prompt": "x [sandbox:not-deployed]"})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().starts_with("modal-http: "));
    for path in [
        "/modal/other",
        "/modal/image/other",
        "/modal/image/v1/models",
    ] {
        let answer = send(&quick(), Method::OPTIONS, path, &[], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_probe_reaches_no_app() {
    for path in [
        "/modal/image",
        "/modal/llm",
        "/modal/llm/v1/chat/completions",
    ] {
        let answer = send(&quick(), Method::OPTIONS, path, &[], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(get(&quick(), "/modal/music", &[]).await.status, 405);
}

#[tokio::test]
async fn proxy_tokens_are_asked_for_and_never_shown() {
    let app = quick();
    let body = json!({"prompt": "a fox"});
    let path = "/modal-protected/llm";
    let refused = |key: &'static str, secret: &'static str| {
        let app = app.clone();
        async move {
            let headers = [("modal-key", key), ("modal-secret", secret)];
            get(&app, "/modal-protected/llm/health", &headers).await
        }
    };
    let missing = post(&app, path, &JSON, &body).await;
    assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
    let text = "modal-http: missing credentials for proxy authorization";
    assert_eq!(missing.text(), text);
    for (key, secret, status) in [
        ("wk-sandbox-a", "ws-sandbox-a", 200),
        ("ak-sandbox-a", "as-sandbox-a", 401),
        ("wk-sandbox-a", "as-sandbox-a", 401),
        ("wk-other", "ws-sandbox-a", 401),
        ("wk-sandbox-a", "", 401),
        ("wk-sandbox-no-credit", "ws-sandbox-a", 402),
        ("wk-sandbox-rate-limited", "ws-sandbox-a", 429),
        ("wk-sandbox-down", "ws-sandbox-a", 503),
    ] {
        let answer = refused(key, secret).await;
        assert_eq!(answer.status.as_u16(), status, "{key} {secret}");
    }
    assert_eq!(post(&app, path, &TOKEN, &body).await.status, StatusCode::OK);
    get(&app, "/modal/llm/ws-sandbox-CANARY-secret", &[]).await;
    let journal = get(&app, "/__journal", &[]).await.text();
    assert!(
        journal.contains("modal-secret") && !journal.contains("CANARY"),
        "{journal}"
    );
}

#[tokio::test]
async fn a_language_model_behind_vllm_chats_whole_and_in_pieces() {
    let app = quick();
    let path = "/modal/llm/v1/chat/completions";
    let mut body = json!({"model": "llm", "messages": [{"role": "user", "content": "a fox"}]});
    let whole = post(&app, path, &JSON, &body).await.json();
    let text = whole["choices"][0]["message"]["content"]
        .as_str()
        .expect("a text");
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let streamed = post(&app, path, &JSON, &body).await;
    assert!(streamed.text().ends_with("data: [DONE]\n\n"));
    let events = streamed.events();
    let joined: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(joined, text);
    assert_eq!(
        events.last().map(|event| event["usage"].is_object()),
        Some(true)
    );
    body["messages"][0]["content"] = json!("x [sandbox:stream-error]");
    let broken = post(&app, path, &JSON, &body).await.events();
    assert_eq!(
        broken.last().map(|event| event["error"]["code"].clone()),
        Some(json!(500))
    );
    body["model"] = json!("unknown");
    assert_eq!(
        post(&app, path, &JSON, &body).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        get(&app, "/modal/llm/v1/models", &[]).await.json()["data"][0]["id"],
        "llm"
    );
    assert_eq!(
        get(&app, "/modal/llm/health", &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn triggers_make_endpoints_fail() {
    for (trigger, status) in [
        ("blocked", 400),
        ("model-gone", 404),
        ("fail", 500),
        ("overloaded", 503),
        ("timeout", 504),
        ("forbidden", 403),
        ("spend-limit", 402),
        ("too-large", 413),
        ("error-in-200", 200),
        ("malformed", 200),
        ("empty", 200),
    ] {
        let body = json!({"prompt": format!("x [sandbox:{trigger}]"), "width": 64, "height": 64});
        let answer = ask("image", body).await;
        assert_eq!(answer.status.as_u16(), status, "{trigger}");
        match trigger {
            "error-in-200" => assert!(answer.json()["error"].is_string()),
            "malformed" => assert!(serde_json::from_slice::<Value>(&answer.body).is_err()),
            "empty" => assert_eq!(answer.json()["images"], json!([])),
            _ => {}
        }
    }
}
