//! When a call may be made again and after what pause. A call that may have been charged is never
//! made twice: only what certainly was not sent, or costs nothing, is repeated. Pure: chance is
//! passed in.

use crate::{SendError, call::Purpose};
use std::time::Duration;

/// The longest pauses before the second, third and fourth attempt.
const LONGEST: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(4),
    Duration::from_secs(30),
];
/// The longest pause that is taken over from a provider.
pub const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);

/// The pause before attempt number `attempt + 1` (the first attempt is number 1), or `None` when
/// the call must not be made again. `chance` is a random number from 0 to 1: the whole pause is
/// drawn, so that those who failed together do not come back together. A wait that the provider
/// asked for is kept, up to five minutes, and never shortened.
#[must_use]
pub fn pause(purpose: Purpose, attempt: u32, error: &SendError, chance: f64) -> Option<Duration> {
    let again = match error {
        SendError::NotSent(failure) => failure.transient,
        SendError::Ambiguous(failure) => {
            matches!(purpose, Purpose::Prepare | Purpose::Check) && failure.transient
        }
    };
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let longest = again.then(|| LONGEST.get(index).copied()).flatten()?;
    let drawn = longest.mul_f64(chance.clamp(0.0, 1.0));
    Some(
        error
            .failure()
            .retry_after
            .map_or(drawn, |asked| asked_for(asked, chance)),
    )
}

/// The wait that a provider asked for, up to five minutes, and up to a tenth more.
#[must_use]
pub fn asked_for(asked: Duration, chance: f64) -> Duration {
    asked
        .min(LONGEST_ASKED)
        .mul_f64(1.0 + chance.clamp(0.0, 1.0) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;
    use domain::ProviderFault;
    use proptest::prelude::*;

    fn passing() -> Failure {
        Failure::ours(ProviderFault::Upstream, "").passing()
    }

    fn asking(seconds: u64) -> SendError {
        let mut failure = passing();
        failure.retry_after = Some(Duration::from_secs(seconds));
        SendError::NotSent(failure)
    }

    #[test]
    fn a_paid_call_whose_answer_was_lost_is_never_repeated() {
        let lost = SendError::Ambiguous(passing());
        assert_eq!(pause(Purpose::Submit, 1, &lost, 0.5), None);
        assert!(pause(Purpose::Prepare, 1, &lost, 0.5).is_some());
    }

    #[test]
    fn what_was_not_sent_is_tried_four_times() {
        let unsent = SendError::NotSent(passing());
        for attempt in 1..=3 {
            assert!(pause(Purpose::Submit, attempt, &unsent, 0.5).is_some());
        }
        assert_eq!(pause(Purpose::Submit, 4, &unsent, 0.5), None);
    }

    #[test]
    fn a_refused_address_is_not_tried_again() {
        let refused = SendError::NotSent(passing().lasting());
        assert_eq!(pause(Purpose::Check, 1, &refused, 0.5), None);
    }

    #[test]
    fn a_thousand_who_fail_together_come_back_spread_out() {
        let unsent = SendError::NotSent(passing());
        let mut buckets = std::collections::BTreeMap::<u128, u32>::new();
        for client in 0..1_000 {
            let chance = f64::from(client) / 1_000.0;
            let pause = pause(Purpose::Submit, 3, &unsent, chance).unwrap();
            *buckets.entry(pause.as_millis() / 100).or_default() += 1;
        }
        assert!(buckets.values().all(|count| *count <= 50), "{buckets:?}");
    }

    proptest! {
        #[test]
        fn a_pause_is_drawn_from_all_of_its_range(attempt in 1..=3_u32, chance in 0.0..1.0_f64) {
            let unsent = SendError::NotSent(passing());
            let pause = pause(Purpose::Submit, attempt, &unsent, chance).unwrap();
            let longest = [500, 4_000, 30_000][usize::try_from(attempt).unwrap() - 1];
            prop_assert!(pause <= Duration::from_millis(longest));
            let share = pause.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(longest).unwrap());
            prop_assert!((share - chance).abs() < 0.01);
        }

        #[test]
        fn what_a_provider_asks_for_is_kept_up_to_five_minutes(
            seconds in 0..100_000_u64, chance in 0.0..1.0_f64,
        ) {
            let pause = pause(Purpose::Submit, 1, &asking(seconds), chance).unwrap();
            let kept = Duration::from_secs(seconds.min(300));
            prop_assert!(kept <= pause && pause <= kept.mul_f64(1.1));
        }
    }
}
