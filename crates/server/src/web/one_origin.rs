//! On one's own machine `localhost` and `127.0.0.1` are two origins of the same server. A page
//! that is opened at the other name is sent to the configured one, as it could not save there.

use crate::config::PublicOrigin;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{Uri, header::HOST, uri::Authority};

const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Redirects pages at another name of this machine. Where the origin is a real host, nothing is
/// ever redirected.
pub async fn redirect(State(own): State<PublicOrigin>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok());
    match host.and_then(|host| elsewhere(&own, host, request.uri())) {
        Some(address) if request.method().is_safe() => {
            Redirect::temporary(&address).into_response()
        }
        _ => next.run(request).await,
    }
}

fn elsewhere(own: &PublicOrigin, host: &str, uri: &Uri) -> Option<String> {
    let own_authority: Authority = own.as_str().strip_prefix("http://")?.parse().ok()?;
    let asked: Authority = host.parse().ok()?;
    let is_other_name = LOOPBACK.contains(&own_authority.host())
        && LOOPBACK.contains(&asked.host())
        && asked.host() != own_authority.host()
        && asked.port_u16().unwrap_or(80) == own_authority.port_u16().unwrap_or(80);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    (is_other_name && path.starts_with('/')).then(|| format!("{own}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(own: &str, host: &str, path: &str) -> Option<String> {
        let own = PublicOrigin::parse(own).unwrap();
        elsewhere(&own, host, &path.parse().unwrap())
    }

    #[test]
    fn another_name_of_this_machine_leads_to_the_configured_one() {
        let own = "http://127.0.0.1:3000";
        for host in ["localhost:3000", "[::1]:3000"] {
            assert_eq!(
                to(own, host, "/settings?a=b").as_deref(),
                Some("http://127.0.0.1:3000/settings?a=b")
            );
        }
        assert_eq!(to(own, "127.0.0.1:3000", "/"), None);
    }

    #[test]
    fn nothing_else_is_redirected() {
        for (own, host) in [
            ("http://127.0.0.1:3000", "localhost:4000"),
            ("http://127.0.0.1:3000", "evil.example:3000"),
            ("http://127.0.0.1:3000", "localhost.evil.example:3000"),
            ("https://film.example.com", "localhost:3000"),
            ("https://film.example.com", "evil.example"),
        ] {
            assert_eq!(to(own, host, "/"), None, "{own} {host}");
        }
    }
}
