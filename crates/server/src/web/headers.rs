//! The headers that every answer carries: what a page may load, that nobody frames it, that
//! nothing is cached unless it is the same for everybody. There is no CORS: no other site reads us.

use super::log::random_hex;
use crate::config::PublicOrigin;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE,
        STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use std::sync::Arc;

/// The nonce of one answer, for the scripts and styles of its page. In the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(Arc<str>);

impl Nonce {
    /// The nonce as it stands in attributes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Put into a response's extensions by a route that serves the same file to everybody: how long
/// it may be kept. Without it an answer is `no-store`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cacheable {
    /// The name has a hash of the content in it.
    Forever,
    /// A public file under a fixed name.
    AnHour,
}

/// Allows what a page needs and nothing else. Trusted types are not asked for: hydration sets
/// `innerHTML` of templates.
fn content_security_policy(nonce: &Nonce) -> String {
    let nonce = nonce.as_str();
    format!(
        "default-src 'none'; \
         script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' blob: data:; \
         media-src 'self' blob:; \
         connect-src 'self'; \
         font-src 'self'; \
         form-action 'self'; \
         base-uri 'none'; \
         frame-ancestors 'none'; \
         object-src 'none'"
    )
}

const FIXED: [(HeaderName, &str); 6] = [
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Puts the headers on. An answer that brings a policy of its own (media does) keeps it.
pub async fn secure(State(own): State<PublicOrigin>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce(random_hex::<16>().into());
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let cacheable = response
        .extensions()
        .get::<Cacheable>()
        .copied()
        .filter(|_| {
            let status = response.status();
            (status.is_success() || status == http::StatusCode::NOT_MODIFIED)
                && !response.headers().contains_key(SET_COOKIE)
        });
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if own.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| {
        HeaderValue::try_from(content_security_policy(&nonce))
            .expect("the policy and a nonce of hexadecimal digits are visible ASCII")
    });
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(match cacheable {
            Some(Cacheable::Forever) => "public, max-age=31536000, immutable",
            Some(Cacheable::AnHour) => "public, max-age=3600",
            None => "no-store",
        }),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Extension, Router, body::Body, middleware::from_fn_with_state, response::IntoResponse,
        routing::get,
    };
    use http::StatusCode;
    use tower::ServiceExt;

    fn router(origin: &str) -> Router {
        let marked = |status: StatusCode, cookie: bool| {
            let mut response = (status, Extension(Cacheable::Forever), "x").into_response();
            if cookie {
                response
                    .headers_mut()
                    .insert(SET_COOKIE, HeaderValue::from_static("a=b"));
            }
            std::future::ready(response)
        };
        Router::new()
            .route(
                "/page",
                get(|Extension(nonce): Extension<Nonce>| async move { nonce.as_str().to_owned() }),
            )
            .route("/missing", get(|| async { StatusCode::NOT_FOUND }))
            .route(
                "/media",
                get(|| async {
                    (
                        [(CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")],
                        [(CACHE_CONTROL, "public, max-age=60")],
                        "x",
                    )
                }),
            )
            .route("/pkg/a-1f.js", get(move || marked(StatusCode::OK, false)))
            .route(
                "/pkg/gone",
                get(move || marked(StatusCode::NOT_FOUND, false)),
            )
            .route("/pkg/cookie", get(move || marked(StatusCode::OK, true)))
            .route(
                "/favicon.ico",
                get(|| async { (Extension(Cacheable::AnHour), "x") }),
            )
            .layer(from_fn_with_state(
                PublicOrigin::parse(origin).unwrap(),
                secure,
            ))
    }

    async fn ask(origin: &str, method: &str, path: &str) -> (http::HeaderMap, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST")
            .body(Body::empty())
            .unwrap();
        let response = router(origin).oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        (headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers_and_none_allows_another_site() {
        for origin in ["https://film.example.com", "http://127.0.0.1:3000"] {
            for (method, path) in [
                ("GET", "/page"),
                ("GET", "/missing"),
                ("GET", "/nowhere"),
                ("POST", "/page"),
                ("OPTIONS", "/page"),
                ("GET", "/media"),
                ("GET", "/pkg/a-1f.js"),
            ] {
                let (headers, _) = ask(origin, method, path).await;
                for (name, value) in FIXED {
                    assert_eq!(headers[&name], value, "{method} {path}");
                }
                let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
                assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
                assert_eq!(
                    headers.contains_key(STRICT_TRANSPORT_SECURITY),
                    origin.starts_with("https"),
                );
                assert!(
                    !headers
                        .keys()
                        .any(|name| name.as_str().starts_with("access-control")),
                    "{method} {path}"
                );
            }
        }
    }

    #[tokio::test]
    async fn each_page_has_a_nonce_of_its_own_that_its_policy_names() {
        let (headers, first) = ask("http://127.0.0.1:3000", "GET", "/page").await;
        assert_eq!(first.len(), 32);
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            format!(
                "default-src 'none'; script-src 'nonce-{first}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{first}'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
            )
        );
        let (_, second) = ask("http://127.0.0.1:3000", "GET", "/page").await;
        assert_ne!(first, second);
    }

    #[tokio::test]
    async fn only_marked_files_may_be_kept() {
        for (path, expected) in [
            ("/page", "no-store"),
            ("/missing", "no-store"),
            ("/media", "no-store"),
            ("/pkg/gone", "no-store"),
            ("/pkg/cookie", "no-store"),
            ("/pkg/a-1f.js", "public, max-age=31536000, immutable"),
            ("/favicon.ico", "public, max-age=3600"),
        ] {
            let (headers, _) = ask("https://film.example.com", "GET", path).await;
            assert_eq!(headers[CACHE_CONTROL], expected, "{path}");
        }
    }
}
