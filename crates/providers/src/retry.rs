//! When a call may be made again and after what pause. A call that may have been charged is never
//! made twice: only what certainly was not sent, or costs nothing, is repeated.

use crate::{SendError, call::Purpose};
use std::time::Duration;

/// The pauses before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// The pause before attempt number `attempt + 1` (the first attempt is number 1), or `None` when
/// the call must not be made again.
#[must_use]
pub fn pause(purpose: Purpose, attempt: u32, error: &SendError) -> Option<Duration> {
    let again = match error {
        SendError::NotSent(failure) => failure.transient,
        SendError::Ambiguous(failure) => {
            matches!(purpose, Purpose::Prepare | Purpose::Check) && failure.transient
        }
    };
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    again.then(|| PAUSES.get(index).copied()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;
    use domain::ProviderFault;

    fn passing() -> Failure {
        Failure::ours(ProviderFault::Upstream, "").passing()
    }

    #[test]
    fn a_paid_call_whose_answer_was_lost_is_never_repeated() {
        let lost = SendError::Ambiguous(passing());
        assert_eq!(pause(Purpose::Submit, 1, &lost), None);
        assert!(pause(Purpose::Prepare, 1, &lost).is_some());
    }

    #[test]
    fn what_was_not_sent_is_tried_three_times() {
        let unsent = SendError::NotSent(passing());
        assert!(pause(Purpose::Submit, 1, &unsent).is_some());
        assert!(pause(Purpose::Submit, 2, &unsent).is_some());
        assert_eq!(pause(Purpose::Submit, 3, &unsent), None);
    }

    #[test]
    fn a_refused_address_is_not_tried_again() {
        let refused = SendError::NotSent(passing().lasting());
        assert_eq!(pause(Purpose::Check, 1, &refused), None);
    }
}
