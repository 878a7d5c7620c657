//! What was spent, as its people see it: in groups, by who paid, with what nobody knows apart.

use crate::{Timestamp, money::MicroUsd};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By what spending is put into groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UsageDimension))]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The day in UTC.
    Day,
    /// Who generated.
    Provider,
    /// What was generated.
    Operation,
    /// With which model.
    Model,
    /// In which project.
    Project,
    /// Who paid.
    Payer,
    /// Where the key came from.
    KeySource,
    /// Who generated; of an organization alone.
    Member,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 8] = [
        Self::Day,
        Self::Provider,
        Self::Operation,
        Self::Model,
        Self::Project,
        Self::Payer,
        Self::KeySource,
        Self::Member,
    ];

    /// The id that is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Provider => "provider",
            Self::Operation => "operation",
            Self::Model => "model",
            Self::Project => "project",
            Self::Payer => "payer",
            Self::KeySource => "key_source",
            Self::Member => "member",
        }
    }

    /// The dimension with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == id)
    }
}

/// A sum that says what it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UsageSum))]
pub struct Sum {
    /// How many sendings.
    pub number: i64,
    /// The known costs together.
    pub micro_usd: MicroUsd,
    /// Of how many the cost is not known: it is in no sum.
    pub unknown: i64,
    /// The highest estimates of these together, as far as there are any.
    pub unknown_at_most_micro_usd: MicroUsd,
}

impl Sum {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            number: self.number.saturating_add(other.number),
            micro_usd: self.micro_usd.plus(other.micro_usd),
            unknown: self.unknown.saturating_add(other.unknown),
            unknown_at_most_micro_usd: self
                .unknown_at_most_micro_usd
                .plus(other.unknown_at_most_micro_usd),
        }
    }
}

/// What each payer paid. These are never added up: one's own money is not somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UsagePaidBy))]
pub struct PaidBy {
    /// With people's own keys.
    pub user: Sum,
    /// By an organization.
    pub organization: Sum,
    /// By who runs the instance.
    pub instance: Sum,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageRow {
    /// What its members have in common; `None` for what belongs to no project.
    pub group: BTreeMap<Dimension, Option<String>>,
    /// The project's name, to who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// The member's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    /// What was paid.
    pub paid_by: PaidBy,
}

/// What was spent in a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageReport {
    /// From this moment on.
    pub from: Timestamp,
    /// Until before this one.
    pub to: Timestamp,
    /// By what the rows are grouped.
    pub group_by: Vec<Dimension>,
    /// The groups, in the order of what they have in common.
    pub data: Vec<UsageRow>,
    /// All of them.
    pub total: PaidBy,
}
