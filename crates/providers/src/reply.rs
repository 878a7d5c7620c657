//! A provider's answer, read whole within its limits. Its `Debug` shows sizes and never content:
//! providers echo keys.

use bytes::Bytes;
use http::HeaderMap;
use std::time::Duration;

/// The longest wait that is taken over from a provider.
const LONGEST_WAIT: u64 = 86_400;

/// One answer.
#[derive(Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed. That of an error may be cut at 64 KiB.
    pub body: Bytes,
}

impl Reply {
    /// Whether the status is 2xx. What that means is the provider's business.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The wait that the headers ask for, at most a day. A date in `Retry-After` is not read: it
    /// would need a clock.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let number = |name| self.header(name)?.trim().parse::<u64>().ok();
        let millis =
            number("retry-after-ms").map(|ms| Duration::from_millis(ms.min(LONGEST_WAIT * 1000)));
        millis.or_else(|| number("retry-after").map(|s| Duration::from_secs(s.min(LONGEST_WAIT))))
    }

    /// The body as text, for a log after redaction.
    pub(crate) fn text(&self) -> String {
        let cut = &self.body[..self.body.len().min(8 * 1024)];
        String::from_utf8_lossy(cut).into_owned()
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Reply {{ status: {}, body: {} bytes }}",
            self.status,
            self.body.len()
        )
    }
}
