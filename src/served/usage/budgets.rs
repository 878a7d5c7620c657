//! Budgets: how they stand, and the forms that set them and take them away.

use super::super::parts::{Table, choice, outcome, problem};
use super::{asked::Asked, forms::outcome_words, sums::amount};
use crate::words::minute;
use domain::{
    ApiError, ErrorCode,
    budget::{BudgetView, Owner, OwnerKind, Period, State as Standing, UnknownPrices},
    money::format_credits,
    organization::Organization,
    project::Project,
};
use leptos::prelude::*;
use server::{actor::Actor, app::App, ledger::budgets};

/// The budgets that the acting person sees.
pub struct Budgets(Result<Vec<BudgetView>, ApiError>);

impl Budgets {
    /// The person's, those of what they run, and of their projects.
    pub async fn load(app: &App, actor: &Actor, projects: &[Project]) -> Self {
        let mut all = match budgets::list(app, actor).await {
            Ok(all) => all,
            Err(error) => return Self(Err(error)),
        };
        for project in projects {
            match budgets::of(app, actor, &Owner::Project(project.id.clone())).await {
                Ok(found) => all.extend(found),
                // It was deleted meanwhile.
                Err(error) if error.code == ErrorCode::NotFound => {}
                Err(error) => return Self(Err(error)),
            }
        }
        Self(Ok(all))
    }

    /// How they stand, and the form for another.
    pub fn view(
        &self,
        asked: &Asked,
        projects: &[Project],
        organizations: &[Organization],
        made_for: &str,
        is_admin: bool,
    ) -> AnyView {
        let all = match &self.0 {
            Ok(all) => all,
            Err(error) => return problem(error),
        };
        let said = asked.outcome.as_deref().and_then(outcome_words);
        view! {
            <section class="card" id="budgets" aria-labelledby="budgets-heading">
                <h2 id="budgets-heading">"Budgets"</h2>
                <p class="hint">
                    "What is being made counts with the most that it may cost. Your budget and a project's count everything, whoever pays; this server's counts what this server pays."
                </p>
                {said.map(outcome)}
                {(!all.is_empty()).then(|| table(all, projects, made_for))}
                {form(projects, organizations, made_for, is_admin)}
            </section>
        }
        .into_any()
    }
}

/// Whose a budget is, for people.
fn whose(budget: &BudgetView, projects: &[Project]) -> String {
    match (budget.whose, budget.id.as_deref()) {
        (OwnerKind::User, _) => "Yours".to_owned(),
        (OwnerKind::Instance, _) => "This server's".to_owned(),
        (OwnerKind::Organization, _) => "Your organization's".to_owned(),
        (OwnerKind::Member, _) => "Your share of your organization's".to_owned(),
        (OwnerKind::Project, id) => projects
            .iter()
            .find(|project| Some(project.id.as_str()) == id)
            .map_or_else(
                || "A project's".to_owned(),
                |project| format!("Project {}", project.name),
            ),
    }
}

const fn period_words(period: Period) -> &'static str {
    match period {
        Period::Daily => "Each day",
        Period::Monthly => "Each month",
    }
}

/// What a budget does when nothing is left.
const fn effect_words(budget: &BudgetView) -> &'static str {
    match (budget.hard, budget.unknown_prices) {
        (true, UnknownPrices::Refuse) => "Stops what does not fit, and what has no known price",
        (true, UnknownPrices::Allow) => "Stops what does not fit",
        (false, _) => "Warns only",
    }
}

