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

    /// The wait that the headers ask for, at most a day. A date in `Retry-After` counts from the
    /// `Date` of the same answer, which the client adds where the provider left it out.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let number = |name| self.header(name)?.trim().parse::<u64>().ok();
        let millis =
            number("retry-after-ms").map(|ms| Duration::from_millis(ms.min(LONGEST_WAIT * 1000)));
        let seconds = || number("retry-after").map(|s| Duration::from_secs(s.min(LONGEST_WAIT)));
        let until = || {
            let moment = |name| httpdate::parse_http_date(self.header(name)?.trim()).ok();
            let wait = moment("retry-after")?.duration_since(moment("date")?);
            let longest = Duration::from_secs(LONGEST_WAIT);
            // A moment that is over asks for no wait.
            Some(wait.unwrap_or_default().min(longest))
        };
        millis.or_else(seconds).or_else(until)
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

#[cfg(test)]
mod tests {
    use crate::test_support::{reply, with_header};
    use std::time::Duration;

    fn wait(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut answer = with_header(reply(503, ""), "retry-after", retry_after);
        if let Some(date) = date {
            answer = with_header(answer, "date", date);
        }
        answer.retry_after()
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_until_a_moment() {
        const NOW: &str = "Sun, 29 Nov 2026 10:00:00 GMT";
        assert_eq!(wait("7", None), Some(Duration::from_secs(7)));
        let later = "Sun, 29 Nov 2026 10:00:30 GMT";
        assert_eq!(wait(later, Some(NOW)), Some(Duration::from_secs(30)));
        let over = "Sun, 29 Nov 2026 09:00:00 GMT";
        assert_eq!(wait(over, Some(NOW)), Some(Duration::ZERO));
        let far = "Fri, 29 Nov 2999 10:00:00 GMT";
        let day = Some(Duration::from_secs(86_400));
        assert_eq!((wait(far, Some(NOW)), wait("99999999", None)), (day, day));
        for nonsense in ["soon", "-5", "", "1e3"] {
            assert_eq!(wait(nonsense, Some(NOW)), None, "{nonsense}");
        }
        assert_eq!(wait(later, None), None);
    }
}
