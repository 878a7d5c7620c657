//! The cookie of a session. Scripts cannot read it; where browsers come by TLS its name makes
//! them refuse it from anywhere but this very host.

use super::{SessionToken, session::ABSOLUTE_MILLIS};
use crate::config::PublicOrigin;
use http::{HeaderMap, HeaderValue, header::COOKIE};

const fn name(origin: &PublicOrigin) -> &'static str {
    if origin.is_https() {
        "__Host-film_session"
    } else {
        "film_session"
    }
}

/// The `Set-Cookie` value that hands a token over.
pub(super) fn handing_over(token: &SessionToken, origin: &PublicOrigin) -> HeaderValue {
    set_cookie(token.as_str(), ABSOLUTE_MILLIS / 1000, origin)
}

/// The `Set-Cookie` value after which the browser has no session any more.
#[must_use]
pub fn expired_cookie(origin: &PublicOrigin) -> HeaderValue {
    set_cookie("", 0, origin)
}

/// The token that a request came with.
#[must_use]
pub fn session_token<'a>(headers: &'a HeaderMap, origin: &PublicOrigin) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name(origin) && !value.is_empty())
        .map(|(_, value)| value)
}

fn set_cookie(value: &str, seconds: i64, origin: &PublicOrigin) -> HeaderValue {
    let secure = if origin.is_https() { "; Secure" } else { "" };
    let cookie = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
        name(origin)
    );
    let mut cookie = HeaderValue::try_from(cookie)
        .expect("a token is base64 and the rest is fixed, all of it visible ASCII");
    cookie.set_sensitive(true);
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cookie_is_out_of_reach_and_bound_to_the_host_where_that_is_possible() {
        let token = SessionToken::generate().unwrap();
        let text = token.as_str();
        let https = PublicOrigin::parse("https://film.example.com").unwrap();
        let http = PublicOrigin::parse("http://127.0.0.1:3000").unwrap();
        assert_eq!(
            handing_over(&token, &https),
            format!(
                "__Host-film_session={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure"
            )
        );
        assert_eq!(
            handing_over(&token, &http),
            format!("film_session={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600")
        );
        assert_eq!(
            expired_cookie(&https),
            "__Host-film_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
        );
        assert!(!format!("{:?}", handing_over(&token, &https)).contains(text));
    }

    #[test]
    fn only_the_cookie_of_this_kind_of_origin_is_read() {
        let https = PublicOrigin::parse("https://film.example.com").unwrap();
        let http = PublicOrigin::parse("http://127.0.0.1:3000").unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(session_token(&headers, &http), None);
        headers.append(
            COOKIE,
            HeaderValue::from_static("a=b; film_session=plain; c=d"),
        );
        headers.append(COOKIE, HeaderValue::from_static("__Host-film_session=host"));
        assert_eq!(session_token(&headers, &http), Some("plain"));
        assert_eq!(session_token(&headers, &https), Some("host"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn any_cookies_are_read_and_only_the_session_is_taken(
            lines in prop::collection::vec("(__Host-)?(film_session)?[ -~]{0,30}(; ?(film_session=)?[ -~]{0,12}){0,4}", 0..4),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append(COOKIE, HeaderValue::from_str(line).unwrap());
            }
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.append(COOKIE, value);
            }
            let http = PublicOrigin::parse("http://127.0.0.1:3000").unwrap();
            if let Some(token) = session_token(&headers, &http) {
                prop_assert!(!token.is_empty() && !token.contains(';'));
                let pair = format!("film_session={token}");
                prop_assert!(lines.iter().any(|line| line.contains(&pair)) || !bytes.is_empty());
            }
        }
    }
}
