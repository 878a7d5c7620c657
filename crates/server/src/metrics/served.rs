//! `GET /metrics`, for programs on this machine, and for those who bring the token.

use super::sampled;
use crate::{app::App, clock::Stopwatch, config::MetricsToken, web::Problem};
use axum::{
    Extension, Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::ApiError;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use std::net::SocketAddr;

/// The route.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(app)
}

/// Counts a request and its time by the template of its route.
pub async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let status = response.status().as_u16();
    app.metrics
        .request(method, route, status, stopwatch.elapsed());
    response
}

/// The method, as one of a few words.
const fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

async fn metrics(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let peer = peer.map(|Extension(ConnectInfo(address))| address);
    if !may_see(app.config.metrics_token.as_ref(), peer, &headers) {
        return Problem::from(ApiError::not_found("page")).into_response();
    }
    let sampled = sampled::registry(&app).await;
    let mut text = String::new();
    let written = encode_registry(&mut text, &app.metrics.registry)
        .and_then(|()| encode_registry(&mut text, &sampled))
        .and_then(|()| encode_eof(&mut text));
    if written.is_err() {
        return Problem::from(ApiError::internal()).into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Whoever brings the token; without one, a program on this machine that no proxy speaks for.
fn may_see(token: Option<&MetricsToken>, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    if let Some(token) = token {
        let brought = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        return brought.is_some_and(|brought| token.is(brought));
    }
    let forwarded = [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "via",
    ];
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && !forwarded.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(token: Option<&str>, peer: &str, header: Option<(&'static str, &'static str)>) -> bool {
        let token = token.map(MetricsToken::of);
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        may_see(token.as_ref(), Some(peer.parse().unwrap()), &headers)
    }

    #[test]
    fn this_machine_sees_them_and_nobody_behind_a_proxy() {
        assert!(seen(None, "127.0.0.1:5000", None));
        assert!(seen(None, "[::1]:5000", None));
        assert!(!seen(None, "203.0.113.9:5000", None));
        for name in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
            assert!(
                !seen(None, "127.0.0.1:5000", Some((name, "203.0.113.9"))),
                "{name}"
            );
        }
    }

    #[test]
    fn a_token_is_asked_of_everybody_once_there_is_one() {
        let right = Some(("authorization", "Bearer scrape-me-please"));
        assert!(seen(Some("scrape-me-please"), "203.0.113.9:5000", right));
        assert!(!seen(Some("scrape-me-please"), "127.0.0.1:5000", None));
        let wrong = Some(("authorization", "Bearer scrape-me"));
        assert!(!seen(Some("scrape-me-please"), "127.0.0.1:5000", wrong));
    }
}
