//! What was spent: by day, provider, operation, project and payer, what is budgeted for, and the
//! latest generations. One's own money and somebody else's are never added up, and what nobody knows
//! is in no sum.

mod asked;
mod budgets;
mod chart;
mod forms;
mod latest;
mod sums;

pub use forms::routes;
pub use sums::{first_and_last, table};

use self::{asked::Asked, sums::Sums};
use super::parts::{choice, day, problem};
use axum::http::Uri;
use domain::{ApiError, Map, project::Project, usage::Dimension};
use leptos::prelude::*;
use server::{
    actor::Actor,
    app::App,
    ledger::usage::{Query, report},
};

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, uri: &Uri) -> String {
    let asked = Asked::of(uri);
    let sums = sums(app, actor, &asked).await;
    let projects = server::projects::list(app, actor).await.unwrap_or_default();
    let organizations = server::organizations::list(app, actor).await;
    let organizations = organizations.unwrap_or_default();
    let budgets = budgets::Budgets::load(app, actor, &projects).await;
    let latest = crate::seed::generations(app, actor, None).await;
    let catalog = app.catalog_for(actor).await;
    let catalog = catalog.unwrap_or_else(|_| app.catalog());
    let made_for = actor.user.id.to_string();
    let is_admin = actor.user.is_admin;
    super::html(move || {
        view! {
            <h1>"Usage"</h1>
            <p class="hint">
                "200 credits are one US dollar. What you pay is decided by the provider; a day begins at midnight UTC."
            </p>
            {filters(&asked, &sums, &projects, is_admin)}
            {match sums {
                Ok(sums) => sums.view(&asked),
                Err(error) => problem(&error),
            }}
            {budgets.view(&asked, &projects, &organizations, &made_for, is_admin)}
            {match latest {
                Ok(items) => latest::view(items, &catalog),
                Err(error) => problem(&error),
            }}
        }
        .into_any()
    })
}

/// What was spent, with what the address filters.
async fn sums(app: &App, actor: &Actor, asked: &Asked) -> Result<Sums, ApiError> {
    let query = Query {
        from: asked.from.clone(),
        to: asked.to.clone(),
        group_by: vec![
            Dimension::Day,
            Dimension::Provider,
            Dimension::Operation,
            Dimension::Project,
        ],
    };
    let report = report(app, actor, &asked.whose(), &query).await?;
    Ok(Sums::of(report, asked))
}

/// The form that says what is shown. It changes the address, so that a view can be kept and shared.
fn filters(
    asked: &Asked,
    sums: &Result<Sums, ApiError>,
    projects: &[Project],
    is_admin: bool,
) -> AnyView {
    let (from, to) = match sums {
        Ok(sums) => sums.days(),
        Err(_) => (
            asked.from.clone().unwrap_or_default(),
            asked.to.clone().unwrap_or_default(),
        ),
    };
    let projects: Map<String, String> = projects
        .iter()
        .map(|project| (project.id.to_string(), project.name.clone()))
        .collect();
    let whose = is_admin.then(|| {
        let of = [
            ("me".to_owned(), "Mine".to_owned()),
            ("instance".to_owned(), "What this server pays".to_owned()),
        ];
        choice("Whose", "of", asked.of.as_deref(), None, of)
    });
    view! {
        <form class="filters" method="get" action="/usage" aria-label="What is shown">
            {day("From", "from", from)}
            {day("To", "to", to)}
            {whose}
            {choice(
                "Operation",
                "operation",
                asked.operation.map(domain::Operation::as_str),
                Some("All"),
                domain::Operation::ALL
                    .map(|operation| {
                        (operation.as_str().to_owned(), crate::words::heading(operation).to_owned())
                    }),
            )}
            {choice(
                "Provider",
                "provider",
                asked.provider.map(domain::ProviderId::as_str),
                Some("All"),
                domain::ProviderId::ALL
                    .map(|provider| (provider.as_str().to_owned(), provider.label().to_owned())),
            )}
            {(!projects.is_empty())
                .then(|| {
                    choice("Project", "project", asked.project.as_deref(), Some("All"), projects)
                })}
            <button type="submit">"Show"</button>
            <a class="button" href=asked.csv() rel="external" download="">
                "Download CSV"
            </a>
        </form>
    }
    .into_any()
}
