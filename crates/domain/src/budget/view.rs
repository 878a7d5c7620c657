//! A budget as its people see it.

use super::{Budget, Owner, OwnerKind, Period, Standing, State, UnknownPrices};
use crate::{Timestamp, money::MicroUsd};
use serde::{Deserialize, Serialize};

/// A budget as its people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Budget))]
pub struct BudgetView {
    /// Whose kind of budget.
    pub whose: OwnerKind,
    /// Of which person, project or organization; `None` for the instance's.
    pub id: Option<String>,
    /// How long it lasts.
    pub period: Period,
    /// The most that may be spent.
    pub limit_micro_usd: MicroUsd,
    /// Whether what does not fit is refused.
    pub hard: bool,
    /// From how many percent of the limit on it warns.
    pub warn_percent: Option<u8>,
    /// What it does with unknown prices.
    pub unknown_prices: UnknownPrices,
    /// What was spent in this period.
    pub spent_micro_usd: MicroUsd,
    /// The most that everything which is being made may cost.
    pub reserved_micro_usd: MicroUsd,
    /// What is left.
    pub left_micro_usd: MicroUsd,
    /// How it is doing.
    pub state: State,
    /// When the period began.
    pub since: Timestamp,
    /// When the next one begins.
    pub resets_at: Timestamp,
    /// When the terms were set.
    pub updated_at: Timestamp,
}

impl BudgetView {
    /// What a budget looks like at a moment.
    #[must_use]
    pub fn of(
        owner: &Owner,
        budget: &Budget,
        standing: Standing,
        updated_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            whose: owner.kind(),
            id: (*owner != Owner::Instance).then(|| owner.id().to_owned()),
            period: budget.period,
            limit_micro_usd: budget.limit_micro_usd,
            hard: budget.hard,
            warn_percent: budget.warn_percent,
            unknown_prices: budget.unknown_prices,
            spent_micro_usd: standing.spent,
            reserved_micro_usd: standing.reserved,
            left_micro_usd: budget.left(standing),
            state: budget.state(standing),
            since: budget.period.start(now),
            resets_at: budget.period.resets_at(now),
            updated_at,
        }
    }
}
