//! The form that makes an invitation. Its answer shows the link, this once; no address leads there
//! again.

use super::{
    super::{Served, html},
    Shown, address,
    forms::refused,
};
use crate::words::minute;
use axum::{
    Form, Router,
    extract::{Path, State},
    http::Uri,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{ProjectId, invitation::Invited, project::ProjectRole};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, projects::people, web::MaybeActor};

/// The address of the form. Whoever mounts it has to guard it as all that changes something, and to
/// render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/projects/{id}/people", post(invite))
}

#[derive(Deserialize)]
struct Sent {
    made_for: String,
    email: String,
    role: String,
}

async fn invite(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Form<Sent>,
) -> Response {
    // What was sent as a project's id may be anything.
    let Ok(page) = address(&id).parse::<Uri>() else {
        return Redirect::to("/projects").into_response();
    };
    let page = page.path();
    let back = |word: &str| Redirect::to(&format!("{page}?outcome={word}")).into_response();
    let Some(actor) = actor else {
        return Redirect::to(&format!("/sign-in?next={page}")).into_response();
    };
    if sent.made_for != actor.user.id.as_str() {
        return back("other-account");
    }
    match shown(&app, &actor, &id, &sent).await {
        Ok(html) => Served(html).into_response(),
        Err(word) => back(word),
    }
}

async fn shown(
    app: &App,
    actor: &Actor,
    id: &ProjectId,
    sent: &Sent,
) -> Result<String, &'static str> {
    let role = ProjectRole::parse(&sent.role).ok_or("wrong")?;
    let shown = Shown::load(app, actor, id).await;
    let shown = shown.map_err(|error| refused(&error))?;
    let invited = people::invite(app, actor, id, &sent.email, role).await;
    let invited = invited.map_err(|error| refused(&error))?;
    Ok(html(move || view(&shown, &invited)))
}

fn view(shown: &Shown, invited: &Invited) -> AnyView {
    view! {
        <p class="back">
            <a href=address(&shown.project.id) rel="external">
                {format!("← Back to the people of {}", shown.project.name)}
            </a>
        </p>
        <h1>"Invitation"</h1>
        <section class="card" aria-labelledby="link-heading">
            <h2 id="link-heading">"The link"</h2>
            <p>
                {format!(
                    "Hand it to {}. It works once, until {}, and is not shown again.",
                    invited.invitation.email,
                    minute(invited.invitation.expires_at),
                )}
            </p>
            <p>
                <output class="once">
                    <code>{invited.link.clone()}</code>
                </output>
            </p>
        </section>
    }
    .into_any()
}
