//! What the organization has paid this month, by member; to a member their own share.

use super::{Content, Shown};
use crate::served::usage::table;
use domain::usage::{Dimension, UsageReport, UsageRow};
use leptos::prelude::*;
use server::{
    actor::Actor,
    app::App,
    ledger::usage::{Of, Query, report},
};

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown) -> Content {
    let query = Query {
        group_by: vec![Dimension::Member],
        ..Query::default()
    };
    let of = Of::Organization(shown.organization.id.clone());
    let report = report(app, actor, &of, &query).await?;
    Ok(Box::new(move |shown| view(shown, report)))
}

fn view(shown: &Shown, report: UsageReport) -> AnyView {
    let whose = if shown.is_admin() {
        "What the organization has paid this month"
    } else {
        "What the organization has paid for you this month"
    };
    let columns = &["Member", "Paid by", "Generations", "Cost", "Not known"];
    view! {
        <section class="card" aria-labelledby="usage-heading">
            <h2 id="usage-heading">{whose}</h2>
            {if report.data.is_empty() {
                view! { <p>"Nothing yet."</p> }.into_any()
            } else {
                let rows = report.data.into_iter().map(|row| (name_of(&row), row.paid_by));
                table("By member", columns, rows)
            }}
            <p class="hint">
                "Budgets of the organization are set on "
                <a href="/usage#budgets" rel="external">
                    "Usage"
                </a>
                ", a limit for each member under Defaults and rules."
            </p>
        </section>
    }
    .into_any()
}

/// Who it was, as far as somebody of the organization may know.
fn name_of(row: &UsageRow) -> String {
    row.member_name
        .clone()
        .unwrap_or_else(|| "Somebody who has left".to_owned())
}
