//! How a stored key fares at its provider: what counts as the key's own trouble, and which of many
//! outcomes are worth writing down.

use super::{FindingResult, KeyReport};
use crate::{ProviderFault, Timestamp};
use serde::{Deserialize, Serialize};

/// How a stored key last fared at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyHealth {
    /// When the provider last accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ok_at: Option<Timestamp>,
    /// When the provider last refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<ProviderFault>,
}

/// The same outcome is written down at most this often.
const NOTED_EVERY_MILLIS: i64 = 60_000;

/// What an outcome means for what is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthChange {
    /// Nothing new.
    Nothing,
    /// A later moment of the same.
    Noted,
    /// It has begun to fail, fails for another reason, or works again.
    Turned,
}

impl KeyHealth {
    /// Why the provider refuses the key: its last error, as long as it has not accepted the key
    /// since.
    #[must_use]
    pub fn failing(&self) -> Option<ProviderFault> {
        self.last_error
            .filter(|_| self.last_error_at > self.last_ok_at)
    }

    /// The same without an error that is over.
    #[must_use]
    pub fn without_past_error(self) -> Self {
        if self.failing().is_some() {
            return self;
        }
        Self {
            last_ok_at: self.last_ok_at,
            ..Self::default()
        }
    }

    /// What an outcome at this moment means: `Ok` where the provider accepted the key, a fault of
    /// the key where it did not.
    #[must_use]
    pub fn change(&self, outcome: Result<(), ProviderFault>, now: Timestamp) -> HealthChange {
        let failing = self.failing();
        if failing != outcome.err() {
            return HealthChange::Turned;
        }
        let last = if failing.is_some() {
            self.last_error_at
        } else {
            self.last_ok_at
        };
        if last.is_some_and(|last| now < last.plus_millis(NOTED_EVERY_MILLIS)) {
            HealthChange::Nothing
        } else {
            HealthChange::Noted
        }
    }

    /// What a free test says about the key, if anything. That the provider knows the key does not
    /// say that there is credit again.
    #[must_use]
    pub fn outcome_of_test(&self, report: &KeyReport) -> Option<Result<(), ProviderFault>> {
        use ProviderFault::{BadKey, NoCredit, SpendLimit};
        match (report.auth.result, report.quota.result) {
            (FindingResult::Failed, _) => Some(Err(BadKey)),
            (FindingResult::Ok, FindingResult::Failed) => Some(Err(NoCredit)),
            (FindingResult::Ok, FindingResult::Ok) => Some(Ok(())),
            (FindingResult::Ok, _) => {
                let is_about_credit = matches!(self.failing(), Some(NoCredit | SpendLimit));
                (!is_about_credit).then_some(Ok(()))
            }
            (FindingResult::Skipped | FindingResult::Unknown, _) => None,
        }
    }
}

impl ProviderFault {
    /// Whether it is the key's: another key, or another account behind it, would not have it.
    #[must_use]
    pub const fn is_of_key(self) -> bool {
        matches!(
            self,
            Self::BadKey | Self::Forbidden | Self::NoCredit | Self::SpendLimit | Self::RateLimited
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp(1_795_000_000_000 + millis)
    }

    fn health(ok: Option<i64>, error: Option<i64>, fault: ProviderFault) -> KeyHealth {
        KeyHealth {
            last_ok_at: ok.map(at),
            last_error_at: error.map(at),
            last_error: error.map(|_| fault),
        }
    }

    #[test]
    fn an_error_counts_until_the_key_is_accepted_again() {
        use ProviderFault::NoCredit;
        for (ok, error, failing) in [
            (None, None, None),
            (Some(5), None, None),
            (None, Some(5), Some(NoCredit)),
            (Some(4), Some(5), Some(NoCredit)),
            (Some(5), Some(5), None),
            (Some(6), Some(5), None),
        ] {
            let health = health(ok, error, NoCredit);
            assert_eq!(health.failing(), failing, "{ok:?} {error:?}");
            let shown = health.without_past_error();
            assert_eq!(shown.last_ok_at, health.last_ok_at);
            assert_eq!(shown.last_error, failing, "{ok:?} {error:?}");
            assert_eq!(shown.last_error_at.is_some(), failing.is_some());
        }
    }

    #[test]
    fn only_what_is_new_is_written_down() {
        use HealthChange::{Noted, Nothing, Turned};
        use ProviderFault::{BadKey, NoCredit};
        let failing = health(Some(0), Some(10), NoCredit);
        for (health, outcome, later, change) in [
            (KeyHealth::default(), Ok(()), 0, Noted),
            (KeyHealth::default(), Err(BadKey), 0, Turned),
            (health(Some(0), None, BadKey), Ok(()), 59_999, Nothing),
            (health(Some(0), None, BadKey), Ok(()), 60_000, Noted),
            (health(Some(0), None, BadKey), Err(BadKey), 1, Turned),
            (failing, Err(NoCredit), 60_009, Nothing),
            (failing, Err(NoCredit), 60_010, Noted),
            (failing, Err(BadKey), 11, Turned),
            (failing, Ok(()), 11, Turned),
        ] {
            assert_eq!(
                health.change(outcome, at(later)),
                change,
                "{health:?} {outcome:?} {later}"
            );
        }
    }

    #[test]
    fn a_test_that_tells_nothing_of_credit_does_not_clear_an_empty_account() {
        use FindingResult::{Failed, Ok as Good, Skipped, Unknown};
        use ProviderFault::{BadKey, NoCredit};
        let well = KeyHealth::default();
        let empty = health(None, Some(1), NoCredit);
        for (before, auth, quota, outcome) in [
            (well, Good, Unknown, Some(Ok(()))),
            (well, Failed, Skipped, Some(Err(BadKey))),
            (well, Good, Failed, Some(Err(NoCredit))),
            (well, Skipped, Skipped, None),
            (well, Unknown, Unknown, None),
            (empty, Good, Unknown, None),
            (empty, Good, Good, Some(Ok(()))),
        ] {
            let finding = |result| Finding::new(result, "");
            let report = KeyReport {
                format: finding(Good),
                host: finding(Good),
                auth: finding(auth),
                quota: finding(quota),
                models: finding(Skipped),
            };
            assert_eq!(
                before.outcome_of_test(&report),
                outcome,
                "{auth:?} {quota:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_turn_is_told_exactly_when_another_state_is_shown(
            ok in prop::option::of(0..100_000_i64),
            error in prop::option::of(0..100_000_i64),
            fails in any::<bool>(),
        ) {
            let fault = ProviderFault::BadKey;
            let before = health(ok, error, fault);
            let now = at(100_000);
            let outcome = if fails { Err(fault) } else { Ok(()) };
            let mut after = before;
            if fails {
                (after.last_error_at, after.last_error) = (Some(now), Some(fault));
            } else {
                after.last_ok_at = Some(now);
            }
            let turned = before.change(outcome, now) == HealthChange::Turned;
            prop_assert_eq!(turned, before.failing() != after.failing());
        }
    }
}
