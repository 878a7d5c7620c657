//! What a request may weigh, and how long its body may take: for routes whose handlers read bodies by
//! themselves.

use super::{Problem, json::LONGEST_WAIT};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use tokio::time::timeout;

/// The most bytes that the names and values of all headers may have together.
const HEADERS: usize = 32 << 10;

/// Reads the whole body, of at most so many bytes, before the handler begins.
pub async fn in_time(State(most): State<usize>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match timeout(LONGEST_WAIT, to_bytes(body, most)).await {
        Err(_) => Problem::plain(StatusCode::REQUEST_TIMEOUT).into_response(),
        Ok(Err(_)) => Problem::plain(StatusCode::PAYLOAD_TOO_LARGE).into_response(),
        Ok(Ok(body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// Refuses a request whose headers are too large to be of any use here.
pub async fn small_headers(request: Request, next: Next) -> Response {
    let weight = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        name.as_str().len() + value.as_bytes().len()
    };
    if request.headers().iter().map(weight).sum::<usize>() > HEADERS {
        return Problem::plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        middleware::{from_fn, from_fn_with_state},
        routing::post,
    };
    use tower::ServiceExt;

    fn router() -> Router {
        Router::new()
            .route("/", post(|body: String| async move { body }))
            .layer(from_fn_with_state(10, in_time))
            .layer(from_fn(small_headers))
    }

    async fn status(request: Request) -> StatusCode {
        router().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn only_what_is_small_enough_is_handed_on() {
        for (body, expected) in [
            ("0123456789", StatusCode::OK),
            ("0123456789a", StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            assert_eq!(
                status(Request::post("/").body(body.into()).unwrap()).await,
                expected
            );
        }
        for (length, expected) in [
            (30 << 10, StatusCode::OK),
            (33 << 10, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        ] {
            let request = Request::post("/").header("x", "a".repeat(length));
            assert_eq!(status(request.body(Body::empty()).unwrap()).await, expected);
        }
    }
}
