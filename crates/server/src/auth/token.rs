//! The token of a session: 32 random bytes in the cookie, their SHA-256 in the database. A token
//! is looked up by its hash, so no comparison of tokens can leak by its timing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ApiError;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

const LENGTH: usize = 32;

/// What the cookie holds.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// A new one.
    ///
    /// # Errors
    /// `INTERNAL` when the system gives no random bytes.
    pub(crate) fn generate() -> Result<Self, ApiError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| ApiError::internal())?;
        Ok(Self(Zeroizing::new(
            URL_SAFE_NO_PAD.encode(bytes.as_slice()),
        )))
    }

    /// The text of the cookie's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}

/// The hash under which a token's session is stored, or `None` for what cannot be a token.
#[must_use]
pub(crate) fn hash(token: &str) -> Option<[u8; 32]> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(token).ok()?);
    (bytes.len() == LENGTH).then(|| Sha256::digest(&*bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_hash_to_something_else() {
        let (a, b) = (
            SessionToken::generate().unwrap(),
            SessionToken::generate().unwrap(),
        );
        assert_ne!(a.as_str(), b.as_str());
        assert_eq!(hash(a.as_str()), hash(a.as_str()));
        assert_ne!(hash(a.as_str()), hash(b.as_str()));
        assert!(!format!("{a:?}").contains(a.as_str()));
    }

    #[test]
    fn a_stored_hash_is_no_token_of_the_same_session() {
        let token = SessionToken::generate().unwrap();
        let stored = hash(token.as_str()).unwrap();
        for replayed in [URL_SAFE_NO_PAD.encode(stored), hex::encode(stored)] {
            assert_ne!(hash(&replayed), Some(stored));
        }
    }

    #[test]
    fn what_cannot_be_a_token_has_no_hash() {
        for text in [
            "",
            "null",
            "undefined",
            "AAAA",
            &"A".repeat(44),
            "../../etc",
        ] {
            assert_eq!(hash(text), None, "{text}");
        }
    }
}
