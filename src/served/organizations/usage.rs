//! What the organization has paid in some days, by member; to a member their own share.

use super::{
    super::{
        parts::{address, day, given, problem, read},
        usage::{first_and_last, table},
    },
    Content, Part, Place, Shown,
};
use axum::http::Uri;
use domain::{
    ApiError,
    usage::{Dimension, UsageReport, UsageRow},
};
use leptos::prelude::*;
use serde::Deserialize;
use server::{
    actor::Actor,
    app::App,
    ledger::usage::{Of, Query, report},
};

#[derive(Default, Deserialize)]
struct Asked {
    from: Option<String>,
    to: Option<String>,
}

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown, uri: &Uri) -> Content {
    let asked: Asked = read(uri);
    let (from, to) = (given(asked.from), given(asked.to));
    let query = Query {
        from: from.clone(),
        to: to.clone(),
        group_by: vec![Dimension::Member],
    };
    let of = Of::Organization(shown.organization.id.clone());
    let found = report(app, actor, &of, &query).await;
    let typed = (from.unwrap_or_default(), to.unwrap_or_default());
    Ok(Box::new(move |shown| view(shown, found, typed)))
}

/// What was found, below the days that it is of; where nothing could be, as they were typed.
fn view(shown: &Shown, found: Result<UsageReport, ApiError>, typed: (String, String)) -> AnyView {
    let (from, to) = match &found {
        Ok(report) => first_and_last(report.from, report.to),
        Err(_) => typed,
    };
    let whose = if shown.is_admin() {
        "What the organization has paid"
    } else {
        "What the organization has paid for you"
    };
    let id = &shown.organization.id;
    let csv = address(
        &format!("/api/v1/organizations/{id}/usage.csv"),
        &[
            ("from", Some(from.clone())),
            ("to", Some(to.clone())),
            ("group_by", Some(Dimension::Member.as_str().to_owned())),
        ],
    );
    let columns = &["Member", "Paid by", "Generations", "Cost", "Not known"];
    let action = Place::Of(shown.organization.id.clone(), Part::Usage).path();
    let content = match found {
        Err(error) => problem(&error),
        Ok(report) if report.data.is_empty() => {
            view! { <p>{format!("Nothing was paid from {from} to {to}.")}</p> }.into_any()
        }
        Ok(report) => {
            let rows = report.data.into_iter();
            let rows = rows.map(|row| (name_of(&row), row.paid_by));
            let table = table("By member", columns, rows);
            view! {
                {table}
                <p>
                    <a class="button" href=csv rel="external" download="">
                        "Download CSV"
                    </a>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="usage-heading">
            <h2 id="usage-heading">{whose}</h2>
            <form class="filters" method="get" action=action aria-label="What is shown">
                {day("From", "from", from)}
                {day("To", "to", to)}
                <button type="submit">"Show"</button>
            </form>
            {content}
            <p class="hint">
                "A day begins at midnight UTC. Budgets of the organization are set on "
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
