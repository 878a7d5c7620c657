//! What was spent, added up by each thing that it can be told apart by.

use super::super::parts::Table;
use super::{asked::Asked, chart};
use crate::words::{heading, usd};
use domain::{
    Operation, ProviderId, Timestamp,
    money::{MicroUsd, format_credits},
    resolution::Payer,
    usage::{Dimension, PaidBy, Sum, UsageReport},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Who pays, in the order in which it is shown.
pub const PAYERS: [Payer; 3] = [Payer::User, Payer::Organization, Payer::Instance];

/// What one payer paid.
#[must_use]
pub const fn of_payer(paid: &PaidBy, payer: Payer) -> Sum {
    match payer {
        Payer::User => paid.user,
        Payer::Organization => paid.organization,
        Payer::Instance => paid.instance,
    }
}

/// An amount for people.
#[must_use]
pub fn amount(spent: MicroUsd) -> String {
    format!("{} credits ({})", format_credits(spent), usd(spent))
}

/// The sums of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    from: Timestamp,
    to: Timestamp,
    total: PaidBy,
    days: BTreeMap<String, PaidBy>,
    providers: BTreeMap<String, PaidBy>,
    operations: BTreeMap<String, PaidBy>,
    projects: BTreeMap<String, PaidBy>,
}

const DAY_MILLIS: i64 = 86_400_000;

fn name_of(day: Timestamp) -> String {
    day.to_rfc3339().chars().take(10).collect()
}

/// The names of the first and the last day of a time, which ends before `to`.
#[must_use]
pub fn first_and_last(from: Timestamp, to: Timestamp) -> (String, String) {
    (name_of(from), name_of(to.plus_millis(-DAY_MILLIS)))
}

fn add(sums: &mut BTreeMap<String, PaidBy>, key: String, paid: &PaidBy) {
    let sum = sums.entry(key).or_default();
    *sum = plus(sum, paid);
}

const fn plus(one: &PaidBy, other: &PaidBy) -> PaidBy {
    PaidBy {
        user: one.user.plus(other.user),
        organization: one.organization.plus(other.organization),
        instance: one.instance.plus(other.instance),
    }
}

impl Sums {
    /// Adds up what the address asks for.
    #[must_use]
    pub fn of(report: UsageReport, asked: &Asked) -> Self {
        let mut sums = Self {
            from: report.from,
            to: report.to,
            total: PaidBy::default(),
            days: BTreeMap::new(),
            providers: BTreeMap::new(),
            operations: BTreeMap::new(),
            projects: BTreeMap::new(),
        };
        for row in report.data {
            let member = |dimension| row.group.get(&dimension).and_then(Option::as_deref);
            let (provider, operation) = (member(Dimension::Provider), member(Dimension::Operation));
            let project = member(Dimension::Project);
            if !asked.shows(provider, operation, project) {
                continue;
            }
            let paid = &row.paid_by;
            sums.total = plus(&sums.total, paid);
            add(
                &mut sums.days,
                member(Dimension::Day).unwrap_or_default().to_owned(),
                paid,
            );
            let provider = provider.and_then(ProviderId::parse);
            add(
                &mut sums.providers,
                provider.map_or("—", ProviderId::label).to_owned(),
                paid,
            );
            let operation = operation.and_then(Operation::parse);
            add(
                &mut sums.operations,
                operation.map_or("—", heading).to_owned(),
                paid,
            );
            let project = match (project, &row.project_name) {
                (None, _) => "No project".to_owned(),
                (Some(_), Some(name)) => name.clone(),
                (Some(_), None) => "A project that you cannot see".to_owned(),
            };
            add(&mut sums.projects, project, paid);
        }
        sums
    }

    /// The first and the last day.
    #[must_use]
    pub fn days(&self) -> (String, String) {
        first_and_last(self.from, self.to)
    }

    /// Every day of the time, those without spending too.
    fn every_day(&self) -> Vec<(String, PaidBy)> {
        let mut days = Vec::new();
        let mut day = self.from;
        while day < self.to {
            let name = name_of(day);
            let paid = self.days.get(&name).copied().unwrap_or_default();
            days.push((name, paid));
            day = day.plus_millis(DAY_MILLIS);
        }
        days
    }

    fn is_empty(&self) -> bool {
        PAYERS
            .iter()
            .all(|payer| of_payer(&self.total, *payer).number == 0)
    }

    /// Totals, chart and tables.
    #[must_use]
    pub fn view(&self, asked: &Asked) -> AnyView {
        if self.is_empty() {
            let (from, to) = self.days();
            return view! {
                <div class="empty">
                    <p>{format!("Nothing was spent from {from} to {to}.")}</p>
                    {(*asked != Asked::default())
                        .then(|| view! { <p><a href="/usage" rel="external">"Show this month"</a></p> })}
                </div>
            }
            .into_any();
        }
        let with_spending: Vec<_> = self.days.clone().into_iter().collect();
        view! {
            {totals(&self.total)}
            {chart::view(&self.every_day())}
            <details class="figures">
                <summary>"Figures by day"</summary>
                {table("By day", &["Day", "Paid by", "Generations", "Cost", "Not known"], with_spending)}
            </details>
            {table("By operation", &["Operation", "Paid by", "Generations", "Cost", "Not known"], self.operations.clone())}
            {table("By provider", &["Provider", "Paid by", "Generations", "Cost", "Not known"], self.providers.clone())}
            {table("By project", &["Project", "Paid by", "Generations", "Cost", "Not known"], self.projects.clone())}
        }
        .into_any()
    }
}

