//! The instance for the people who run it: accounts, organizations, the catalogue, how the server was
//! started, and what was done. Nobody else gets any of it.

mod accounts;
mod audit;
mod catalog;
mod corrected;
mod correction;
mod environment;
mod forms;
mod list;
mod organizations;
mod overview;

pub use corrected::answers;

use super::parts::{Outcome, outcome, read};
use crate::pages::ADMIN_PARTS;
use axum::{Router, http::Uri};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App};

/// The addresses of the forms whose answer leads back to a page.
pub fn routes() -> Router<App> {
    forms::routes().merge(corrected::routes())
}

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
    Some(whole(path, said, part))
}

/// The page where a correction came to nothing, with what was sent.
async fn page_again(app: &App, actor: &Actor, refused: correction::Refused) -> String {
    let made_for = actor.user.id.to_string();
    let part = catalog::part_again(app, actor, &made_for, refused).await;
    whole(catalog::PATH, None, part)
}

/// The page at this path, with its part and what became of a form.
fn whole(path: &str, said: Option<Outcome>, part: Part) -> String {
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
    super::html(move || {
        view! {
            <h1>"Administration"</h1>
            <nav class="parts" aria-label="Administration">
                <ul>{links.collect_view()}</ul>
            </nav>
            {said.map(outcome)}
            {part()}
        }
        .into_any()
    })
}

/// What is shown of a part, made where it is rendered.
type Part = Box<dyn FnOnce() -> AnyView>;
