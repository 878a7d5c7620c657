//! A code that somebody typed or followed: of their authenticator app, a recovery code, the last part of
//! an invitation's link. It is never printed.

use serde::Deserialize;
use std::fmt;
use zeroize::Zeroizing;

/// A typed code.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct TypedCode(Zeroizing<String>);

impl TypedCode {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<String> for TypedCode {
    fn from(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }
}

impl From<&str> for TypedCode {
    fn from(typed: &str) -> Self {
        Self::from(typed.to_owned())
    }
}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode([redacted])")
    }
}