/// What each payer paid. These are not added up.
fn totals(total: &PaidBy) -> AnyView {
    let rows = PAYERS.into_iter().filter_map(|payer| {
        let sum = of_payer(total, payer);
        (sum.number > 0).then(|| {
            view! {
                <div class="card total">
                    <dt>{payer.words()}</dt>
                    <dd>{amount(sum.micro_usd)}</dd>
                    <dd class="hint">{aside(sum)}</dd>
                </div>
            }
        })
    });
    view! { <dl class="totals" aria-label="In all">{rows.collect_view()}</dl> }.into_any()
}

/// How many there were, and of how many nobody knows the cost.
fn aside(sum: Sum) -> String {
    let mut words = match sum.number {
        1 => "1 generation".to_owned(),
        number => format!("{number} generations"),
    };
    if sum.unknown > 0 {
        words.push_str(&format!(", {}", unknown(sum)));
    }
    words
}

/// What is in no sum; empty where everything is known.
fn unknown(sum: Sum) -> String {
    match (sum.unknown, sum.unknown_at_most_micro_usd) {
        (0, _) => String::new(),
        (count, MicroUsd::ZERO) => format!("the cost of {count} is not known"),
        (count, most) => format!(
            "the cost of {count} is not known, by estimate at most {} credits",
            format_credits(most)
        ),
    }
}

/// What groups have cost, by who paid.
pub fn table(
    name: &'static str,
    columns: &'static [&'static str],
    rows: impl IntoIterator<Item = (String, PaidBy)>,
) -> AnyView {
    let rows = rows.into_iter().flat_map(|(name, paid)| {
        PAYERS.into_iter().filter_map(move |payer| {
            let sum = of_payer(&paid, payer);
            (sum.number > 0).then(|| {
                view! {
                    <tr>
                        <th scope="row" class="wrap">{name.clone()}</th>
                        <td>{payer.words()}</td>
                        <td>{sum.number.to_string()}</td>
                        <td>{amount(sum.micro_usd)}</td>
                        <td class="wrap">{unknown(sum)}</td>
                    </tr>
                }
                .into_any()
            })
        })
    });
    Table {
        name,
        captioned: true,
        columns,
        buttons: None,
    }
    .with(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::UsageRow;

    fn row(day: &str, provider: &str, project: Option<&str>, spent: i64, unknown: i64) -> UsageRow {
        let group = [
            (Dimension::Day, Some(day.to_owned())),
            (Dimension::Provider, Some(provider.to_owned())),
            (Dimension::Operation, Some("image".to_owned())),
            (Dimension::Project, project.map(str::to_owned)),
        ];
        UsageRow {
            group: group.into_iter().collect(),
            project_name: project.map(|id| format!("Project {id}")),
            member_name: None,
            paid_by: PaidBy {
                user: Sum {
                    number: 2,
                    micro_usd: MicroUsd(spent),
                    unknown,
                    unknown_at_most_micro_usd: MicroUsd::ZERO,
                },
                ..PaidBy::default()
            },
        }
    }

    fn report() -> UsageReport {
        let from = Timestamp::of_day("2026-11-27").unwrap();
        UsageReport {
            from,
            to: from.plus_millis(3 * DAY_MILLIS),
            group_by: Vec::new(),
            data: vec![
                row("2026-11-27", "kie", Some("p"), 5_000, 0),
                row("2026-11-29", "gemini", None, 2_500, 1),
            ],
            total: PaidBy::default(),
        }
    }

    #[test]
    fn every_day_of_the_time_has_its_place() {
        let sums = Sums::of(report(), &Asked::default());
        assert_eq!(
            sums.days(),
            ("2026-11-27".to_owned(), "2026-11-29".to_owned())
        );
        let spent: Vec<_> = sums
            .every_day()
            .into_iter()
            .map(|(day, paid)| (day, paid.user.micro_usd.0))
            .collect();
        assert_eq!(
            spent,
            [
                ("2026-11-27".to_owned(), 5_000),
                ("2026-11-28".to_owned(), 0),
                ("2026-11-29".to_owned(), 2_500)
            ]
        );
        assert_eq!(sums.total.user.micro_usd, MicroUsd(7_500));
    }

    #[test]
    fn a_filter_leaves_out_what_it_does_not_name() {
        let asked = Asked {
            provider: Some(ProviderId::Kie),
            ..Asked::default()
        };
        let sums = Sums::of(report(), &asked);
        assert_eq!(sums.total.user.micro_usd, MicroUsd(5_000));
        assert_eq!(sums.projects.keys().collect::<Vec<_>>(), ["Project p"]);
    }

    #[test]
    fn what_is_not_known_is_said_and_never_nothing() {
        let sums = Sums::of(report(), &Asked::default());
        assert_eq!(
            aside(sums.total.user),
            "4 generations, the cost of 1 is not known"
        );
        let sum = Sum {
            number: 1,
            unknown: 1,
            unknown_at_most_micro_usd: MicroUsd(10_000),
            ..Sum::default()
        };
        assert_eq!(
            unknown(sum),
            "the cost of 1 is not known, by estimate at most 2 credits"
        );
    }
}
