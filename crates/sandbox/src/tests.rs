//! Drives what surrounds the providers: the front page, the journal and the faults, the last over a
//! real connection too.

use std::time::{Duration, Instant};

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::testing::{Answer, get, post, quick, send};
use crate::{Config, serve};

const CHAT: &str = "/openrouter/api/v1/chat/completions";
const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-CANARY-0123456789")];

fn asking() -> Value {
    json!({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "A secret prompt"}]})
}

async fn journal(app: &axum::Router) -> Answer {
    get(app, "/__journal", &[]).await
}

async fn fault(app: &axum::Router, fault: Value) -> Answer {
    post(app, "/__faults", &[], &fault).await
}

#[tokio::test]
async fn the_front_page_says_that_nothing_is_real() {
    let page = get(&quick(), "/", &[]).await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("These providers are simulated"));
}

#[tokio::test]
async fn other_paths_are_not_found() {
    assert_eq!(
        get(&quick(), "/elsewhere", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_journal_tells_names_and_digests_and_no_values() {
    let app = quick();
    let body = asking().to_string();
    send(
        &app,
        Method::POST,
        &format!("{CHAT}?trace=VALUE&x=1"),
        &KEY,
        body.clone(),
    )
    .await;
    let answer = journal(&app).await;
    for secret in ["CANARY", "VALUE", "secret prompt", "Bearer"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
    let entries = answer.json();
    assert_eq!(entries.as_array().map(Vec::len), Some(1));
    assert_eq!(
        entries[0],
        json!({
            "sequence": 1, "method": "POST", "path": CHAT, "query_names": ["trace", "x"],
            "header_names": ["host", "authorization"], "known_key_in_url": false,
            "body_sha256": hex::encode(Sha256::digest(&body)), "body_bytes": body.len()
        })
    );
}

#[tokio::test]
async fn the_journal_notices_keys_in_urls_and_hides_them() {
    let app = quick();
    let google = "/gemini/v1beta/models";
    for path in [
        format!("{google}?key=sandbox-CANARY-1"),
        format!("{google}?sandbox%2DCANARY-1=x"),
        format!("{google}/sandbox-CANARY-1"),
    ] {
        get(&app, &path, &[]).await;
    }
    get(&app, google, &[("x-goog-api-key", "AIza-CANARY-2")]).await;
    get(&app, &format!("{google}/AIza%2DCANARY-2"), &[]).await;
    let answer = journal(&app).await;
    assert!(!answer.text().contains("CANARY"), "{}", answer.text());
    let noticed: Vec<Value> = answer
        .json()
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["known_key_in_url"].clone())
        .collect();
    assert_eq!(
        noticed,
        [
            json!(true),
            json!(true),
            json!(true),
            json!(false),
            json!(true)
        ]
    );
}

#[tokio::test]
async fn the_journal_is_cleared_and_leaves_itself_out() {
    let app = quick();
    get(&app, "/", &[]).await;
    get(&app, "/__faults", &[]).await;
    get(&app, "/kie/api/v1/chat/credit", &[]).await;
    assert_eq!(journal(&app).await.json().as_array().map(Vec::len), Some(1));
    let cleared = send(&app, Method::DELETE, "/__journal", &[], Body::empty()).await;
    assert_eq!(cleared.status, StatusCode::NO_CONTENT);
    assert_eq!(journal(&app).await.json(), json!([]));
}

#[tokio::test]
async fn a_status_fault_applies_as_often_as_it_says() {
    let app = quick();
    let set = fault(
        &app,
        json!({"path": "/openrouter", "status": 418, "times": 2}),
    )
    .await;
    assert_eq!(set.status, StatusCode::CREATED);
    for expected in [418, 418, 200] {
        let answer = post(&app, CHAT, &KEY, &asking()).await;
        assert_eq!(answer.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn the_longest_path_counts_and_faults_can_be_listed_and_cleared() {
    let app = quick();
    fault(&app, json!({"path": "/openrouter", "status": 500})).await;
    fault(&app, json!({"path": CHAT, "status": 400})).await;
    fault(&app, json!({"path": CHAT, "status": 409})).await;
    assert_eq!(
        post(&app, CHAT, &KEY, &asking()).await.status,
        StatusCode::CONFLICT
    );
    let models = "/openrouter/api/v1/models";
    assert_eq!(
        get(&app, models, &[]).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    let listed = get(&app, "/__faults", &[]).await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    send(&app, Method::DELETE, "/__faults", &[], Body::empty()).await;
    assert_eq!(get(&app, models, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_delay_fault_waits() {
    let app = quick();
    fault(&app, json!({"path": "/openrouter", "delay_ms": 30})).await;
    let start = Instant::now();
    assert_eq!(
        post(&app, CHAT, &KEY, &asking()).await.status,
        StatusCode::OK
    );
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn a_cut_body_ends_in_an_error_after_its_bytes() {
    let app = quick();
    fault(&app, json!({"path": "/openrouter", "cut_after_bytes": 10})).await;
    let request = http::Request::get("/openrouter/api/v1/models")
        .body(Body::empty())
        .expect("a request");
    let response = app.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn unusable_faults_are_refused() {
    let app = quick();
    for body in [
        json!({}),
        json!({"path": "openrouter", "status": 500}),
        json!({"path": "/openrouter", "status": 99}),
        json!({"path": "/openrouter", "delay_ms": 9_000_000}),
        json!({"path": "/openrouter", "colour": "red"}),
    ] {
        assert_eq!(
            fault(&app, body.clone()).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
    }
    assert_eq!(get(&app, "/__faults", &[]).await.json(), json!([]));
}

/// A sandbox on a port of its own.
struct Served {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(serve(listener, Config::default(), async {
            stopped.await.expect("the test says when");
        }));
        Self {
            address,
            stop,
            task,
        }
    }

    /// All bytes that come back for one request, and whether the connection ended in an error.
    async fn exchange(&self, method: &str, path: &str, body: &str) -> (String, bool) {
        let mut stream = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer sandbox-key\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream
            .write_all(request.as_bytes())
            .await
            .expect("a sent request");
        let mut reply = Vec::new();
        let broken = stream.read_to_end(&mut reply).await.is_err();
        (String::from_utf8_lossy(&reply).into_owned(), broken)
    }

    async fn stop(self) {
        self.stop.send(()).expect("a running server");
        self.task.await.expect("no panic").expect("a clean end");
    }
}

#[tokio::test]
async fn a_dropped_reply_sends_no_byte_though_the_request_was_processed() {
    let served = Served::start().await;
    let fault = json!({"path": CHAT, "drop_after_accept": true, "times": 1}).to_string();
    let (set, _) = served.exchange("POST", "/__faults", &fault).await;
    assert!(set.starts_with("HTTP/1.1 201"), "{set}");
    let (reply, _) = served.exchange("POST", CHAT, &asking().to_string()).await;
    assert_eq!(reply, "");
    let (journal, _) = served.exchange("GET", "/__journal", "").await;
    assert!(journal.contains(CHAT), "{journal}");
    let (second, _) = served.exchange("POST", CHAT, &asking().to_string()).await;
    assert!(second.starts_with("HTTP/1.1 200"), "{second}");
    served.stop().await;
}

#[tokio::test]
async fn what_a_dropped_reply_was_about_has_happened() {
    let served = Served::start().await;
    let path = "/kie-upload/api/file-base64-upload";
    let upload =
        |text: &str| json!({"base64Data": STANDARD.encode(text), "fileName": "a.txt"}).to_string();
    let (first, _) = served.exchange("POST", path, &upload("before")).await;
    let (_, url) = first.split_once("/kie-upload/files/").expect("a URL");
    let (file, _) = url.split_once('"').expect("the end of the URL");
    let file = format!("/kie-upload/files/{file}");
    let fault = json!({"path": path, "drop_after_accept": true}).to_string();
    served.exchange("POST", "/__faults", &fault).await;
    let (dropped, _) = served.exchange("POST", path, &upload("after")).await;
    assert_eq!(dropped, "");
    let (stored, _) = served.exchange("GET", &file, "").await;
    assert!(stored.ends_with("after"), "{stored}");
    served.stop().await;
}

#[tokio::test]
async fn a_cut_reply_breaks_off_on_the_wire() {
    let served = Served::start().await;
    let path = "/openrouter/api/v1/models";
    let fault = json!({"path": path, "cut_after_bytes": 20, "times": 1}).to_string();
    served.exchange("POST", "/__faults", &fault).await;
    let (reply, _) = served.exchange("GET", path, "").await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let (whole, _) = served.exchange("GET", path, "").await;
    let (_, body) = reply.split_once("\r\n\r\n").expect("a head");
    assert!(body.contains("{\"data\":[{"), "{body}");
    assert!(!reply.ends_with("0\r\n\r\n"));
    assert!(whole.len() > reply.len() + 1000);
    served.stop().await;
}

#[tokio::test]
async fn result_urls_lead_to_the_address_that_was_asked() {
    let served = Served::start().await;
    let (reply, _) = served.exchange("GET", "/elevenlabs/v1/voices", "").await;
    assert!(reply.contains("missing_api_key"), "{reply}");
    let upload = json!({"base64Data": "iVBORw0KGgo=", "fileName": "a.png"}).to_string();
    let (reply, _) = served
        .exchange("POST", "/kie-upload/api/file-base64-upload", &upload)
        .await;
    assert!(
        reply.contains(&format!("http://{}/kie-upload/files/", served.address)),
        "{reply}"
    );
    served.stop().await;
}
