//! Pages that only show something. The server alone renders what is in them, with links and forms
//! that need no script, so that the browser's program holds nothing of them.

mod account;
mod admin;
mod api;
mod audit;
mod fallback;
mod membership;
mod organizations;
mod parts;
mod people;
mod plan;
mod usage;

pub use api::routes as api_page;

use axum::{
    Extension, Router,
    http::Uri,
    response::{IntoResponse, Response},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App};

/// What the server has rendered for the page of a request.
#[derive(Debug, Clone)]
pub struct Served(String);

/// Renders what the page at this address shows; `None` for a page that the browser's program knows.
pub async fn load(app: &App, actor: Option<&Actor>, uri: &Uri) -> Option<Served> {
    let actor = actor?;
    match uri.path().trim_end_matches('/') {
        "/account" => Some(Served(account::page(app, actor, uri).await)),
        "/usage" => Some(Served(usage::page(app, actor, uri).await)),
        path if admin::is_part(path) => Some(Served(admin::page(app, actor, uri).await?)),
        path => {
            if let Some(level) = fallback::Level::of(path) {
                return Some(Served(fallback::page(app, actor, &level, uri).await));
            }
            if let Some(place) = organizations::Place::of(path) {
                return Some(Served(organizations::page(app, actor, &place, uri).await));
            }
            if let Some(project) = people::project_of(path) {
                return Some(Served(people::page(app, actor, &project, uri).await));
            }
            let project = plan::project_of(path)?;
            Some(Served(plan::page(app, actor, &project, uri).await))
        }
    }
}

/// The addresses of the parts that pages keep up to date. They change nothing.
pub fn parts() -> Router<App> {
    plan::parts()
}

/// The addresses that the forms of these pages are sent to. Whoever mounts them has to guard them as
/// all that changes something.
pub fn forms() -> Router<App> {
    usage::routes()
        .merge(plan::routes())
        .merge(people::routes())
        .merge(fallback::routes())
        .merge(account::routes())
        .merge(organizations::routes())
        .merge(admin::routes())
}

/// The addresses of the forms whose answer is a page: one that is shown once, or the form again with what
/// was sent. Whoever mounts them has to guard them like [`forms`], and to render the [`Served`] that they
/// put into the answer's extensions.
pub fn answers() -> Router<App> {
    account::answers()
        .merge(organizations::answers())
        .merge(admin::answers())
        .merge(people::answers())
}

impl IntoResponse for Served {
    fn into_response(self) -> Response {
        Extension(self).into_response()
    }
}

/// What was rendered for the present request. Never empty: an empty page asks the server again.
#[must_use]
pub fn content() -> String {
    use_context::<axum::http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<Served>().cloned())
        .map_or_else(
            || "<p>This page could not be made. Reload it.</p>".to_owned(),
            |Served(html)| html,
        )
}

/// A view as plain HTML.
fn html(view: impl FnOnce() -> AnyView) -> String {
    Owner::new().with(|| view().to_html().replace("<!>", ""))
}
