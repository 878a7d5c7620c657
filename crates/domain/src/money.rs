//! Money as integer micro-USD, and the credits in which it is shown. Nothing here is a float until
//! it is shown, and no sum wraps around.

use serde::{Deserialize, Serialize};

/// Millionths of a US dollar. Never negative in a price or an estimate.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct MicroUsd(pub i64);

/// One credit is USD 0.005.
pub const MICRO_USD_PER_CREDIT: i64 = 5_000;

impl MicroUsd {
    /// Nothing to pay, known for certain.
    pub const ZERO: Self = Self(0);

    /// `amount × quantity / per`, rounded up to a whole micro-USD and capped at the largest amount.
    /// `per` of zero counts as one.
    #[must_use]
    pub fn times(self, quantity: u64, per: u64) -> Self {
        let product = i128::from(self.0) * i128::from(quantity);
        let per = i128::from(per.max(1));
        let rounded_up = product.div_euclid(per) + i128::from(product.rem_euclid(per) != 0);
        Self(i64::try_from(rounded_up).unwrap_or(i64::MAX))
    }

    /// The sum, capped at the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The amount in credits, for showing.
    #[must_use]
    pub fn credits(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "shown with at most four digits")]
        let micros = self.0 as f64;
        micros / 5_000.0
    }
}

/// Credits as people read them: whole from ten up, one decimal from one up, otherwise two
/// significant digits; never `0` for something that costs.
#[must_use]
pub fn format_credits(amount: MicroUsd) -> String {
    // Whole numbers alone: floating point would carry its printing into the browser.
    let thousandths = amount.0 / 5;
    let step = match thousandths {
        _ if amount.0 == 0 => return "0".to_owned(),
        ..1 => return "<0.001".to_owned(),
        1..100 => 1,
        100..1_000 => 10,
        1_000..10_000 => 100,
        _ => 1_000,
    };
    let rounded = (amount.0 + step * 5 / 2) / (step * 5) * step;
    let (whole, rest) = (rounded / 1_000, rounded % 1_000);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:03}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_dollar_is_two_hundred_credits() {
        assert!((MicroUsd(1_000_000).credits() - 200.0).abs() < f64::EPSILON);
    }

    #[test]
    fn shown_credits_are_short_and_never_zero_for_a_cost() {
        let shown = |micros| format_credits(MicroUsd(micros));
        assert_eq!(shown(0), "0");
        assert_eq!(shown(1), "<0.001");
        assert_eq!(shown(100), "0.02");
        assert_eq!(shown(5_000), "1");
        assert_eq!(shown(32_500), "6.5");
        assert_eq!(shown(134_000), "27");
        assert_eq!(shown(2_500), "0.5");
    }

    proptest! {
        #[test]
        fn a_price_times_a_quantity_is_never_negative_and_never_too_low(
            amount in 0..=i64::MAX, quantity: u64, per: u64
        ) {
            let total = MicroUsd(amount).times(quantity, per);
            prop_assert!(total.0 >= 0);
            let exact = i128::from(amount) * i128::from(quantity);
            prop_assert!(
                total.0 == i64::MAX || i128::from(total.0) * i128::from(per.max(1)) >= exact
            );
        }

        #[test]
        fn a_cost_is_never_shown_as_nothing(amount in 1..=i64::MAX) {
            prop_assert_ne!(format_credits(MicroUsd(amount)), "0");
        }
    }
}
