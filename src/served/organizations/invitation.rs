//! The page behind an invitation's link.

use super::super::parts::{Outcome, outcome, problem};
use super::role_words;
use crate::words::minute;
use domain::{
    ApiError,
    invitation::{InvitedTo, Offer},
    project::ProjectRole,
};
use leptos::prelude::*;
use server::{actor::Actor, app::App, organizations::invitations};

pub(super) async fn page(app: &App, actor: &Actor, token: &str, said: Option<Outcome>) -> String {
    let found = invitations::look(app, actor, token).await;
    let token = token.to_owned();
    let made_for = actor.user.id.to_string();
    let email = actor.user.email.clone();
    super::super::html(move || {
        let content = match found {
            Ok(offer) => offered(&offer, &token, &made_for),
            Err(error) => refused(&error, &email),
        };
        view! {
            <h1>"Invitation"</h1>
            {said.map(outcome)}
            {content}
        }
        .into_any()
    })
}

fn offered(to: &InvitedTo, token: &str, made_for: &str) -> AnyView {
    let (what, role) = match &to.offer {
        Offer::Organization { role, .. } => ("the organization", role_words(*role)),
        Offer::Project { role, .. } => ("the project", project_words(*role)),
    };
    view! {
        <section class="card narrow" aria-labelledby="offer-heading">
            <h2 id="offer-heading">{to.name.clone()}</h2>
            <p>
                {format!("{} invites you to {what} “{}” as {role}.", to.invited_by, to.name)}
            </p>
            <p class="hint">{format!("The invitation holds until {}.", minute(to.expires_at))}</p>
            <form method="post" action="/invitations/accept">
                <input type="hidden" name="made_for" value=made_for.to_owned()/>
                <input type="hidden" name="token" value=token.to_owned()/>
                <button type="submit" class="primary">
                    "Accept"
                </button>
            </form>
        </section>
    }
    .into_any()
}

const fn project_words(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Viewer => "a viewer, who sees everything and changes nothing",
        ProjectRole::Editor => "an editor",
        ProjectRole::Owner => "an owner",
    }
}

fn refused(error: &ApiError, email: &str) -> AnyView {
    view! {
        {problem(error)}
        <p>
            {format!(
                "An invitation works once, for seven days, for the address that it was made for. You are signed in as {email}. Ask for a new link, or sign in with the other address.",
            )}
        </p>
    }
    .into_any()
}
