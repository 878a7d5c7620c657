//! The form that makes an invitation. Its answer shows the link, this once; no address leads there
//! again.

use super::{
    super::membership::{Invite, answer},
    Part, Place, Shown,
    forms::refused,
};
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use domain::{OrganizationId, account::OrganizationRole};
use server::{app::App, organizations::invitations, web::MaybeActor};

/// The address of the form. Whoever mounts it has to guard it as all that changes something, and to
/// render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route("/organizations/{id}", post(invite))
}

async fn invite(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Form<Invite>,
) -> Response {
    let page = Place::Of(id.clone(), Part::People).path();
    answer(actor, (page, "/organizations"), &sent, async |actor| {
        let role = OrganizationRole::parse(&sent.role).ok_or("wrong")?;
        let shown = Shown::load(&app, actor, &id, Part::People).await;
        let shown = shown.map_err(|error| refused(&error))?;
        let invited = invitations::invite(&app, actor, &id, &sent.email, role).await;
        let invited = invited.map_err(|error| refused(&error))?;
        Ok((shown.organization.name, invited))
    })
    .await
}
