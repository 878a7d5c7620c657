//! What a budget says when it refuses something.

use super::{OwnerKind, Period, Reason};
use crate::{
    ApiError, ErrorCode, Timestamp,
    money::{MicroUsd, format_credits},
};
use serde::Serialize;

/// What a budget refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetRefusal))]
pub struct Refused {
    /// Whose budget.
    pub whose: OwnerKind,
    /// How long it lasts.
    pub period: Period,
    /// The most that may be spent.
    pub limit_micro_usd: MicroUsd,
    /// What is left of it.
    pub left_micro_usd: MicroUsd,
    /// The most that what was asked for may cost; `None` where nobody knows.
    pub price_micro_usd: Option<MicroUsd>,
    /// When it starts anew.
    pub resets_at: Timestamp,
    /// Why.
    pub reason: Reason,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let budget = format!(
            "{} {} budget",
            refused.whose.whose(),
            refused.period.as_str()
        );
        let anew = refused.resets_at;
        let left = format_credits(refused.left_micro_usd);
        let limit = format_credits(refused.limit_micro_usd);
        let detail = match (refused.reason, refused.price_micro_usd) {
            (Reason::UnknownPrice, _) => format!(
                "{budget} refuses what has no known price, and nobody knows the price of this. {left} of {limit} credits are left until {anew}. Choose a model with a known price, or have the budget allow unknown prices."
            ),
            (Reason::Spent, Some(price)) => format!(
                "{budget} does not cover this: it may cost up to {} credits, and {left} of {limit} are left until {anew}. Choose something cheaper, have the budget raised, or wait until then.",
                format_credits(price)
            ),
            (Reason::Spent, None) => format!(
                "{budget} is used up: {left} of {limit} credits are left until {anew}. Have it raised, or wait until then."
            ),
        };
        let mut error = Self::new(ErrorCode::BudgetExceeded, detail);
        error.budget = Some(Box::new(refused));
        error
    }
}
