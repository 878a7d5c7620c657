//! The one origin that browsers reach this instance at. It is configured and never taken from a
//! request.

use super::{ConfigError, is_bare_origin, is_loopback};
use std::{fmt, net::SocketAddr, sync::Arc};
use url::Url;

/// Scheme, host and port as a browser writes them in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicOrigin {
    text: Arc<str>,
    https: bool,
}

impl PublicOrigin {
    /// Checks an origin: `https`, or `http` on a loopback host, and nothing behind the port.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn parse(value: &str) -> Result<Self, ConfigError> {
        let url = Url::parse(value)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && is_bare_origin(url))
            .ok_or_else(|| {
                ConfigError::new(
                    "FILM_PUBLIC_ORIGIN",
                    "must be a scheme, a host and maybe a port, such as https://film.example.com",
                )
            })?;
        let https = url.scheme() == "https";
        if !https && !is_loopback(&url) {
            return Err(ConfigError::new(
                "FILM_PUBLIC_ORIGIN",
                "must begin with https:// unless the host is this machine itself (127.0.0.1, [::1] or localhost)",
            ));
        }
        Ok(Self {
            text: url.origin().ascii_serialization().into(),
            https,
        })
    }

    /// The configured origin, or the one that follows from the listening address.
    pub(super) fn from_option(value: Option<&str>, addr: SocketAddr) -> Result<Self, ConfigError> {
        if let Some(value) = value {
            return Self::parse(value);
        }
        if !addr.ip().is_loopback() || addr.port() == 0 {
            return Err(ConfigError::new(
                "FILM_PUBLIC_ORIGIN",
                format!(
                    "must say at which https:// address browsers reach the server, as {addr} (FILM_ADDR) does not tell"
                ),
            ));
        }
        Self::parse(&format!("http://{addr}"))
    }

    /// The origin as text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers come by TLS.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.https
    }
}

impl fmt::Display for PublicOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
