//! The form that makes an invitation. Its answer shows the link, this once; no address leads there
//! again.

use super::{
    super::membership::{Invite, answer},
    Shown, address,
    forms::refused,
};
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use domain::{ProjectId, project::ProjectRole};
use server::{app::App, projects::people, web::MaybeActor};

/// The address of the form. Whoever mounts it has to guard it as all that changes something, and to
/// render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/projects/{id}/people", post(invite))
}

async fn invite(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Form<Invite>,
) -> Response {
    let place = (address(&id), "/projects");
    answer(actor, place, &sent, async |actor| {
        let role = ProjectRole::parse(&sent.role).ok_or("wrong")?;
        let shown = Shown::load(&app, actor, &id).await;
        let shown = shown.map_err(|error| refused(&error))?;
        let invited = people::invite(&app, actor, &id, &sent.email, role).await;
        let invited = invited.map_err(|error| refused(&error))?;
        Ok((format!("the people of {}", shown.project.name), invited))
    })
    .await
}
