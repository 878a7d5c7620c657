//! What a call says about the provider, as opposed to the request or the key: whether it is there.

use domain::ProviderFault;
use providers::{Failure, Reply, SendError, Step};
use std::time::Duration;

/// What became of a call, for those who come after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The provider answered. It may have refused; then it is there all the same.
    Answered,
    /// It is overloaded, broken or not to be reached, as long as this lasts.
    Trouble {
        /// How long it wants to be left alone.
        asked: Option<Duration>,
    },
}

impl Outcome {
    /// Of an answer, as its adapter reads it.
    #[must_use]
    pub fn of_answer(reply: &Reply, step: &Result<Step, Failure>) -> Self {
        let is_trouble = matches!(reply.status, 408 | 429 | 500..=599);
        match step {
            Err(failure) if failure.transient || is_trouble => Self::of_failure(failure),
            _ if is_trouble => Self::Trouble { asked: None },
            _ => Self::Answered,
        }
    }

    /// Of a call without a whole answer. `None` where the reason is ours, such as an address that is
    /// not allowed: then nothing is known about the provider.
    #[must_use]
    pub fn of_error(error: &SendError) -> Option<Self> {
        let failure = error.failure();
        failure.transient.then(|| Self::of_failure(failure))
    }

    fn of_failure(failure: &Failure) -> Self {
        // Other failures carry the pause before the next poll there.
        let is_asked = matches!(
            failure.fault,
            ProviderFault::RateLimited | ProviderFault::Overloaded
        );
        Self::Trouble {
            asked: failure.retry_after.filter(|_| is_asked),
        }
    }
}
