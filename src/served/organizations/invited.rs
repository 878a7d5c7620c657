//! The form that makes an invitation. Its answer shows the link, this once; no address leads there
//! again.

use super::{
    super::{Served, html},
    Part, Place, Shown,
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
use domain::{OrganizationId, account::OrganizationRole, invitation::Invited};
use leptos::prelude::*;
use serde::Deserialize;
use server::{actor::Actor, app::App, organizations::invitations, web::MaybeActor};

/// The address of the form. Whoever mounts it has to guard it as all that changes something, and to
/// render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/organizations/{id}", post(invite))
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
    Path(id): Path<OrganizationId>,
    Form(sent): Form<Sent>,
) -> Response {
    // What was sent as an id may be anything.
    let Ok(page) = Place::Of(id.clone(), Part::People).path().parse::<Uri>() else {
        return Redirect::to("/organizations").into_response();
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
    id: &OrganizationId,
    sent: &Sent,
) -> Result<String, &'static str> {
    let role = OrganizationRole::parse(&sent.role).ok_or("wrong")?;
    let shown = Shown::load(app, actor, id, Part::People).await;
    let shown = shown.map_err(|error| refused(&error))?;
    let invited = invitations::invite(app, actor, id, &sent.email, role).await;
    let invited = invited.map_err(|error| refused(&error))?;
    Ok(html(move || view(&shown, &invited)))
}

fn view(shown: &Shown, invited: &Invited) -> AnyView {
    let back = Place::Of(shown.organization.id.clone(), Part::People).path();
    view! {
        <p class="back">
            <a href=back rel="external">
                {format!("← Back to {}", shown.organization.name)}
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
