//! A panic in a request ends that request with an internal error and the process lives on. What
//! the panic said is thrown away: it may hold a value that nobody else may see.

use super::Problem;
use axum::response::{IntoResponse, Response};
use domain::ApiError;
use std::{any::Any, panic::PanicHookInfo};
use tower_http::catch_panic::CatchPanicLayer;

/// Turns a panic into the answer that an internal error has.
#[must_use]
pub fn caught() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(|_| Problem::from(ApiError::internal()).into_response())
}

/// From now on a panic logs where it happened, and nothing else.
pub fn log_location_only() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let location = panic
            .location()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        tracing::error!(target: "panic", location, "panicked");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, extract::Request, routing::get};
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_text() {
        let router = Router::new()
            .route("/", get(async || -> &'static str { panic!("sk-CANARY") }))
            .layer(caught());
        for _ in 0..2 {
            let request = Request::get("/").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(
                response.headers()["content-type"],
                "application/problem+json"
            );
            let body = axum::body::to_bytes(response.into_body(), 10_000)
                .await
                .unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(
                body.contains("INTERNAL") && !body.contains("CANARY"),
                "{body}"
            );
        }
    }
}
