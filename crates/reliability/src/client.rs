//! A plain HTTP client on the loopback address. It never repeats a request and follows nothing.

use crate::Broken;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use std::time::Duration;

/// How long an answer may take. Longer than the server waits for its database.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The cookies that were set, as a request sends them.
    pub cookie: String,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

/// A client with connections of its own; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    origin: String,
    cookie: String,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A client that is nobody.
    #[must_use]
    pub fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .pool_idle_timeout(Duration::from_secs(2))
            .build(connector);
        Self {
            pool,
            origin: String::new(),
            cookie: String::new(),
        }
    }

    /// The same, as somebody with a session at this origin.
    #[must_use]
    pub fn signed_in(mut self, origin: &str, cookie: &str) -> Self {
        origin.clone_into(&mut self.origin);
        cookie.clone_into(&mut self.cookie);
        self
    }

    /// The same somebody with connections of their own.
    #[must_use]
    pub fn with_own_connections(&self) -> Self {
        Self::new().signed_in(&self.origin, &self.cookie)
    }

    /// Asks for something.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn get(&self, url: &str) -> Result<Reply, Broken> {
        self.send(Method::GET, url, None, None).await
    }

    /// Sends a request with a JSON body.
    ///
    /// # Errors
    /// No whole answer came: nobody knows whether it was done.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        idempotency_key: Option<&str>,
    ) -> Result<Reply, Broken> {
        tokio::time::timeout(PATIENCE, async {
            let response = self.open(method, url, body, idempotency_key).await?;
            let status = response.status().as_u16();
            let cookies = response.headers().get_all(header::SET_COOKIE);
            let cookie: Vec<String> = cookies
                .iter()
                .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
                .collect();
            let bytes = response.into_body().collect().await?.to_bytes();
            Ok(Reply {
                status,
                cookie: cookie.join("; "),
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
            })
        })
        .await
        .map_err(|_| format!("{url} did not answer within {PATIENCE:?}"))?
    }

    /// Sends a request and hands the body over as it comes.
    ///
    /// # Errors
    /// No answer began.
    pub async fn open(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        idempotency_key: Option<&str>,
    ) -> Result<http::Response<Incoming>, Broken> {
        let mut request = Request::builder().method(method).uri(url);
        if !self.cookie.is_empty() {
            request = request
                .header(header::COOKIE, &self.cookie)
                .header(header::ORIGIN, &self.origin);
        } else if !self.origin.is_empty() {
            request = request.header(header::ORIGIN, &self.origin);
        }
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let bytes = match body {
            None => Bytes::new(),
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
        };
        Ok(self.pool.request(request.body(Full::new(bytes))?).await?)
    }
}
