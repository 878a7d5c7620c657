//! What was spent: by a person, by an organization for its people, by the instance to who runs it.

use super::csv;
use crate::{actor::Actor, app::App, fault::Fault, organizations};
use domain::{
    ApiError, ErrorCode, OrganizationId, Timestamp,
    budget::Period,
    resolution::Payer,
    usage::{Dimension, PaidBy, Sum, UsageReport, UsageRow},
};
use std::collections::BTreeMap;
use store::ledger::Spent;

/// The most days of one report.
const MOST_DAYS: i64 = 366;
const DAY: i64 = 86_400_000;

/// Whose spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// The acting person's, whoever paid.
    Me,
    /// What an organization paid: to its admins for everybody, to a member for themselves.
    Organization(OrganizationId),
    /// What the instance paid; for who runs it.
    Instance,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The first day in UTC, `YYYY-MM-DD`; the first of this month where it is left open.
    pub from: Option<String>,
    /// The last day; today where it is left open.
    pub to: Option<String>,
    /// By what the rows are grouped; by provider where it is left open.
    pub group_by: Vec<Dimension>,
}

impl Query {
    /// Reads the dimensions as they are sent: `provider,day`.
    ///
    /// # Errors
    /// `INVALID_INPUT` for one that does not exist.
    pub fn dimensions(text: &str) -> Result<Vec<Dimension>, ApiError> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names
            .map(|name| {
                Dimension::parse(name).ok_or_else(|| {
                    let known = Dimension::ALL.map(Dimension::as_str).join(", ");
                    ApiError::invalid_field("group_by", format!("Group by some of {known}."))
                })
            })
            .collect()
    }
}

/// What was spent from the first to the last day, in groups.
///
/// # Errors
/// `INVALID_INPUT` for days that do not exist or are too far apart; `NOT_FOUND` for an organization
/// that one does not belong to; `FORBIDDEN` for what only admins see.
pub async fn report(
    app: &App,
    actor: &Actor,
    of: &Of,
    query: &Query,
) -> Result<UsageReport, ApiError> {
    let (from, to) = days(query, app.clock.now())?;
    if query.group_by.contains(&Dimension::Member) && !matches!(of, Of::Organization(_)) {
        return Err(ApiError::invalid_field(
            "group_by",
            "Only what an organization pays is grouped by its members.",
        ));
    }
    let spent = match of {
        Of::Me => store::ledger::of_user(&app.db, &actor.user.id, from, to).await,
        Of::Organization(id) => {
            let is_admin = organizations::level(app, actor, id).await?.role.is_admin();
            let own = Some(&actor.user.id).filter(|_| !is_admin);
            store::ledger::of_organization(&app.db, id, own, from, to).await
        }
        Of::Instance if actor.runs_the_instance() => {
            store::ledger::of_instance(&app.db, from, to).await
        }
        Of::Instance => {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                "Only the people who run this instance can see what it pays.",
            ));
        }
    };
    let mut group_by = query.group_by.clone();
    if group_by.is_empty() {
        group_by.push(Dimension::Provider);
    }
    let names = if group_by.contains(&Dimension::Project) {
        let projects = store::projects::list(&app.db, &actor.user.id).await;
        let projects = projects.map_err(Fault::from)?.into_iter();
        projects.map(|row| (row.id.0, row.name)).collect()
    } else {
        BTreeMap::new()
    };
    let spent = spent.map_err(Fault::from)?;
    let people = spent
        .iter()
        .filter_map(|row| Some((row.user_id.as_ref()?.0.clone(), row.member_name.clone()?)))
        .collect();
    let (data, total) = grouped(&spent, &group_by, (&names, &people));
    Ok(UsageReport {
        from,
        to,
        group_by,
        data,
        total,
    })
}

