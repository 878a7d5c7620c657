//! What the tests share: sending a request to a router and reading what comes back. It must not
//! know any provider.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use crate::{Config, router};

/// The host that test requests name.
pub(crate) const HOST: &str = "sandbox.test";

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("visible ASCII")
    }

    /// The JSON of each `data:` line but `[DONE]`.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.text()
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).expect("an event in JSON"))
            .collect()
    }
}

/// A sandbox without waits: tasks finish at the third poll, whatever the time.
pub(crate) fn quick() -> Router {
    router(Config {
        slow_delay: Duration::from_millis(20),
        task_polls: 3,
        task_duration: Duration::MAX,
        stream_pause: Duration::ZERO,
        origin: None,
    })
}

/// Sends a request with these headers.
pub(crate) async fn send(
    app: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a valid request");
    let response = app
        .clone()
        .oneshot(request)
        .await
        .expect("the router is infallible");
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.expect("a whole body"),
    }
}

/// `GET` with these headers.
pub(crate) async fn get(app: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(app, Method::GET, path, headers, Body::empty()).await
}

/// `POST` of JSON with these headers.
pub(crate) async fn post(
    app: &Router,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    send(app, Method::POST, path, headers, body.to_string()).await
}
