//! Drives the Gemini routes as a client would.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, get, post, quick};

const MODELS: &str = "/gemini/v1beta/models";
const KEY: [(&str, &str); 1] = [("x-goog-api-key", "sandbox-key")];

async fn call_as(app: &Router, key: &str, call: &str, body: &Value) -> Answer {
    post(
        app,
        &format!("{MODELS}/{call}"),
        &[("x-goog-api-key", key)],
        body,
    )
    .await
}

async fn call(call: &str, body: &Value) -> Answer {
    call_as(&quick(), "sandbox-key", call, body).await
}

fn asking(prompt: &str) -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": prompt}]}]})
}

fn picture_of(prompt: &str, config: Value) -> Value {
    json!({"contents": [{"parts": [{"text": prompt}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": config}})
}

fn speech_of(text: &str) -> Value {
    json!({"contents": [{"parts": [{"text": text}]}], "generationConfig": {
        "responseModalities": ["AUDIO"],
        "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}}})
}

fn inline(body: &Value) -> (String, Vec<u8>) {
    let parts = body["candidates"][0]["content"]["parts"]
        .as_array()
        .expect("parts");
    let data = parts
        .iter()
        .find_map(|part| part.get("inlineData"))
        .expect("inline data");
    let bytes = STANDARD
        .decode(data["data"].as_str().expect("base64"))
        .expect("base64");
    (data["mimeType"].as_str().expect("a type").to_owned(), bytes)
}

#[tokio::test]
async fn text_quotes_the_prompt_and_counts_thoughts_beside_the_answer() {
    let body = call("gemini-3.8-flash:generateContent", &asking("A fox"))
        .await
        .json();
    let candidate = &body["candidates"][0];
    assert_eq!(candidate["finishReason"], "STOP");
    assert!(
        candidate["content"]["parts"][0]["text"]
            .as_str()
            .is_some_and(|text| text.contains("A fox"))
    );
    let usage = &body["usageMetadata"];
    let count = |name: &str| usage[name].as_u64().expect("a count");
    assert!(count("thoughtsTokenCount") > 0);
    assert_eq!(
        count("totalTokenCount"),
        count("promptTokenCount") + count("candidatesTokenCount") + count("thoughtsTokenCount")
    );
    assert_eq!(body["modelVersion"], "gemini-3.8-flash");
}

#[tokio::test]
async fn both_forms_of_a_stream_tell_the_unary_text() {
    let unary = call("gemini-3.8-flash:generateContent", &asking("A fox"))
        .await
        .json();
    let text = |chunks: &[Value]| -> String {
        chunks
            .iter()
            .filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str())
            .collect()
    };
    let events = call(
        "gemini-3.8-flash:streamGenerateContent?alt=sse",
        &asking("A fox"),
    )
    .await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let events = events.events();
    assert!(events.len() > 2);
    assert_eq!(text(&events), text(std::slice::from_ref(&unary)));
    let last = events.last().expect("chunks");
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert_eq!(last["usageMetadata"], unary["usageMetadata"]);
    let array = call("gemini-3.8-flash:streamGenerateContent", &asking("A fox"))
        .await
        .json();
    assert_eq!(text(array.as_array().expect("an array")), text(&events));
}

#[tokio::test]
async fn json_answers_follow_the_schema() {
    let mut body = asking("A fox");
    body["generationConfig"] = json!({"responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object", "properties": {"mood": {"enum": ["calm"]}}}});
    let answer = call("gemini-3.8-flash:generateContent", &body).await.json();
    assert_eq!(
        answer["candidates"][0]["content"]["parts"][0]["text"],
        "{\"mood\":\"calm\"}"
    );
}

#[tokio::test]
async fn pictures_decode_in_the_size_asked_for() {
    for (model, config, size) in [
        (
            "gemini-3-pro-image",
            json!({"aspectRatio": "16:9", "imageSize": "2K"}),
            (2752, 1536),
        ),
        ("gemini-3-pro-image", json!({}), (1024, 1024)),
        (
            "gemini-2.5-flash-image",
            json!({"aspectRatio": "9:16"}),
            (768, 1376),
        ),
        (
            "gemini-3.1-flash-image",
            json!({"aspectRatio": "1:1", "imageSize": "512"}),
            (512, 512),
        ),
    ] {
        let body = call(
            &format!("{model}:generateContent"),
            &picture_of("A fox", config),
        )
        .await
        .json();
        let (mime, bytes) = inline(&body);
        assert_eq!(mime, "image/png");
        let picture = image::load_from_memory(&bytes).expect("a PNG");
        assert_eq!((picture.width(), picture.height()), size);
        assert_eq!(
            body["usageMetadata"]["candidatesTokensDetails"][0]["modality"],
            "IMAGE"
        );
    }
}

#[tokio::test]
async fn picture_settings_that_a_model_lacks_are_refused() {
    for (model, config) in [
        ("gemini-2.5-flash-image", json!({"imageSize": "2K"})),
        ("gemini-3-pro-image", json!({"imageSize": "2k"})),
        ("gemini-3-pro-image", json!({"aspectRatio": "1:8"})),
        ("gemini-3.8-flash", json!({})),
    ] {
        let answer = call(
            &format!("{model}:generateContent"),
            &picture_of("A fox", config),
        )
        .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{model}");
        assert_eq!(
            answer.json()["error"]["status"],
            "INVALID_ARGUMENT",
            "{model}"
        );
    }
}

#[tokio::test]
async fn speech_is_wav_when_unary_and_pcm_when_streamed_or_old() {
    let text = "Once upon a time there was a fox.";
    let body = call("gemini-3.8-flash-tts:generateContent", &speech_of(text))
        .await
        .json();
    let (mime, wav) = inline(&body);
    assert_eq!(mime, "audio/wav");
    assert_eq!(&wav[..4], b"RIFF");
    assert_eq!(
        body["usageMetadata"]["candidatesTokensDetails"][0]["modality"],
        "AUDIO"
    );
    let old = call(
        "gemini-2.5-flash-preview-tts:generateContent",
        &speech_of(text),
    )
    .await
    .json();
    let (mime, pcm) = inline(&old);
    assert_eq!(mime, "audio/L16;codec=pcm;rate=24000");
    assert_eq!(pcm, wav[44..]);
    let streamed = call(
        "gemini-3.8-flash-tts:streamGenerateContent?alt=sse",
        &speech_of(text),
    )
    .await;
    let joined: Vec<u8> = streamed
        .events()
        .iter()
        .flat_map(|event| inline(event).1)
        .collect();
    assert_eq!(joined, pcm);
}

#[tokio::test]
async fn speech_settings_are_checked() {
    let tts = "gemini-3.8-flash-tts:generateContent";
    let mut voice = speech_of("Hello");
    voice["generationConfig"]["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"] =
        json!("Nobody");
    let mut warm = speech_of("Hello");
    warm["generationConfig"]["temperature"] = json!(0.5);
    let long = speech_of(&"a".repeat(40_000));
    for body in [voice, warm, long, asking("Hello")] {
        let answer = call(tts, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }
}

#[tokio::test]
async fn keys_are_refused_in_googles_words() {
    let app = quick();
    let call = "gemini-3.8-flash:generateContent";
    let missing = post(&app, &format!("{MODELS}/{call}"), &[], &asking("x")).await;
    assert_eq!(missing.status, StatusCode::FORBIDDEN);
    assert_eq!(missing.json()["error"]["status"], "PERMISSION_DENIED");
    let bad = call_as(&app, "AIza-wrong", call, &asking("x")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        bad.json()["error"]["details"][0]["reason"],
        "API_KEY_INVALID"
    );
    let empty = call_as(&app, "sandbox-no-credit", call, &asking("x")).await;
    assert_eq!(empty.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(empty.text().contains("prepayment credits are depleted"));
    let limited = call_as(&app, "sandbox-rate-limited", call, &asking("x")).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.json()["error"]["details"][1]["retryDelay"], "2s");
    let down = call_as(&app, "sandbox-down", call, &asking("x")).await;
    assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE);
    let slow = call_as(&app, "sandbox-slow", call, &asking("x")).await;
    assert_eq!(slow.status, StatusCode::OK);
}

#[tokio::test]
async fn google_alone_takes_a_key_from_the_query() {
    let path = format!("{MODELS}/gemini-3.8-flash:generateContent?key=sandbox-key");
    let answer = post(&quick(), &path, &[], &asking("x")).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn unusable_bodies_get_invalid_argument() {
    for body in [
        json!({}),
        json!({"contents": []}),
        json!({"contents": [{"parts": []}]}),
        json!({"contents": [{"role": "king", "parts": [{"text": "x"}]}]}),
        json!({"contents": [{"parts": [{"text": "x"}]}], "prompt": "x"}),
        json!({"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {"responseFormat": {}}}),
        json!({"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {"maxOutputTokens": 0}}),
        json!({"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {"responseMimeType": "text/xml"}}),
    ] {
        let answer = call("gemini-3.8-flash:generateContent", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(
            answer.json()["error"]["status"],
            "INVALID_ARGUMENT",
            "{body}"
        );
    }
    let broken = crate::testing::send(
        &quick(),
        http::Method::POST,
        &format!("{MODELS}/gemini-3.8-flash:generateContent"),
        &KEY,
        "{",
    )
    .await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn snake_case_names_are_understood() {
    let mut body = asking("A fox");
    body["generation_config"] = json!({"max_output_tokens": 5});
    let answer = call("gemini-3.8-flash:generateContent", &body).await.json();
    assert_eq!(answer["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(answer["usageMetadata"]["candidatesTokenCount"], 5);
}

#[tokio::test]
async fn unknown_and_shut_down_models_are_not_found() {
    for model in ["gemini-3-pro-image-preview", "gemini-2.0-flash", "none"] {
        let answer = call(&format!("{model}:generateContent"), &asking("x")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{model}");
        let array = call(&format!("{model}:streamGenerateContent"), &asking("x")).await;
        assert_eq!(array.json()[0]["error"]["status"], "NOT_FOUND", "{model}");
    }
    let method = call("gemini-3.8-flash:dance", &asking("x")).await;
    assert_eq!(method.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn triggers_with_a_status_give_it() {
    for (trigger, code, status) in [
        ("model-gone", 404, "NOT_FOUND"),
        ("forbidden", 403, "PERMISSION_DENIED"),
        ("spend-limit", 429, "RESOURCE_EXHAUSTED"),
        ("too-large", 400, "INVALID_ARGUMENT"),
        ("timeout", 504, "DEADLINE_EXCEEDED"),
        ("overloaded", 503, "UNAVAILABLE"),
        ("fail", 500, "INTERNAL"),
        ("stream-error", 500, "INTERNAL"),
    ] {
        let prompt = format!("x [sandbox:{trigger}]");
        let answer = call("gemini-3.8-flash:generateContent", &asking(&prompt)).await;
        assert_eq!(answer.status.as_u16(), code, "{trigger}");
        assert_eq!(answer.json()["error"]["status"], status, "{trigger}");
    }
}

#[tokio::test]
async fn triggers_inside_a_200_break_the_success() {
    let text = "gemini-3.8-flash:generateContent";
    let blocked = call(text, &asking("[sandbox:blocked]")).await;
    assert_eq!(blocked.status, StatusCode::OK);
    assert_eq!(
        blocked.json()["promptFeedback"]["blockReason"],
        "PROHIBITED_CONTENT"
    );
    assert!(blocked.json().get("candidates").is_none());
    let nothing = call(text, &asking("[sandbox:error-in-200]")).await.json();
    assert!(nothing.get("candidates").is_none() && nothing.get("promptFeedback").is_none());
    let safety = call(text, &asking("[sandbox:output-blocked]")).await.json();
    assert_eq!(safety["candidates"][0]["finishReason"], "SAFETY");
    let picture = picture_of("[sandbox:empty]", json!({}));
    let no_image = call("gemini-3-pro-image:generateContent", &picture)
        .await
        .json();
    assert_eq!(no_image["candidates"][0]["finishReason"], "NO_IMAGE");
    let truncated = call(text, &asking("[sandbox:truncated]")).await.json();
    assert_eq!(truncated["candidates"][0]["finishReason"], "MAX_TOKENS");
    let malformed = call(text, &asking("[sandbox:malformed]")).await;
    assert_eq!(malformed.status, StatusCode::OK);
    assert!(serde_json::from_slice::<Value>(&malformed.body).is_err());
    let stream = "gemini-3.8-flash:streamGenerateContent?alt=sse";
    let events = call(stream, &asking("[sandbox:stream-error]"))
        .await
        .events();
    assert_eq!(events.last().expect("events")["error"]["code"], 500);
}

#[tokio::test]
async fn models_are_listed_in_pages_and_free() {
    let app = quick();
    assert_eq!(get(&app, MODELS, &[]).await.status, StatusCode::FORBIDDEN);
    let first = get(
        &app,
        &format!("{MODELS}?pageSize=1"),
        &[("x-goog-api-key", "sandbox-no-credit")],
    )
    .await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.json()["models"][0]["name"], "models/gemini-3.8-flash");
    let mut seen = 0;
    let mut token = String::new();
    loop {
        let page = get(
            &app,
            &format!("{MODELS}?pageSize=10&pageToken={token}"),
            &KEY,
        )
        .await
        .json();
        seen += page["models"].as_array().map_or(0, Vec::len);
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    let all = get(&app, MODELS, &KEY).await.json();
    assert_eq!(all["models"].as_array().map(Vec::len), Some(seen));
    let one = get(&app, &format!("{MODELS}/gemini-3-pro-image"), &KEY)
        .await
        .json();
    assert_eq!(one["displayName"], "Nano Banana Pro");
}

#[tokio::test]
async fn both_versions_of_the_api_are_served() {
    let app = quick();
    let path = "/gemini/v1/models/gemini-3.8-flash:generateContent";
    assert_eq!(
        post(&app, path, &KEY, &asking("x")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        get(&app, "/gemini/v1/models", &KEY).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn tokens_can_be_counted() {
    let body = call("gemini-3.8-flash:countTokens", &asking("12345678"))
        .await
        .json();
    assert_eq!(body["totalTokens"], 2);
}