/// The same as a file for spreadsheets: its name and its text.
///
/// # Errors
/// As [`report`].
pub async fn file(
    app: &App,
    actor: &Actor,
    of: &Of,
    query: &Query,
) -> Result<(String, String), ApiError> {
    let report = report(app, actor, of, query).await?;
    let name = format!(
        "usage-{}-{}.csv",
        day(report.from.0 / DAY),
        day((report.to.0 - 1) / DAY)
    );
    Ok((name, csv::write(&report)))
}

/// From the beginning of the first day until before the one after the last.
fn days(query: &Query, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
    let read = |field: &str, text: &Option<String>, otherwise: Timestamp| match text {
        None => Ok(otherwise),
        Some(text) => Timestamp::of_day(text)
            .filter(|day| day.0 >= 0)
            .ok_or_else(|| ApiError::invalid_field(field, "Name a day in UTC, as in 2026-11-29.")),
    };
    let last = read("to", &query.to, Period::Daily.start(now))?;
    let from = read("from", &query.from, Period::Monthly.start(last))?;
    let apart = from.days_until(last);
    if !(0..MOST_DAYS).contains(&apart) {
        return Err(ApiError::invalid_field(
            "from",
            "Ask for at least one day and at most 366, the first one first.",
        ));
    }
    Ok((from, last.plus_millis(DAY)))
}

fn grouped(
    spent: &[Spent],
    group_by: &[Dimension],
    (projects, people): (&BTreeMap<String, String>, &BTreeMap<String, String>),
) -> (Vec<UsageRow>, PaidBy) {
    let mut groups: BTreeMap<Vec<Option<String>>, PaidBy> = BTreeMap::new();
    let mut total = PaidBy::default();
    for row in spent {
        let key = group_by.iter().map(|dimension| member(row, *dimension));
        let group = groups.entry(key.collect()).or_default();
        for paid in [group, &mut total] {
            let by = match row.payer {
                Payer::User => &mut paid.user,
                Payer::Organization => &mut paid.organization,
                Payer::Instance => &mut paid.instance,
            };
            *by = by.plus(Sum {
                number: row.number,
                micro_usd: row.micro_usd,
                unknown: row.number - row.known,
                unknown_at_most_micro_usd: row.at_most,
            });
        }
    }
    let rows = groups.into_iter().map(|(key, paid_by)| {
        let group: BTreeMap<_, _> = group_by.iter().copied().zip(key).collect();
        let named = |dimension, names: &BTreeMap<String, String>| {
            let id = group.get(&dimension).and_then(Option::as_ref);
            id.and_then(|id| names.get(id).cloned())
        };
        UsageRow {
            project_name: named(Dimension::Project, projects),
            member_name: named(Dimension::Member, people),
            group,
            paid_by,
        }
    });
    (rows.collect(), total)
}

fn member(row: &Spent, dimension: Dimension) -> Option<String> {
    let text = match dimension {
        Dimension::Day => return Some(day(row.day)),
        Dimension::Project => return row.project_id.as_ref().map(ToString::to_string),
        Dimension::KeySource => return Some(source(row)),
        Dimension::Member => return row.user_id.as_ref().map(ToString::to_string),
        Dimension::Provider => row.provider.as_str(),
        Dimension::Operation => row.operation.as_str(),
        Dimension::Model => &row.model,
        Dimension::Payer => row.payer.as_str(),
    };
    Some(text.to_owned())
}

