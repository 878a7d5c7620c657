//! Requests that are too large or too slow end with a word, on every address.

use crate::{
    inventory::{self, Route},
    program::{Database, Program},
};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The largest body of any address is smaller.
const TOO_LARGE: usize = (9 << 20) + 1;

fn writing() -> Vec<(Route, String)> {
    let writing = inventory::all()
        .into_iter()
        .filter(|route| !route.is_safe());
    writing
        .map(|route| {
            let address = route.address(|name| match name {
                "provider" => "openrouter".to_owned(),
                _ => "nothing".to_owned(),
            });
            (route, address)
        })
        .collect()
}

/// Whether a handler of the API reads no body at all.
fn takes_no_body(route: &Route, status: u16) -> bool {
    route.template.starts_with("/api/") && [200, 202, 204, 401, 403, 404, 409].contains(&status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_large_is_refused_everywhere() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let body = bytes::Bytes::from(vec![b' '; TOO_LARGE]);
    let mut refused = 0;
    let mut routes = writing();
    routes.sort_by_key(|(route, _)| route.template.contains("sign"));
    for (route, address) in routes {
        let kind = if route.template.starts_with("/fn/") || route.template.starts_with("/api/") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let headers = [
            ("origin", ada.origin.as_str()),
            ("cookie", &ada.cookie),
            ("content-type", kind),
        ];
        let Some(answer) = ada
            .may_be_cut(&route.method, &address, &headers, body.clone())
            .await
        else {
            // The connection was closed while the body was still being sent.
            refused += 1;
            continue;
        };
        let is_right = answer.status == 413 || takes_no_body(&route, answer.status);
        assert!(is_right, "{route:?}: {}", answer.status);
        refused += usize::from(answer.status == 413);
    }
    assert!(refused > 50, "only {refused} were refused");
    assert_eq!(program.nobody().get("/healthz").await.status, 200);
}

/// Sends a head and then a byte a second, and says what is answered and after how long.
async fn slowly(origin: &str, head: String) -> (String, Duration) {
    let address = origin.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    socket
        .write_all(head.as_bytes())
        .await
        .expect("the head is taken");
    let (mut reading, mut writing) = socket.into_split();
    let began = Instant::now();
    let drip = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(Duration::from_secs(40), reading.read(&mut answer)).await;
    let length = read.expect("an answer").unwrap_or_default();
    drip.abort();
    (
        String::from_utf8_lossy(&answer[..length]).into_owned(),
        began.elapsed(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_comes_too_slowly_ends_the_request() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let mut waiting = Vec::new();
    for (path, kind) in [
        ("/api/v1/projects", "application/json"),
        ("/api/v1/generations", "application/json"),
        ("/api/v1/auth/sign-in", "application/json"),
        ("/fn/settings_patch", "application/json"),
        ("/fn/sign_in", "application/json"),
        ("/usage/budgets", "application/x-www-form-urlencoded"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\norigin: {}\r\ncookie: {}\r\ncontent-type: {kind}\r\ncontent-length: 50000\r\n\r\n",
            ada.origin, ada.cookie
        );
        let origin = ada.origin.clone();
        waiting.push((
            path,
            tokio::spawn(async move { slowly(&origin, head).await }),
        ));
    }
    for (path, answer) in waiting {
        let (answer, took) = answer.await.expect("it ends");
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(took < Duration::from_secs(33), "{path}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_that_are_too_large_or_too_many_are_refused() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let large = "a".repeat(64 << 10);
    let longer = "a".repeat(1 << 20);
    for value in [&large, &longer] {
        for path in [
            "/",
            "/api/v1/me",
            "/fn/key_put",
            "/pkg/client-1f.js",
            "/healthz",
        ] {
            let headers = [("cookie", ada.cookie.as_str()), ("x-large", value)];
            if let Some(answer) = ada.may_be_cut("GET", path, &headers, "".into()).await {
                assert_eq!(answer.status, 431, "{path}");
            }
        }
    }
    let path = format!("/api/v1/projects/{}", "a".repeat(60_000));
    if let Some(answer) = ada
        .may_be_cut("GET", &path, &[("cookie", &ada.cookie)], "".into())
        .await
    {
        assert!(
            [404, 414, 431].contains(&answer.status),
            "{}",
            answer.status
        );
    }
    assert_eq!(ada.get("/api/v1/me").await.status, 200);
}
