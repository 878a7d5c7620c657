//! Budgets: how much may be spent in a day or a month, and whether one more thing still fits. What
//! is being made counts with the most that it may cost, until it is settled. It reads no clock.

mod refusal;
mod view;

pub use refusal::Refused;
pub use view::BudgetView;

use crate::{
    FieldError, OrganizationId, ProjectId, Timestamp, UserId,
    money::{MicroUsd, format_credits},
    resolution::Payer,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, Time};

/// How long a budget lasts. Both begin at midnight in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetPeriod))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day of the calendar.
    Daily,
    /// A month of the calendar.
    Monthly,
}

impl Period {
    /// Every period, the shorter one first.
    pub const ALL: [Self; 2] = [Self::Daily, Self::Monthly];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        }
    }

    /// The period with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == id)
    }

    /// When the period began that a moment lies in.
    #[must_use]
    pub fn start(self, now: Timestamp) -> Timestamp {
        midnight(self.first_day(now))
    }

    /// When the next one begins.
    #[must_use]
    pub fn resets_at(self, now: Timestamp) -> Timestamp {
        let first = self.first_day(now);
        let next = match self {
            Self::Daily => first.next_day(),
            Self::Monthly => {
                let year = first.year() + i32::from(first.month() == time::Month::December);
                Date::from_calendar_date(year, first.month().next(), 1).ok()
            }
        };
        midnight(next.unwrap_or(Date::MAX))
    }

    fn first_day(self, now: Timestamp) -> Date {
        let day = OffsetDateTime::from_unix_timestamp(now.0.div_euclid(1_000))
            .map_or(Date::MAX, OffsetDateTime::date);
        match self {
            Self::Daily => day,
            Self::Monthly => day.replace_day(1).unwrap_or(day),
        }
    }
}

fn midnight(day: Date) -> Timestamp {
    Timestamp(day.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp() * 1_000)
}

/// Whose budget. The budgets of a person and of a project count everything that is spent there,
/// whoever pays; those of an organization and of the instance count what these pay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A person's.
    User(UserId),
    /// A project's.
    Project(ProjectId),
    /// An organization's.
    Organization(OrganizationId),
    /// What each member of an organization who is no admin of it may spend of its money.
    Member(OrganizationId, UserId),
    /// That of who runs the instance.
    Instance,
}

impl Owner {
    /// The kind of it.
    #[must_use]
    pub const fn kind(&self) -> OwnerKind {
        match self {
            Self::User(_) => OwnerKind::User,
            Self::Project(_) => OwnerKind::Project,
            Self::Organization(_) => OwnerKind::Organization,
            Self::Member(..) => OwnerKind::Member,
            Self::Instance => OwnerKind::Instance,
        }
    }

    /// The id within its kind; of a member's share, the organization's; of the instance, its name.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Project(id) => id.as_str(),
            Self::Organization(id) | Self::Member(id, _) => id.as_str(),
            Self::Instance => OwnerKind::Instance.as_str(),
        }
    }
}

/// Everybody whose budgets something counts against.
#[must_use]
pub fn owners(
    user: &UserId,
    project: Option<&ProjectId>,
    organization: Option<&OrganizationId>,
    payer: Payer,
) -> Vec<Owner> {
    let mut owners = vec![Owner::User(user.clone())];
    owners.extend(project.cloned().map(Owner::Project));
    match payer {
        Payer::User => {}
        Payer::Organization => {
            if let Some(organization) = organization {
                owners.push(Owner::Organization(organization.clone()));
                owners.push(Owner::Member(organization.clone(), user.clone()));
            }
        }
        Payer::Instance => owners.push(Owner::Instance),
    }
    owners
}

/// The kinds of owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetOwner))]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// A person.
    User,
    /// A project.
    Project,
    /// An organization.
    Organization,
    /// A member of an organization.
    Member,
    /// Who runs the instance.
    Instance,
}

impl OwnerKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Project,
        Self::Organization,
        Self::Member,
        Self::Instance,
    ];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Organization => "organization",
            Self::Member => "member",
            Self::Instance => "instance",
        }
    }

    const fn whose(self) -> &'static str {
        match self {
            Self::User => "Your",
            Self::Project => "This project's",
            Self::Organization => "Your organization's",
            Self::Member => "Your organization's per-member",
            Self::Instance => "This server's",
        }
    }
}

/// What a budget does with something whose price nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnknownPrices {
    /// Lets it through, as long as there is anything left. It reserves nothing.
    Allow,
    /// Refuses it.
    Refuse,
}

impl UnknownPrices {
    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Refuse => "refuse",
        }
    }
}

/// The terms of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// How long it lasts.
    pub period: Period,
    /// The most that may be spent in a period.
    pub limit_micro_usd: MicroUsd,
    /// Whether what does not fit is refused. A soft one only warns.
    pub hard: bool,
    /// From how many percent of the limit on it warns; `None` for never.
    pub warn_percent: Option<u8>,
    /// What it does with unknown prices.
    pub unknown_prices: UnknownPrices,
}

/// What counts against a budget at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// What was spent in this period. What was perhaps charged counts with its highest estimate.
    pub spent: MicroUsd,
    /// The most that everything which is being made may cost.
    pub reserved: MicroUsd,
}

