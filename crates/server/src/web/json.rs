//! JSON in and out. What does not fit the expected shape is told by its path; the values that
//! were sent are never repeated, as one of them may be a key.

use super::Problem;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use domain::{ApiError, redact::redact};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio::time::timeout;

/// How long a body may take to arrive.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A JSON body: read with the limit of its route, checked, told by field when it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = timeout(LONGEST_WAIT, Bytes::from_request(request, state))
            .await
            .map_err(|_| Problem::plain(StatusCode::REQUEST_TIMEOUT))?
            .map_err(|rejection| Problem::plain(rejection.status()))?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            wrong(&path, error.inner())
        })?;
        reader.end().map_err(|error| wrong(".", &error))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query of an address, told by field when it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|_| {
                let message = "The address has a parameter that is unknown, missing or not valid.";
                ApiError::invalid_field("query", message).into()
            })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            let kind = kind.trim().to_ascii_lowercase();
            kind == "application/json"
                || (kind.starts_with("application/") && kind.ends_with("+json"))
        })
}

/// Says what is wrong in words of our own. The library's message names values that were sent.
fn wrong(path: &str, error: &serde_json::Error) -> Problem {
    use serde_json::error::Category;
    let says = error.to_string();
    let message = match error.classify() {
        Category::Syntax | Category::Eof => format!(
            "The body is not valid JSON (line {}, column {}).",
            error.line(),
            error.column()
        ),
        Category::Io => "The body could not be read.".to_owned(),
        Category::Data if says.starts_with("missing field `") => {
            return invalid(&join(path, &says), "This field is required.".to_owned());
        }
        Category::Data if says.starts_with("duplicate field `") => {
            return invalid(&join(path, &says), "This field is there twice.".to_owned());
        }
        Category::Data if says.starts_with("unknown field `") => {
            "There is no such field here.".to_owned()
        }
        Category::Data if says.starts_with("unknown variant `") => {
            "This value is not one of those that are possible here.".to_owned()
        }
        Category::Data => "This value has another type than is expected here.".to_owned(),
    };
    invalid(path, message)
}

/// The path of the field that a message names; it is one of ours and nothing that was sent.
fn join(path: &str, says: &str) -> String {
    let name = says.split('`').nth(1).unwrap_or_default();
    match path {
        "." => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn invalid(path: &str, message: String) -> Problem {
    let field = match path {
        "." => "body".to_owned(),
        path => path
            .split('.')
            .map(|part| redact(part, &[]))
            .collect::<Vec<_>>()
            .join("."),
    };
    ApiError::invalid_field(field, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, extract::DefaultBodyLimit, routing::post};
    use serde::Deserialize;
    use serde_json::Value;
    use tower::ServiceExt;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "input")]
        _input: Inner,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "prompt")]
        _prompt: String,
        #[serde(rename = "operation")]
        _operation: Option<domain::Operation>,
        #[serde(rename = "seconds")]
        _seconds: Option<u8>,
    }

    async fn send(kind: &str, body: String) -> (u16, Value) {
        let router = Router::new()
            .route("/", post(|Json(_): Json<Outer>| async { Json("fine") }))
            .layer(DefaultBodyLimit::max(1024));
        let request = Request::post("/").header(CONTENT_TYPE, kind);
        let request = request.body(Body::from(body)).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_by_its_path_and_never_by_its_value() {
        for (body, field) in [
            (r#"{"input":{}}"#, "input.prompt"),
            (r#"{}"#, "input"),
            (r#"{"input":{"prompt":7}}"#, "input.prompt"),
            (
                r#"{"input":{"prompt":"a","seconds":"sk-CANARY12345"}}"#,
                "input.seconds",
            ),
            (r#"{"input":{"prompt":"a","seconds":300}}"#, "input.seconds"),
            (
                r#"{"input":{"prompt":"a","operation":"sk-CANARY12345"}}"#,
                "input.operation",
            ),
            (
                r#"{"input":{"prompt":"a","is_admin":true}}"#,
                "input.is_admin",
            ),
            (
                r#"{"input":{"prompt":"a","sk-CANARY12345":true}}"#,
                "input.[redacted]",
            ),
            (r#"{"input":{"prompt":"a","prompt":"b"}}"#, "input.prompt"),
            (r#""sk-CANARY12345""#, "body"),
            (r#"{"input":{"prompt":"sk-CANARY12345"#, "input.prompt"),
            (r#"{"input":{"prompt":"a"}} trailing"#, "body"),
            ("", "body"),
            ("null", "body"),
        ] {
            let (status, problem) = send("application/json", body.to_owned()).await;
            assert_eq!(status, 422, "{body}");
            assert_eq!(problem["code"], "INVALID_INPUT", "{body}");
            let told = problem["fields"][0]["field"].as_str().unwrap();
            assert!(!problem.to_string().contains("CANARY"), "{problem}");
            assert_eq!(told, field, "{body}");
        }
    }

    #[tokio::test]
    async fn only_json_of_a_fair_size_is_read() {
        let good = r#"{"input":{"prompt":"a"}}"#.to_owned();
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
            "text/json",
        ] {
            assert_eq!(send(kind, good.clone()).await.0, 415, "{kind}");
        }
        for kind in ["application/json", "application/json; charset=utf-8"] {
            assert_eq!(send(kind, good.clone()).await.0, 200, "{kind}");
        }
        let large = format!(r#"{{"input":{{"prompt":"{}"}}}}"#, "a".repeat(2000));
        let (status, problem) = send("application/json", large).await;
        assert_eq!(status, 413);
        assert_eq!(problem["code"], "PAYLOAD_TOO_LARGE");
    }
}
