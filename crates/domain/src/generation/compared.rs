//! The same job at every provider and model, and how long such jobs usually take.

use crate::{
    ApiError, ErrorCode, ProviderId, money::MicroUsd, pricing::Estimate, resolution::Payer,
};
use serde::{Deserialize, Serialize};

/// One way to have something made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Who would make it.
    pub provider: ProviderId,
    /// With which model.
    pub model: String,
    /// The model's name.
    pub name: String,
    /// What exactly this job would cost.
    pub estimate: Estimate,
    /// Whether it could be used now.
    pub usable: bool,
    /// Who would pay, where it could.
    pub payer: Option<Payer>,
    /// Why it could not.
    pub problem: Option<ApiError>,
    /// How long the person's own ones took.
    pub typical: Option<Typical>,
}

impl Compared {
    /// Whether an API key is all that is missing.
    #[must_use]
    pub fn misses_only_a_key(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| {
            problem.code == ErrorCode::ApiKeyRequired && problem.missing == ["api_key"]
        })
    }

    fn rank(&self) -> (bool, MicroUsd, MicroUsd) {
        let unknown = MicroUsd(i64::MAX);
        let (most, least) = self
            .estimate
            .micro_usd
            .map_or((unknown, unknown), |total| (total.high, total.low));
        (!self.usable, most, least)
    }
}

/// What can be used first, then by what it may cost at the most; what nobody knows last. Equal ones
/// keep their order.
pub fn rank(ways: &mut [Compared]) {
    ways.sort_by_key(Compared::rank);
}

/// How long something usually takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Typical {
    /// The middle one of the times, in whole seconds.
    pub seconds: u32,
    /// How many times there were.
    pub count: u32,
}

impl Typical {
    /// The middle of some times in milliseconds, rounded up; `None` where there are none.
    #[must_use]
    pub fn of(mut millis: Vec<i64>) -> Option<Self> {
        millis.iter_mut().for_each(|time| *time = (*time).max(0));
        millis.sort_unstable();
        let upper = *millis.get(millis.len() / 2)?;
        let lower = millis[(millis.len() - 1) / 2];
        let middle = lower + (upper - lower) / 2;
        Some(Self {
            seconds: u32::try_from(middle.saturating_add(999) / 1_000).unwrap_or(u32::MAX),
            count: u32::try_from(millis.len()).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{PriceStatus, Span};

    fn way(model: &str, usable: bool, price: Option<(i64, i64)>) -> Compared {
        Compared {
            provider: ProviderId::Kie,
            model: model.into(),
            name: String::new(),
            estimate: price.map_or_else(Estimate::unknown, |(low, high)| Estimate {
                status: PriceStatus::Known,
                credits: None,
                micro_usd: Some(Span {
                    low: MicroUsd(low),
                    high: MicroUsd(high),
                }),
                lines: Vec::new(),
            }),
            usable,
            payer: None,
            problem: None,
            typical: None,
        }
    }

    #[test]
    fn what_can_be_used_comes_first_and_the_cheapest_of_it_before_the_unknown() {
        let mut ways = [
            way("locked and free", false, Some((0, 0))),
            way("unknown", true, None),
            way("dear", true, Some((1, 9))),
            way("cheap", true, Some((5, 5))),
            way("as cheap at least", true, Some((4, 5))),
            way("unknown too", true, None),
        ];
        rank(&mut ways);
        assert_eq!(
            ways.map(|way| way.model),
            [
                "as cheap at least",
                "cheap",
                "dear",
                "unknown",
                "unknown too",
                "locked and free"
            ]
        );
    }

    #[test]
    fn the_middle_time_is_not_moved_by_one_that_got_stuck() {
        let of = |millis: &[i64]| Typical::of(millis.to_vec()).map(|t| (t.seconds, t.count));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[1]), Some((1, 1)));
        assert_eq!(of(&[4_000, 2_000]), Some((3, 2)));
        assert_eq!(of(&[3_600_000, 2_000, 4_000]), Some((4, 3)));
        assert_eq!(of(&[-5]), Some((0, 1)));
        assert_eq!(of(&[i64::MAX]), Some((u32::MAX, 1)));
    }

    #[test]
    fn only_a_missing_key_is_a_missing_key() {
        let with = |code, missing: &[&str]| {
            let mut problem = ApiError::new(code, "");
            problem.missing = missing.iter().map(|what| (*what).to_owned()).collect();
            Compared {
                problem: Some(problem),
                ..way("m", false, None)
            }
        };
        assert!(with(ErrorCode::ApiKeyRequired, &["api_key"]).misses_only_a_key());
        assert!(!with(ErrorCode::ApiKeyRequired, &["endpoint"]).misses_only_a_key());
        assert!(!with(ErrorCode::KeyUnavailable, &[]).misses_only_a_key());
        assert!(!way("m", true, None).misses_only_a_key());
    }
}
