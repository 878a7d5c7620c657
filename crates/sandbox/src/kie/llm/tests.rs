//! Drives KIE's chat endpoints as a client would.

use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{Answer, post, quick};

const GEMINI: &str = "/kie/gemini-3-flash/v1/chat/completions";
const CLAUDE: &str = "/kie/claude/v1/messages";
const CODEX: &str = "/kie/codex/v1/responses";
const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-key")];

/// A request to each endpoint that asks for the whole answer at once.
fn requests(prompt: &str) -> [(&'static str, Value); 3] {
    let parts = json!([{"role": "user", "content": [{"type": "text", "text": prompt}]}]);
    let plain = json!([{"role": "user", "content": prompt}]);
    [
        (GEMINI, json!({"messages": parts, "stream": false})),
        (
            CLAUDE,
            json!({"model": "claude-sonnet-4-6", "messages": plain, "stream": false,
                "max_tokens": 4096, "thinkingFlag": false}),
        ),
        (
            CODEX,
            json!({"model": "gpt-5-4", "input": prompt, "stream": false}),
        ),
    ]
}

fn streamed(mut body: Value) -> Value {
    body.as_object_mut().expect("an object").remove("stream");
    body
}

fn text_of(body: &Value) -> String {
    let texts = [
        &body["choices"][0]["message"]["content"],
        &body["content"][0]["text"],
        &body["output"][0]["content"][0]["text"],
    ];
    texts.iter().filter_map(|text| text.as_str()).collect()
}

fn deltas(answer: &Answer) -> String {
    answer
        .events()
        .iter()
        .filter_map(|event| {
            event["choices"][0]["delta"]["content"]
                .as_str()
                .or(event["delta"]["text"].as_str())
                .or(event["delta"].as_str())
                .map(str::to_owned)
        })
        .collect()
}

async fn ask(path: &str, body: &Value) -> Answer {
    post(&quick(), path, &KEY, body).await
}

#[tokio::test]
async fn each_form_tells_a_story_and_what_it_cost() {
    for (path, body) in requests("A fox in the snow, 2 scenes") {
        let answer = ask(path, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let body = answer.json();
        assert!(text_of(&body).contains("Scene 2:"), "{path}: {body}");
        assert!(
            body["credits_consumed"]
                .as_f64()
                .is_some_and(|credits| credits > 0.0)
        );
        assert!(body["usage"].is_object(), "{path}");
    }
}

#[tokio::test]
async fn a_stream_is_the_default_and_tells_the_same() {
    for (path, body) in requests("A fox in the snow") {
        let whole = text_of(&ask(path, &body).await.json());
        let answer = ask(path, &streamed(body)).await;
        assert_eq!(answer.header("content-type"), "text/event-stream", "{path}");
        assert!(answer.events().len() > 5, "{path}");
        assert_eq!(deltas(&answer), whole, "{path}");
        assert!(answer.text().contains("credits_consumed"), "{path}");
    }
    let chat = ask(GEMINI, &streamed(requests("A fox")[0].1.clone())).await;
    assert!(chat.text().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn errors_come_in_both_shapes() {
    for (path, body) in requests("A fox") {
        let bad = post(
            &quick(),
            path,
            &[("authorization", "Bearer nothing")],
            &body,
        )
        .await;
        assert_eq!(bad.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(bad.json()["error"]["type"], "authentication_error");
        for (key, code) in [("sandbox-no-credit", 402), ("sandbox-down", 455)] {
            let key = format!("Bearer {key}");
            let poor = post(&quick(), path, &[("authorization", &key)], &body).await;
            assert_eq!(
                (poor.status, &poor.json()["code"]),
                (StatusCode::OK, &json!(code))
            );
        }
        let busy = [("authorization", "Bearer sandbox-rate-limited")];
        let busy = post(&quick(), path, &busy, &body).await;
        assert_eq!(busy.status, StatusCode::TOO_MANY_REQUESTS);
    }
    for (name, status, code) in [
        ("fail", 500, 500),
        ("error-in-200", 200, 500),
        ("stream-error", 200, 500),
        ("model-gone", 200, 422),
        ("overloaded", 200, 455),
        ("timeout", 200, 408),
        ("forbidden", 200, 505),
        ("spend-limit", 200, 433),
        ("too-large", 200, 422),
    ] {
        for (path, body) in requests(&format!("A fox [sandbox:{name}]")) {
            let answer = ask(path, &body).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {name}");
            assert_eq!(answer.json()["code"], code, "{path} {name}");
        }
    }
    let (path, body) = &requests("A fox [sandbox:blocked]")[0];
    assert_eq!(
        ask(path, body).await.json()["error"]["type"],
        "invalid_request_error"
    );
}

#[tokio::test]
async fn endings_are_told_in_each_form() {
    for (name, reasons) in [
        ("truncated", ["length", "max_tokens", "max_output_tokens"]),
        (
            "output-blocked",
            ["content_filter", "refusal", "content_filter"],
        ),
    ] {
        let bodies = requests(&format!("A fox [sandbox:{name}]"));
        for ((path, body), reason) in bodies.into_iter().zip(reasons) {
            let body = ask(path, &body).await.json();
            let told = [
                &body["choices"][0]["finish_reason"],
                &body["stop_reason"],
                &body["incomplete_details"]["reason"],
            ];
            assert!(told.contains(&&json!(reason)), "{path} {name}: {body}");
            assert!(!text_of(&body).is_empty());
        }
    }
    for (path, body) in requests("A fox [sandbox:empty]") {
        assert_eq!(text_of(&ask(path, &body).await.json()), "", "{path}");
    }
}

#[tokio::test]
async fn streams_can_break_off() {
    for (path, body) in requests("A fox [sandbox:stream-error]") {
        let answer = ask(path, &streamed(body)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let last = answer.events().pop().expect("events");
        assert!(
            last.to_string().contains("upstream connection was lost"),
            "{path}"
        );
        assert!(!deltas(&answer).is_empty(), "{path}");
    }
    for (path, body) in requests("A fox [sandbox:malformed]") {
        let whole = ask(path, &body).await;
        assert!(
            serde_json::from_slice::<Value>(&whole.body).is_err(),
            "{path}"
        );
        let text = ask(path, &streamed(body)).await.text();
        let last = text.trim_end().lines().last().expect("lines").to_owned();
        let data = last.strip_prefix("data: ").expect("data");
        assert!(serde_json::from_str::<Value>(data).is_err(), "{path}");
    }
}

#[tokio::test]
async fn a_model_belongs_to_one_endpoint() {
    let messages = json!([{"role": "user", "content": "A fox"}]);
    let body = json!({"model": "gpt-5-4", "messages": messages, "stream": false});
    assert_eq!(ask(CLAUDE, &body).await.json()["code"], 422);
    let other = ask("/kie/gpt-5-4/v1/chat/completions", &body).await;
    assert_eq!(other.json()["code"], 422);
}

#[tokio::test]
async fn a_schema_is_answered_in_json_and_excludes_tools() {
    let schema = json!({"type": "object", "properties": {"title": {"type": "string"}},
        "required": ["title"], "additionalProperties": false});
    let mut body = json!({"messages": [{"role": "user", "content": "A fox"}], "stream": false,
        "response_format": {"type": "json_schema",
            "json_schema": {"name": "film", "strict": true, "schema": schema}}});
    let text = text_of(&ask(GEMINI, &body).await.json());
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert!(value["title"].is_string());
    body["tools"] = json!([{"type": "function"}]);
    assert_eq!(ask(GEMINI, &body).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pictures_are_addresses_and_not_data() {
    for (url, code) in [
        ("https://example.com/fox.png", None),
        ("data:image/png;base64,AAAA", Some(422)),
    ] {
        let body = json!({"stream": false, "messages": [{"role": "user", "content": [
            {"type": "text", "text": "Describe"},
            {"type": "image_url", "image_url": {"url": url}}]}]});
        let answer = ask(GEMINI, &body).await.json();
        assert_eq!(answer["code"].as_u64(), code, "{url}");
    }
}