/// The level as it is sent everywhere else.
fn source(row: &Spent) -> String {
    let level = serde_json::to_value(row.key_source);
    level
        .ok()
        .and_then(|level| level.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A day in UTC, counted from 1970-01-01, as `YYYY-MM-DD`.
fn day(number: i64) -> String {
    let midnight = Timestamp(number.saturating_mul(DAY)).to_rfc3339();
    midnight.chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Operation, ProjectId, ProviderId, money::MicroUsd, resolution::Level};

    fn spent(provider: ProviderId, payer: Payer, known: i64, cost: i64) -> Spent {
        Spent {
            provider,
            operation: Operation::Image,
            project_id: (payer == Payer::User).then(|| ProjectId("p1".to_owned())),
            payer,
            key_source: Level::User,
            model: "m".to_owned(),
            user_id: None,
            member_name: None,
            day: 20_786,
            number: 2,
            known,
            micro_usd: MicroUsd(cost),
            at_most: MicroUsd(if known < 2 { 90 } else { 0 }),
        }
    }

    fn asked(from: &str, to: &str) -> Query {
        Query {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            group_by: Vec::new(),
        }
    }

    #[test]
    fn money_of_different_payers_and_what_is_unknown_are_never_added_up() {
        let rows = [
            spent(ProviderId::Kie, Payer::User, 2, 40),
            spent(ProviderId::Kie, Payer::Organization, 1, 7),
            spent(ProviderId::Gemini, Payer::User, 0, 0),
        ];
        let (data, total) = grouped(
            &rows,
            &[Dimension::Provider],
            (&BTreeMap::new(), &BTreeMap::new()),
        );
        let of = |id: &str| {
            let named = |row: &&UsageRow| row.group[&Dimension::Provider].as_deref() == Some(id);
            data.iter().find(named).unwrap().paid_by
        };
        assert_eq!(
            (of("kie").user.micro_usd.0, of("kie").user.unknown),
            (40, 0)
        );
        let shared = of("kie").organization;
        assert_eq!(
            (shared.micro_usd.0, shared.unknown, shared.number),
            (7, 1, 2)
        );
        assert_eq!(shared.unknown_at_most_micro_usd.0, 90);
        assert_eq!(
            (of("gemini").user.micro_usd.0, of("gemini").user.unknown),
            (0, 2)
        );
        assert_eq!((total.user.number, total.user.micro_usd.0), (4, 40));
        assert_eq!(total.instance, Sum::default());
    }

    #[test]
    fn groups_are_by_everything_that_is_asked_for_with_names_and_without_a_project() {
        let rows = [
            spent(ProviderId::Kie, Payer::User, 2, 1),
            spent(ProviderId::Kie, Payer::Instance, 2, 2),
        ];
        let names = [("p1".to_owned(), "Film".to_owned())].into();
        let by = [Dimension::Project, Dimension::Day];
        let (data, _) = grouped(&rows, &by, (&names, &BTreeMap::new()));
        let shown: Vec<_> = data
            .iter()
            .map(|row| {
                (
                    row.group[&Dimension::Project].as_deref(),
                    row.project_name.as_deref(),
                )
            })
            .collect();
        assert_eq!(shown, [(None, None), (Some("p1"), Some("Film"))]);
        assert_eq!(
            data[0].group[&Dimension::Day].as_deref(),
            Some("2026-11-29")
        );
    }

    #[test]
    fn days_are_whole_and_in_order_and_not_too_many() {
        let now = Timestamp::of_day("2026-11-29").unwrap().plus_millis(7);
        let (from, to) = days(&Query::default(), now).unwrap();
        assert_eq!(from.to_rfc3339(), "2026-11-01T00:00:00Z");
        assert_eq!(to.to_rfc3339(), "2026-11-30T00:00:00Z");
        let one = days(&asked("2026-11-02", "2026-11-02"), now).unwrap();
        assert_eq!(one.0.days_until(one.1), 1);
        for (from, to, field) in [
            ("2026-11-03", "2026-11-02", "from"),
            ("2025-11-01", "2026-11-02", "from"),
            ("yesterday", "2026-11-02", "from"),
            ("2026-11-01", "2026-11-31", "to"),
        ] {
            let error = days(&asked(from, to), now).unwrap_err();
            assert_eq!(error.fields[0].field, field, "{from} {to}");
        }
    }

    #[test]
    fn dimensions_are_a_list_of_known_ones() {
        assert_eq!(
            Query::dimensions("day, key_source").unwrap(),
            [Dimension::Day, Dimension::KeySource]
        );
        assert_eq!(Query::dimensions("").unwrap(), []);
        assert!(Query::dimensions("user_id").is_err());
    }
}
