//! The access token that a request comes with, in its `Authorization` header.

use http::{HeaderMap, header::AUTHORIZATION};
use zeroize::Zeroizing;

/// What a request says in its `Authorization` header.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Presented {
    /// It has none.
    Nothing,
    /// `Bearer` and this text.
    Token(Zeroizing<String>),
    /// Something else: another scheme, no text, or several headers.
    Unusable,
}

impl Presented {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::Nothing;
        };
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Zeroizing::new(token.trim().to_owned()));
        match token {
            Some(token) if values.next().is_none() => Self::Token(token),
            _ => Self::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn presented(values: &[&'static str]) -> Presented {
        let mut headers = HeaderMap::new();
        // Names of headers are the same in any case.
        let name = HeaderName::from_bytes(b"AUTHORIZATION").unwrap();
        for value in values {
            headers.append(&name, HeaderValue::from_static(value));
        }
        Presented::of(&headers)
    }

    #[test]
    fn one_bearer_token_is_read_and_nothing_else() {
        let token = Presented::Token(Zeroizing::new("fgp_abc".to_owned()));
        assert!(presented(&[]) == Presented::Nothing);
        for good in ["Bearer fgp_abc", "bearer fgp_abc", "BEARER  fgp_abc "] {
            assert!(presented(&[good]) == token, "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "fgp_abc",
            "Basic YTpi",
            "Token fgp_abc",
            "Bearer\tfgp_abc",
        ] {
            assert!(presented(&[bad]) == Presented::Unusable, "{bad}");
        }
        assert!(presented(&["Bearer fgp_abc", "Bearer fgp_abc"]) == Presented::Unusable);
    }
}
