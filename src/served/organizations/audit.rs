//! What was done in the organization, for its admins: page by page, and as a file.

use super::{
    super::{
        audit::{self, Of},
        parts::read,
    },
    Content, Part, Place, Shown,
};
use axum::http::Uri;
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, audit::of_organization};

#[derive(Default, Deserialize)]
struct Asked {
    before: Option<i64>,
}

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown, uri: &Uri) -> Content {
    let id = &shown.organization.id;
    let asked: Asked = read(uri);
    let found = of_organization(app, actor, id, None, asked.before).await?;
    let path = Place::Of(id.clone(), Part::Audit).path();
    let file = format!("/api/v1/organizations/{id}/audit");
    Ok(Box::new(move |_| {
        view! {
            <section class="card" aria-labelledby="audit-heading">
                <h2 id="audit-heading">"Audit"</h2>
                <p class="hint">
                    "What was done to the organization, its people, keys, settings and budgets, the newest first. Events are only ever added."
                </p>
                <div class="in-row">{audit::files(|ending| format!("{file}.{ending}"))}</div>
                {audit::list(Of::Organization, Ok(found), &path, &[])}
            </section>
        }
        .into_any()
    }))
}