fn table(all: &[BudgetView], projects: &[Project], made_for: &str) -> AnyView {
    let rows = all.iter().map(|budget| {
        let name = whose(budget, projects);
        let used = budget.spent_micro_usd.plus(budget.reserved_micro_usd);
        let (mark, words) = match budget.state {
            Standing::Fine => ("badge good", "Fine"),
            Standing::Warning => ("badge warn", "Nearly used up"),
            Standing::UsedUp => ("badge bad", "Used up"),
        };
        let label = format!("Remove the budget: {name}, {}", period_words(budget.period));
        view! {
            <tr>
                <th scope="row" class="wrap">{name.clone()}</th>
                <td>{period_words(budget.period)}</td>
                <td class="wrap">
                    {format!("{} of {}", format_credits(used), amount(budget.limit_micro_usd))}
                    <progress
                        aria-label=format!("Used: {name}")
                        max=budget.limit_micro_usd.0.max(1).to_string()
                        value=used.0.min(budget.limit_micro_usd.0.max(1)).to_string()
                    ></progress>
                </td>
                <td>
                    <span class=mark>{words}</span>
                </td>
                <td class="wrap">{effect_words(budget)}</td>
                <td>{minute(budget.resets_at)}</td>
                <td>
                    {(budget.whose != OwnerKind::Member)
                        .then(|| {
                            view! {
                                <form method="post" action="/usage/budgets/remove">
                                    <input type="hidden" name="made_for" value=made_for.to_owned()/>
                                    <input type="hidden" name="owner" value=owner_of(budget)/>
                                    <input type="hidden" name="period" value=budget.period.as_str()/>
                                    <button type="submit" class="small" aria-label=label>
                                        "Remove"
                                    </button>
                                </form>
                            }
                        })}
                </td>
            </tr>
        }
        .into_any()
    });
    Table {
        name: "Budgets",
        captioned: false,
        columns: &[
            "Whose",
            "How long",
            "Used",
            "State",
            "What it does",
            "Starts anew",
        ],
        buttons: Some("Remove"),
    }
    .with(rows.collect())
}

fn form(
    projects: &[Project],
    organizations: &[Organization],
    made_for: &str,
    is_admin: bool,
) -> AnyView {
    let mut owners = vec![("user".to_owned(), "Yours".to_owned())];
    if is_admin {
        owners.push(("instance".to_owned(), "This server's".to_owned()));
    }
    let run = organizations.iter().filter(|one| one.role.is_admin());
    owners.extend(run.map(|one| {
        let words = format!("Organization {}", one.name);
        (format!("organization:{}", one.id), words)
    }));
    // Only the owner of a project can set its budget.
    owners.extend(
        projects
            .iter()
            .filter(|project| project.owner_id.as_str() == made_for)
            .map(|project| {
                (
                    format!("project:{}", project.id),
                    format!("Project {}", project.name),
                )
            }),
    );
    let periods =
        Period::ALL.map(|period| (period.as_str().to_owned(), period_words(period).to_owned()));
    let effects = [
        ("stop", "Stop, also what has no known price"),
        (
            "stop-known",
            "Stop, but let through what has no known price",
        ),
        ("warn", "Only warn"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    view! {
        <form class="filters" method="post" action="/usage/budgets" aria-label="Set a budget">
            <input type="hidden" name="made_for" value=made_for.to_owned()/>
            {choice("Whose budget", "owner", None, None, owners)}
            {choice("How long", "period", Some("monthly"), None, periods)}
            <div class="field">
                <label for="budget-limit">"Limit in credits"</label>
                <input
                    type="number"
                    id="budget-limit"
                    name="limit"
                    min="0"
                    max="1000000000"
                    step="1"
                    required=true
                    inputmode="numeric"
                />
            </div>
            <div class="field">
                <label for="budget-warn">"Warn at percent"</label>
                <input type="number" id="budget-warn" name="warn" min="1" max="100" step="1" value="80"/>
            </div>
            {choice("At the limit", "effect", None, None, effects)}
            <button type="submit">"Set budget"</button>
        </form>
    }
    .into_any()
}

/// A budget's owner, as the forms send it.
fn owner_of(budget: &BudgetView) -> String {
    match (&budget.id, budget.whose) {
        (Some(id), OwnerKind::Project | OwnerKind::Organization) => {
            format!("{}:{id}", budget.whose.as_str())
        }
        _ => budget.whose.as_str().to_owned(),
    }
}
