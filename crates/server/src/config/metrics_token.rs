//! The word by which a program from elsewhere may read the figures. Only its hash is kept.

use super::ConfigError;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(super) const VARIABLE: &str = "FILM_METRICS_TOKEN";
/// The shortest that nobody guesses.
const SHORTEST: usize = 16;

/// The hash of the token.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    pub(super) fn read(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(text) = lookup(VARIABLE) else {
            return Ok(None);
        };
        let text = text.trim();
        if text.len() < SHORTEST {
            return Err(ConfigError::new(
                VARIABLE,
                format!("must have at least {SHORTEST} characters"),
            ));
        }
        Ok(Some(Self::of(text)))
    }

    /// The token with this text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Whether this is the token.
    #[must_use]
    pub fn is(&self, brought: &str) -> bool {
        Self::of(brought).0.ct_eq(&self.0).into()
    }
}

impl std::fmt::Debug for MetricsToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MetricsToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_one_is_refused_and_none_is_none() {
        assert!(MetricsToken::read(|_| None).unwrap().is_none());
        let short = MetricsToken::read(|_| Some("short".to_owned())).unwrap_err();
        assert!(
            short
                .to_string()
                .starts_with("FILM_METRICS_TOKEN must have")
        );
    }

    #[test]
    fn only_the_whole_token_is_taken_and_nothing_of_it_is_shown() {
        let token = MetricsToken::read(|_| Some("scrape-me-if-you-can\n".to_owned()));
        let token = token.unwrap().unwrap();
        assert!(token.is("scrape-me-if-you-can"));
        assert!(!token.is("scrape-me-if-you"));
        assert!(!format!("{token:?}").contains("scrape"));
    }
}
