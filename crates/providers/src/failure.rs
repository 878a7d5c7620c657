//! Why a call did not deliver: our closed word for it, and the provider's own text behind a door
//! that redacts. Neither `Debug` nor `Display` ever shows that text.

use crate::Reply;
use domain::{ProviderFault, redact::redact};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// A classified failure.
#[derive(Clone, thiserror::Error)]
#[error("{fault:?}, status {status:?}")]
pub struct Failure {
    /// Our word for it.
    pub fault: ProviderFault,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// How long the provider wants us to wait.
    pub retry_after: Option<Duration>,
    /// Whether the same call may succeed soon without any change. A poll goes on then.
    pub transient: bool,
    /// Whether the provider may have taken (and charged) the work although this answer does not
    /// say so. A job in this state is never sent again by itself.
    pub uncertain: bool,
    /// Whether the answer could not be read, so that nothing in it says how the work ended.
    unread: bool,
    detail: String,
}

impl Failure {
    /// A failure that we found ourselves; the detail is our own text.
    #[must_use]
    pub fn ours(fault: ProviderFault, detail: impl Into<String>) -> Self {
        Self {
            fault,
            status: None,
            retry_after: None,
            transient: false,
            uncertain: false,
            unread: false,
            detail: detail.into(),
        }
    }

    /// A failure that the provider's answer tells of, with the provider's text.
    #[must_use]
    pub fn told(fault: ProviderFault, reply: &Reply, detail: impl Into<String>) -> Self {
        use ProviderFault::{Overloaded, RateLimited, Timeout, Upstream};
        Self {
            status: Some(reply.status),
            retry_after: reply.retry_after(),
            transient: matches!(fault, RateLimited | Overloaded | Timeout | Upstream),
            ..Self::ours(fault, detail)
        }
    }

    /// An answer that is not in the provider's language: judged by its status alone.
    #[must_use]
    pub fn unreadable(reply: &Reply, what: &str) -> Self {
        let fault = fault_by_status(reply.status);
        Self {
            unread: true,
            ..Self::told(fault, reply, format!("{what}: {}", reply.text()))
        }
    }

    /// The same failure, which ends the job.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.transient = false;
        self
    }

    /// The same failure, which waiting may mend.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.transient = true;
        self
    }

    /// The same failure of a poll that is to be repeated after this time.
    #[must_use]
    pub fn poll_again(mut self, after: Duration) -> Self {
        self.transient = true;
        self.retry_after = Some(self.retry_after.map_or(after, |asked| asked.max(after)));
        self
    }

    /// The same failure, after which nobody knows whether the provider took the work.
    #[must_use]
    pub fn uncertain(mut self) -> Self {
        self.uncertain = true;
        self
    }

    /// The same failure as the answer to the paid call: a gateway that gave up waiting, or a success
    /// that cannot be read, does not say whether the work was done and charged.
    #[must_use]
    pub fn after_submit(self) -> Self {
        let is_open = match self.status {
            Some(408 | 504 | 524) => true,
            Some(200..300) => self.unread && self.fault == ProviderFault::Upstream,
            _ => false,
        };
        if is_open {
            self.lasting().uncertain()
        } else {
            self
        }
    }

    /// The provider's text for a log: without the secrets that went out, without anything of their
    /// shape, one line, at most 300 characters.
    #[must_use]
    pub fn detail(&self, secrets: &[&SecretString]) -> String {
        let secrets: Vec<&str> = secrets
            .iter()
            .map(|secret| secret.expose_secret())
            .collect();
        redact(&self.detail, &secrets)
    }
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure")
            .field("fault", &self.fault)
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("transient", &self.transient)
            .field("uncertain", &self.uncertain)
            .finish_non_exhaustive()
    }
}

/// What a status means where the provider says nothing more.
#[must_use]
pub fn fault_by_status(status: u16) -> ProviderFault {
    match status {
        400 | 405 | 406 | 409 | 411 | 415 | 422 => ProviderFault::BadRequest,
        401 => ProviderFault::BadKey,
        402 => ProviderFault::NoCredit,
        403 | 451 => ProviderFault::Forbidden,
        404 | 410 => ProviderFault::ModelGone,
        408 | 504 | 524 => ProviderFault::Timeout,
        413 | 414 | 431 => ProviderFault::TooLarge,
        429 => ProviderFault::RateLimited,
        502 | 503 | 529 => ProviderFault::Overloaded,
        _ => ProviderFault::Upstream,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::reply;

    #[test]
    fn after_the_paid_call_a_lost_or_unread_answer_leaves_it_open() {
        let unread = |status| Failure::unreadable(&reply(status, "<html>"), "no JSON");
        for status in [200, 201, 408, 504, 524] {
            let failure = unread(status).after_submit();
            assert!(failure.uncertain && !failure.transient, "{status}");
        }
        for status in [302, 400, 401, 429, 500, 502, 503] {
            assert!(!unread(status).after_submit().uncertain, "{status}");
        }
        let told = |status, fault| Failure::told(fault, &reply(status, "{}"), "it failed");
        assert!(!told(200, ProviderFault::Upstream).after_submit().uncertain);
        assert!(told(504, ProviderFault::Timeout).after_submit().uncertain);
        let ours = Failure::ours(ProviderFault::Timeout, "not sent");
        assert!(!ours.after_submit().uncertain);
    }
}
