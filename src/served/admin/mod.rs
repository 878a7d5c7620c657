//! The instance for the people who run it: accounts, organizations, the catalogue, how the server was
//! started, and what was done. Nobody else gets any of it.

mod accounts;
mod audit;
mod catalog;
mod environment;
mod forms;
mod organizations;
mod overview;

pub use forms::routes;

use super::parts::{outcome, read};
use crate::pages::ADMIN_PARTS;
use axum::http::Uri;
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App};

/// Whether there is a part at this path.
pub fn is_part(path: &str) -> bool {
    ADMIN_PARTS.iter().any(|(part, _)| *part == path)
}

/// What all parts can be asked.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    outcome: Option<String>,
}

/// The part at this address; `None` for who does not run the instance.
pub async fn page(app: &App, actor: &Actor, uri: &Uri) -> Option<String> {
    if !actor.user.is_admin {
        return None;
    }
    let path = uri.path().trim_end_matches('/');
    let made_for = actor.user.id.to_string();
    let part = match path {
        "/admin/accounts" => accounts::part(app, actor, uri, &made_for).await,
        "/admin/organizations" => organizations::part(app, actor, uri, &made_for).await,
        "/admin/catalog" => catalog::part(app, actor, uri, &made_for).await,
        "/admin/environment" => environment::part(app, actor),
        "/admin/audit" => audit::part(app, actor, uri).await,
        _ => overview::part(app, actor).await,
    };
    let asked: Asked = read(uri);
    let said = asked.outcome.as_deref().and_then(forms::outcome_words);
    let links = ADMIN_PARTS.map(|(address, name)| {
        let current = (address == path).then_some("page");
        view! {
            <li>
                <a href=address rel="external" aria-current=current>
                    {name}
                </a>
            </li>
        }
    });
    Some(super::html(move || {
        view! {
            <h1>"Administration"</h1>
            <nav class="parts" aria-label="Administration">
                <ul>{links.collect_view()}</ul>
            </nav>
            {said.map(outcome)}
            {part()}
        }
        .into_any()
    }))
}

/// What is shown of a part, made where it is rendered.
type Part = Box<dyn FnOnce() -> AnyView>;
