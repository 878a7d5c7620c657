//! One line for each request: method, route, status, duration, request id. The route is the
//! template and not the address, as an address may hold what somebody typed; no header is logged.

use crate::{clock::Stopwatch, traces};
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use tracing::{Instrument, field::Empty};

/// The response header with the id under which the log knows a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Logs the request and gives it an id.
pub async fn requests(request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let id = random_hex::<8>();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!(
        target: traces::TARGET, "request", id, %method, route, status = Empty,
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("status", status);
    let micros = u64::try_from(stopwatch.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "request", %method, route, status, micros, id);
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// `N` random bytes as hexadecimal digits.
///
/// # Panics
/// When the system gives no random bytes; the request then ends with an internal error.
pub(super) fn random_hex<const N: usize>() -> String {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has random bytes once it runs");
    hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };
    use tower::ServiceExt;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_names_the_route_and_nothing_that_was_sent() {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let router = Router::new()
            .nest(
                "/api/v1",
                Router::new().route("/things/{id}", get(|| async { "x" })),
            )
            .layer(from_fn(requests));
        let request = Request::get("/api/v1/things/CANARY?key=CANARY")
            .header("authorization", "Bearer CANARY")
            .body(Body::empty())
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        let id = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.lines().count(), 1, "{log}");
        for part in [
            "GET",
            "route=\"/api/v1/things/{id}\"",
            "status=200",
            "micros=",
            &id,
        ] {
            assert!(log.contains(part), "{part} in {log}");
        }
        assert!(!log.contains("CANARY"), "{log}");
    }
}
