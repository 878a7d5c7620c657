//! The cross-site guard: what changes something and is signed by a cookie must come from a page
//! of our own origin. The origin is the configured one and is never taken from the request.

use super::Problem;
use crate::{auth::access_token::PREFIX, config::PublicOrigin};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode};
use http::{
    HeaderMap, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE, ORIGIN, REFERER},
};

/// Guards routes of `/api/v1`: safe methods pass, all others need our origin, unless they come
/// with a personal access token and without a cookie, which no foreign page can send.
pub async fn api(State(own): State<PublicOrigin>, mut request: Request, next: Next) -> Response {
    if !request.method().is_safe()
        && !is_token_only(request.headers())
        && !is_same_origin(request.headers(), &own)
    {
        return refusal(&own);
    }
    drop_foreign_referer(request.headers_mut(), &own);
    next.run(request).await
}

/// Guards server functions under `/fn`: only POST, and only from our origin.
pub async fn server_functions(
    State(own): State<PublicOrigin>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return Problem::plain(StatusCode::METHOD_NOT_ALLOWED).into_response();
    }
    if !is_same_origin(request.headers(), &own) {
        return refusal(&own);
    }
    drop_foreign_referer(request.headers_mut(), &own);
    next.run(request).await
}

fn is_same_origin(headers: &HeaderMap, own: &PublicOrigin) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let origin = origins.next();
    if origins.next().is_some() {
        return false;
    }
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let site = sites.next();
    if sites.next().is_some() {
        return false;
    }
    match (site, origin) {
        // Includes `Origin: null`.
        (_, Some(origin)) if origin.as_bytes() != own.as_str().as_bytes() => false,
        (Some(site), _) => site.as_bytes() == b"same-origin",
        // An old browser, or a program that knows where it is.
        (None, Some(_)) => true,
        (None, None) => false,
    }
}

fn is_token_only(headers: &HeaderMap) -> bool {
    let has_token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && token.trim_start().starts_with(PREFIX)
        });
    has_token && !headers.contains_key(COOKIE)
}

/// Server functions answer a failed form with a redirect to the `Referer`; a foreign one must not
/// choose where to.
fn drop_foreign_referer(headers: &mut HeaderMap, own: &PublicOrigin) {
    let is_own = |value: &[u8]| {
        value
            .strip_prefix(own.as_str().as_bytes())
            .is_some_and(|rest| rest.starts_with(b"/"))
    };
    if headers
        .get_all(REFERER)
        .iter()
        .any(|value| !is_own(value.as_bytes()))
    {
        headers.remove(REFERER);
    }
}

fn refusal(own: &PublicOrigin) -> Response {
    let detail = format!(
        "This request did not come from a page of this site. In a browser, open {own} and try again; a program that uses a session cookie has to send the header `Origin: {own}`."
    );
    Problem::from(ApiError::new(ErrorCode::Forbidden, detail)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use tower::ServiceExt;

    const OWN: &str = "https://film.example.com";

    fn router() -> Router {
        let own = PublicOrigin::parse(OWN).unwrap();
        let echo = any(|headers: HeaderMap| async move {
            headers.get(REFERER).map_or("none".to_owned(), |value| {
                value.to_str().unwrap().to_owned()
            })
        });
        Router::new()
            .route("/fn/save", echo.clone())
            .route_layer(from_fn_with_state(own.clone(), server_functions))
            .merge(
                Router::new()
                    .route("/api/v1/settings", echo)
                    .route_layer(from_fn_with_state(own, api)),
            )
    }

    async fn send(method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The nine cases of the guard: refused or let through, and which `Referer` arrives.
    #[tokio::test]
    async fn the_nine_cases() {
        let evil = "https://evil.example";
        let prefix = "https://film.example.com.evil.example/x";
        for path in ["/fn/save", "/api/v1/settings"] {
            for headers in [
                &[("origin", evil)][..],
                &[("origin", "null")],
                &[("sec-fetch-site", "same-site")],
                &[],
            ] {
                let (status, body) = send("POST", path, headers).await;
                assert_eq!(status, 403, "{path} {headers:?}");
                assert!(body.contains("FORBIDDEN") && body.contains("Origin: https://film"));
            }
            assert_eq!(send("POST", path, &[("origin", OWN)]).await.0, 200);
            let own = [("origin", OWN), ("sec-fetch-site", "same-origin")];
            assert_eq!(send("POST", path, &own).await.0, 200);
            for referer in ["https://evil.example/attack", prefix, OWN] {
                let headers = [own[0], own[1], ("referer", referer)];
                assert_eq!(send("POST", path, &headers).await, (200, "none".to_owned()));
            }
            let page = "https://film.example.com/settings";
            let headers = [own[0], own[1], ("referer", page)];
            assert_eq!(send("POST", path, &headers).await, (200, page.to_owned()));
        }
        let (status, body) = send("GET", "/fn/save", &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!(status, 405);
        assert!(body.contains("\"status\":405"), "{body}");
    }

    #[tokio::test]
    async fn mixed_and_doubled_headers_do_not_get_through() {
        for headers in [
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://evil.example"),
            ][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "cross-site"), ("origin", OWN)],
            &[("sec-fetch-site", "none")],
            &[("origin", OWN), ("origin", "https://evil.example")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[("origin", "https://film.example.com:8443")],
            &[("origin", "http://film.example.com")],
            &[("origin", "https://FILM.example.com")],
            &[("host", "film.example.com")],
            &[("cookie", "film_session=x")],
        ] {
            for path in ["/fn/save", "/api/v1/settings"] {
                assert_eq!(send("POST", path, headers).await.0, 403, "{headers:?}");
            }
        }
    }

    #[tokio::test]
    async fn every_changing_method_is_guarded_and_reading_is_not() {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(
                send(method, "/api/v1/settings", &[]).await.0,
                403,
                "{method}"
            );
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(
                send(method, "/api/v1/settings", &[]).await.0,
                200,
                "{method}"
            );
            assert_eq!(
                send(method, "/fn/save", &[("origin", OWN)]).await.0,
                405,
                "{method}"
            );
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            assert_eq!(
                send(method, "/fn/save", &[("origin", OWN)]).await.0,
                405,
                "{method}"
            );
        }
    }

    #[tokio::test]
    async fn a_token_without_a_cookie_needs_no_origin() {
        let token = ("authorization", "Bearer fgp_abc");
        assert_eq!(send("POST", "/api/v1/settings", &[token]).await.0, 200);
        for headers in [
            &[token, ("cookie", "film_session=x")][..],
            &[("authorization", "Bearer other")],
            &[("authorization", "Basic fgp_abc")],
            &[("authorization", "fgp_abc")],
        ] {
            assert_eq!(
                send("POST", "/api/v1/settings", headers).await.0,
                403,
                "{headers:?}"
            );
        }
        assert_eq!(send("POST", "/fn/save", &[token]).await.0, 403);
    }
}
