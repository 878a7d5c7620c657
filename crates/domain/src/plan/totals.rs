//! What many items come to together. What nobody knows is counted apart and is in no sum.

use super::{ItemView, Offer};
use crate::{
    Map, Operation, ProviderId,
    generation::who,
    money::{MicroUsd, format_credits},
    pricing::Span,
    resolution::Payer,
};
use serde::{Deserialize, Serialize};

/// What some items come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanSum))]
pub struct Sum {
    /// How many they are.
    pub items: usize,
    /// From the least to the most that those with a known price cost together.
    pub micro_usd: Span<MicroUsd>,
    /// How many of them have no known price.
    pub unknown: usize,
}

impl Sum {
    /// With one more.
    pub fn add(&mut self, price: Option<Span<MicroUsd>>) {
        self.items += 1;
        match price {
            Some(price) => {
                self.micro_usd = Span {
                    low: self.micro_usd.low.plus(price.low),
                    high: self.micro_usd.high.plus(price.high),
                };
            }
            None => self.unknown += 1,
        }
    }

    /// The price in words; what is not known is named and never counted as nothing.
    #[must_use]
    pub fn words(&self) -> String {
        let Span { low, high } = self.micro_usd;
        let known = if low == high {
            format!("{} credits", format_credits(high))
        } else {
            format!("{}–{} credits", format_credits(low), format_credits(high))
        };
        match (self.unknown, self.items - self.unknown) {
            (0, _) => known,
            (unknown, 0) => format!("{unknown} of unknown price"),
            (unknown, _) => format!("{known} and {unknown} of unknown price"),
        }
    }
}

/// What items that can be started come to, together and apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanTotals))]
pub struct Totals {
    /// All of them.
    pub all: Sum,
    /// By what is generated.
    pub by_operation: Map<Operation, Sum>,
    /// By who generates.
    pub by_provider: Map<ProviderId, Sum>,
    /// By who pays.
    pub by_payer: Map<Payer, Sum>,
}

impl Totals {
    /// Those of the items that could be started now.
    #[must_use]
    pub fn of<'a>(items: impl IntoIterator<Item = &'a ItemView>) -> Self {
        let mut totals = Self::default();
        for item in items {
            if let (true, Some(offer)) = (item.is_ready(), &item.offer) {
                totals.add(item.input.operation(), offer);
            }
        }
        totals
    }

    fn add(&mut self, operation: Operation, offer: &Offer) {
        let Some(payer) = offer.payer else { return };
        let price = offer.price();
        self.all.add(price);
        self.by_operation.or_default(operation).add(price);
        self.by_provider.or_default(offer.provider).add(price);
        self.by_payer.or_default(payer).add(price);
    }

    /// What somebody agrees to who says yes to this.
    #[must_use]
    pub fn consent(&self) -> Consent {
        Consent {
            most_micro_usd: self.all.micro_usd.high,
            unknown: self.all.unknown,
            payers: self.by_payer.keys().copied().collect(),
        }
    }
}

/// What was shown when somebody agreed to a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanConsent))]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The most that everything with a known price was to cost.
    pub most_micro_usd: MicroUsd,
    /// How many were of unknown price.
    #[serde(default)]
    pub unknown: usize,
    /// Who was to pay.
    pub payers: Vec<Payer>,
}

impl Consent {
    /// What is otherwise now, in a sentence or two; `None` where what was agreed still holds.
    #[must_use]
    pub fn broken_by(&self, now: &Totals) -> Option<String> {
        let mut changes = Vec::new();
        let most = now.all.micro_usd.high;
        if most > self.most_micro_usd {
            changes.push(format!(
                "it could cost up to {} instead of {} credits",
                format_credits(most),
                format_credits(self.most_micro_usd)
            ));
        }
        if now.all.unknown > self.unknown {
            changes.push(format!(
                "{} instead of {} have no known price",
                now.all.unknown, self.unknown
            ));
        }
        for payer in now.by_payer.keys() {
            if !self.payers.contains(payer) {
                changes.push(format!("{} would pay too", who(*payer)));
            }
        }
        (!changes.is_empty()).then(|| {
            format!(
                "Something has changed meanwhile: {}. Nothing was started. Look at the plan again before you start it.",
                changes.join("; ")
            )
        })
    }
}
