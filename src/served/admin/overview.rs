//! The instance at a glance.

use super::super::parts::problem;
use super::Part;
use crate::words::minute;
use domain::{
    budget::{BudgetView, Period},
    money::format_credits,
    usage::Sum,
};
use leptos::prelude::*;
use server::{
    actor::Actor,
    admin::overview::{self, Overview},
    app::App,
};

/// The part.
pub async fn part(app: &App, actor: &Actor) -> Part {
    let found = overview::look(app, actor).await;
    Box::new(move || match &found {
        Ok(found) => view(found),
        Err(error) => problem(error),
    })
}

fn view(found: &Overview) -> AnyView {
    let accounts = match found.disabled_accounts {
        0 => "None of them is disabled".to_owned(),
        disabled => format!("{disabled} of them disabled"),
    };
    view! {
        <section aria-labelledby="glance-heading">
            <h2 id="glance-heading">"At a glance"</h2>
            <dl class="totals">
                {total("Accounts", found.accounts.to_string(), accounts)}
                {total("Organizations", found.organizations.to_string(), String::new())}
                {total("Generations under way", found.unfinished.to_string(), String::new())}
                {total("Paid by this server today", credits(found.today), unknown(found.today))}
                {total("Paid by this server this month", credits(found.this_month), unknown(found.this_month))}
            </dl>
        </section>
        <section aria-labelledby="budgets-heading">
            <h2 id="budgets-heading">"Budgets of this server"</h2>
            {if found.budgets.is_empty() {
                view! { <p>"There are none: what this server pays is not limited."</p> }.into_any()
            } else {
                view! { <ul>{found.budgets.iter().map(budget).collect_view()}</ul> }.into_any()
            }}
            <p>
                <a href="/usage?of=instance" rel="external">
                    "What this server pays, and its budgets"
                </a>
            </p>
        </section>
    }
    .into_any()
}

fn total(name: &'static str, value: String, aside: String) -> AnyView {
    view! {
        <div class="card total">
            <dt>{name}</dt>
            <dd>{value}</dd>
            <dd class="hint">{aside}</dd>
        </div>
    }
    .into_any()
}

fn credits(sum: Sum) -> String {
    format!("{} credits", format_credits(sum.micro_usd))
}

fn unknown(sum: Sum) -> String {
    match sum.unknown {
        0 => String::new(),
        number => format!("and {number} whose cost is not known"),
    }
}

fn budget(budget: &BudgetView) -> AnyView {
    let period = match budget.period {
        Period::Daily => "Each day",
        Period::Monthly => "Each month",
    };
    let used = budget.spent_micro_usd.plus(budget.reserved_micro_usd);
    let words = format!(
        "{period}: {} of {} credits used, anew at {}",
        format_credits(used),
        format_credits(budget.limit_micro_usd),
        minute(budget.resets_at),
    );
    view! { <li>{words}</li> }.into_any()
}
