//! Errors as they leave the server: `application/problem+json` (RFC 9457) with a code of the
//! closed list. Nothing that a library or a provider said is in them.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode, error::ErrorMembers};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// The type of every error.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// An error on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    error: ApiError,
}

/// An error (RFC 9457), with a code of a closed list.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Members<'a> {
    /// One for each code; `about:blank` where the status alone says what it is.
    r#type: String,
    /// A short title for people.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    #[serde(flatten)]
    error: &'a ErrorMembers,
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self {
            status: StatusCode::from_u16(error.code.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            title: error.code.title(),
            error,
        }
    }
}

impl Problem {
    /// The problem behind a bare status of the HTTP layer. Statuses without a code of their own
    /// take the nearest one and keep their status.
    #[must_use]
    pub fn plain(status: StatusCode) -> Self {
        let (code, title, detail) = match status {
            StatusCode::UNAUTHORIZED => return ApiError::unauthenticated().into(),
            StatusCode::NOT_FOUND => (
                ErrorCode::NotFound,
                ErrorCode::NotFound.title(),
                "There is nothing at this address.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                ErrorCode::InvalidInput,
                "Method not allowed",
                "This address does not take this method. The header Allow lists those that it takes.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                ErrorCode::InvalidInput,
                "Unsupported media type",
                "Send the body as JSON with the header `Content-Type: application/json`.",
            ),
            StatusCode::RANGE_NOT_SATISFIABLE => (
                ErrorCode::InvalidInput,
                "Range not satisfiable",
                "The file has no such bytes. The header Content-Range says how many it has.",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                ErrorCode::InvalidInput,
                "Request timeout",
                "The request did not arrive in time. Send it again.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                ErrorCode::PayloadTooLarge,
                ErrorCode::PayloadTooLarge.title(),
                "The request is larger than this address takes. Shorten it and try again.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                ErrorCode::RateLimited,
                ErrorCode::RateLimited.title(),
                "Too many requests. Wait a moment and try again.",
            ),
            StatusCode::FORBIDDEN => (
                ErrorCode::Forbidden,
                ErrorCode::Forbidden.title(),
                "This is not allowed.",
            ),
            status if status.is_client_error() => (
                ErrorCode::InvalidInput,
                ErrorCode::InvalidInput.title(),
                "The request is not valid.",
            ),
            _ => return ApiError::internal().into(),
        };
        Self {
            status,
            title,
            error: ApiError::new(code, detail),
        }
    }

    /// The problem's type: one for each code; none where the status alone says what it is.
    fn kind(&self) -> String {
        let code = self.error.code;
        if self.status.as_u16() == code.status() {
            let name = format!("{code:?}");
            let words = name
                .char_indices()
                .fold(String::new(), |mut words, (at, c)| {
                    if at > 0 && c.is_ascii_uppercase() {
                        words.push('-');
                    }
                    words.push(c.to_ascii_lowercase());
                    words
                });
            format!("urn:film-generator:problem:{words}")
        } else {
            "about:blank".to_owned()
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// A short title for people.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// The error inside.
    #[must_use]
    pub fn error(&self) -> &ApiError {
        &self.error
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = Members {
            r#type: self.kind(),
            title: self.title,
            status: self.status.as_u16(),
            error: &self.error,
        };
        members.serialize(serializer)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.error.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Makes problems of the bare errors that the HTTP layer gives: unknown address, wrong method,
/// unreadable path. For routes that answer with JSON.
pub async fn instead_of_bare_errors(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_bare = response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_error || !is_bare {
        return response;
    }
    let (mut bare, _) = response.into_parts();
    let (problem, body) = Problem::plain(status).into_response().into_parts();
    bare.status = problem.status;
    bare.headers.remove(CONTENT_LENGTH);
    bare.headers.extend(problem.headers);
    Response::from_parts(bare, Body::new(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, extract::Path, middleware::from_fn, routing::get};
    use domain::{Operation, ProviderFault, ProviderId};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    async fn read(response: Response) -> (StatusCode, http::HeaderMap, Value) {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        let value = serde_json::from_slice(&body).unwrap();
        (parts.status, parts.headers, value)
    }

    #[tokio::test]
    async fn an_error_has_the_members_of_the_contract() {
        let mut error = ApiError::new(ErrorCode::ApiKeyRequired, "Add an API key.");
        error.operation = Some(Operation::Llm);
        error.provider = Some(ProviderId::OpenRouter);
        error.missing = vec!["api_key".to_owned()];
        let (status, headers, body) = read(Problem::from(error).into_response()).await;
        assert_eq!(status, 403);
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "urn:film-generator:problem:api-key-required",
                "title": "API key required",
                "status": 403,
                "code": "API_KEY_REQUIRED",
                "detail": "Add an API key.",
                "operation": "llm",
                "provider": "openrouter",
                "missing": ["api_key"],
            })
        );
    }

    #[tokio::test]
    async fn the_time_to_wait_is_a_header_too() {
        let error = ApiError::provider(ProviderId::Kie, ProviderFault::RateLimited, Some(7));
        let (status, headers, body) = read(Problem::from(error).into_response()).await;
        assert_eq!(status, 502);
        assert_eq!(headers[RETRY_AFTER], "7");
        assert_eq!(body["retry_after"], 7);
        assert_eq!(body["reason"], "rate_limited");
    }

    #[tokio::test]
    async fn bare_errors_become_problems_and_keep_their_status_and_headers() {
        let router = Router::new()
            .route(
                "/number/{n}",
                get(|Path(n): Path<u8>| async move { n.to_string() }),
            )
            .route(
                "/broken",
                get(|| async { (StatusCode::BAD_GATEWAY, "stack trace") }),
            )
            .layer(from_fn(instead_of_bare_errors))
            .fallback(|| async { Problem::plain(StatusCode::NOT_FOUND) });
        for (method, path, status, code) in [
            ("GET", "/nowhere", 404, "NOT_FOUND"),
            ("POST", "/number/1", 405, "INVALID_INPUT"),
            ("GET", "/number/sk-CANARY", 400, "INVALID_INPUT"),
            ("GET", "/broken", 500, "INTERNAL"),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let (found, headers, body) = read(response).await;
            assert_eq!(found, status, "{path}");
            assert_eq!(body["status"], status, "{path}");
            assert_eq!(body["code"], code, "{path}");
            assert_eq!(
                body["type"] == "about:blank",
                status == 400 || status == 405
            );
            assert!(!body.to_string().contains("CANARY"), "{body}");
            assert!(!body.to_string().contains("stack"), "{body}");
            assert_eq!(headers.contains_key("allow"), status == 405, "{path}");
        }
    }
}