impl Standing {
    /// Both together.
    #[must_use]
    pub const fn used(self) -> MicroUsd {
        self.spent.plus(self.reserved)
    }
}

/// How a budget is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Below the warning.
    Fine,
    /// Above it.
    Warning,
    /// Nothing is left.
    UsedUp,
}

/// Why a budget refuses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetReason))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It does not fit into what is left.
    Spent,
    /// Nobody knows its price.
    UnknownPrice,
}

impl Budget {
    /// What is left; never below zero.
    #[must_use]
    pub fn left(&self, standing: Standing) -> MicroUsd {
        let left = self.limit_micro_usd.0.saturating_sub(standing.used().0);
        MicroUsd(left.max(0))
    }

    /// How it is doing.
    #[must_use]
    pub fn state(&self, standing: Standing) -> State {
        let used = i128::from(standing.used().0) * 100;
        let limit = i128::from(self.limit_micro_usd.0);
        if used >= limit * 100 {
            State::UsedUp
        } else if self
            .warn_percent
            .is_some_and(|percent| used >= limit * i128::from(percent))
        {
            State::Warning
        } else {
            State::Fine
        }
    }

    /// Whether something that costs at most `price` may be made now; `None` where nobody knows what
    /// it costs. What is known to be free always may.
    ///
    /// # Errors
    /// What the budget says instead.
    pub fn admit(
        &self,
        whose: OwnerKind,
        standing: Standing,
        price: Option<MicroUsd>,
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.weigh(standing, price).map_err(|reason| Refused {
            whose,
            period: self.period,
            limit_micro_usd: self.limit_micro_usd,
            left_micro_usd: self.left(standing),
            price_micro_usd: price,
            resets_at: self.period.resets_at(now),
            reason,
        })
    }

    /// What a person should know before something that costs at most `price` is made: that the budget
    /// is nearly or wholly used up with it. `None` where there is nothing to say.
    #[must_use]
    pub fn warning(
        &self,
        whose: OwnerKind,
        standing: Standing,
        price: Option<MicroUsd>,
        now: Timestamp,
    ) -> Option<String> {
        let after = Standing {
            reserved: standing.reserved.plus(price.unwrap_or_default()),
            ..standing
        };
        let how = match self.state(after) {
            State::Fine => return None,
            State::Warning => "nearly used up",
            State::UsedUp => "used up",
        };
        Some(format!(
            "{} {} budget is {how} with this: up to {} of {} credits until {}.",
            whose.whose(),
            self.period.as_str(),
            format_credits(after.used()),
            format_credits(self.limit_micro_usd),
            self.period.resets_at(now)
        ))
    }

    fn weigh(&self, standing: Standing, price: Option<MicroUsd>) -> Result<(), Reason> {
        let left = self.left(standing);
        let fits = match price {
            None if self.unknown_prices == UnknownPrices::Refuse => {
                return Err(Reason::UnknownPrice);
            }
            None => left > MicroUsd::ZERO,
            Some(price) => price == MicroUsd::ZERO || price <= left,
        };
        if fits || !self.hard {
            Ok(())
        } else {
            Err(Reason::Spent)
        }
    }
}

/// The terms that somebody wishes for a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BudgetWish, example = json!({ "limit_micro_usd": 5_000_000 })))]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The most that may be spent in a period.
    pub limit_micro_usd: MicroUsd,
    /// Whether what does not fit is refused.
    #[serde(default = "yes")]
    pub hard: bool,
    /// From how many percent of the limit on it warns; `None` for never.
    #[serde(default = "eighty")]
    pub warn_percent: Option<u8>,
    /// What it does with unknown prices; left open, a hard one refuses them and a soft one does not.
    #[serde(default)]
    pub unknown_prices: Option<UnknownPrices>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::unnecessary_wraps, reason = "the default of a field")]
const fn eighty() -> Option<u8> {
    Some(80)
}

/// The highest limit, a billion dollars: sums stay far from where they would be capped.
pub const HIGHEST_LIMIT: MicroUsd = MicroUsd(1_000_000_000_000_000);

impl Wish {
    /// The budget that is wished for.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn budget(self, period: Period) -> Result<Budget, FieldError> {
        let wrong = |field: &str, message: &str| {
            Err(FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            })
        };
        if !(MicroUsd::ZERO..=HIGHEST_LIMIT).contains(&self.limit_micro_usd) {
            return wrong(
                "limit_micro_usd",
                "Give the limit in millionths of a US dollar, from 0 to a billion dollars.",
            );
        }
        if self
            .warn_percent
            .is_some_and(|percent| !(1..=100).contains(&percent))
        {
            return wrong("warn_percent", "Warn at 1 to 100 percent, or never (null).");
        }
        Ok(Budget {
            period,
            limit_micro_usd: self.limit_micro_usd,
            hard: self.hard,
            warn_percent: self.warn_percent,
            unknown_prices: self.unknown_prices.unwrap_or(if self.hard {
                UnknownPrices::Refuse
            } else {
                UnknownPrices::Allow
            }),
        })
    }
}

#[cfg(test)]
mod tests;
