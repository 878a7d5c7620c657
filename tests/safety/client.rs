//! Asks the program, as anybody or with somebody's session, and keeps whole answers.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, header};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use std::time::Duration;

/// How long is listened to a stream, which has no end of its own.
const LISTENS: Duration = Duration::from_millis(300);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A whole answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub fn is_html(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }

    /// Head and body, as they came.
    pub fn whole(&self) -> Vec<u8> {
        let mut whole = format!("{}\n{:?}\n", self.status, self.headers).into_bytes();
        for (name, value) in &self.headers {
            whole.extend_from_slice(name.as_str().as_bytes());
            whole.extend_from_slice(b": ");
            whole.extend_from_slice(value.as_bytes());
            whole.push(b'\n');
        }
        whole.extend_from_slice(&self.bytes);
        whole
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    pub origin: String,
    /// The session, as a request sends it; empty for nobody's.
    pub cookie: String,
}

impl Client {
    /// Nobody, at this origin.
    pub fn nobody(origin: &str) -> Self {
        Self {
            pool: Pool::builder(TokioExecutor::new()).build(HttpConnector::new()),
            origin: origin.to_owned(),
            cookie: String::new(),
        }
    }

    /// The same, with this session.
    pub fn with_session(&self, token: &str) -> Self {
        Self {
            cookie: format!("film_session={token}"),
            ..self.clone()
        }
    }

    /// The same, from another address of this machine.
    pub fn from(&self, address: std::net::Ipv4Addr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address.into()));
        Self {
            pool: Pool::builder(TokioExecutor::new()).build(connector),
            ..self.clone()
        }
    }

    /// Sends a request with these headers and no others.
    pub async fn bare(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let answer = self.may_be_cut(method, address, headers, body.into()).await;
        answer.unwrap_or_else(|| panic!("{address}: the connection was cut"))
    }

    /// As [`Self::bare`]; nothing where the connection was closed before the answer was there.
    pub async fn may_be_cut(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Option<Answer> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{address}", self.origin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).expect("a request");
        tokio::time::timeout(PATIENCE, self.whole(request))
            .await
            .unwrap_or_else(|_| panic!("{address} did not answer"))
    }

    async fn whole(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let response = self.pool.request(request).await.ok()?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = response.into_body();
        let endless = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let mut bytes = Vec::new();
        let limit = if endless { LISTENS } else { PATIENCE };
        let read = async {
            while let Some(Ok(frame)) = body.frame().await {
                bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            }
        };
        // Of a stream, what has come until then.
        drop(tokio::time::timeout(limit, read).await);
        Some(Answer {
            status,
            headers,
            bytes,
        })
    }

    /// Sends a request as a page of the product does.
    pub async fn send(&self, method: &str, address: &str, body: Option<&Value>) -> Answer {
        let text = body.map(ToString::to_string).unwrap_or_default();
        let mut headers = vec![("origin", self.origin.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        if !self.cookie.is_empty() {
            headers.push(("cookie", &self.cookie));
        }
        self.bare(method, address, &headers, text).await
    }

    /// Listens to a stream until its end.
    pub fn listen(&self, address: &str) -> tokio::task::JoinHandle<Vec<u8>> {
        let request = Request::get(format!("{}{address}", self.origin))
            .header("cookie", &self.cookie)
            .body(Full::new(Bytes::new()))
            .expect("a request");
        let pool = self.pool.clone();
        tokio::spawn(async move {
            let mut heard = Vec::new();
            let response = pool.request(request).await.expect("a stream");
            let mut body = response.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                heard.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            }
            heard
        })
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.send("GET", address, None).await
    }

    /// By their ids where somebody is signed in; when that was used last may change.
    pub async fn sessions(&self) -> Value {
        let answer = self.get("/api/v1/sessions").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let all = answer.json();
        let ids = all["data"].as_array().expect("a list").iter();
        ids.map(|session| session["id"].clone()).collect()
    }

    /// Sends a form as a page of the product does.
    pub async fn form(&self, address: &str, fields: &str) -> Answer {
        let headers = [
            ("origin", self.origin.as_str()),
            ("cookie", &self.cookie),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.bare("POST", address, &headers, fields.to_owned())
            .await
    }

    /// Makes an account and is somebody from then on.
    pub async fn sign_up(&mut self, email: &str, password: &str) -> Answer {
        let wish = serde_json::json!({ "email": email, "password": password });
        let answer = self.send("POST", "/api/v1/auth/sign-up", Some(&wish)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next();
        cookie.unwrap_or_default().clone_into(&mut self.cookie);
        answer
    }
}
