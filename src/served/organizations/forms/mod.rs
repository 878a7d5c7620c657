//! What the forms of these pages do. Their answer is the page again, with what became of them in words
//! of our own.

mod keys;
mod outcomes;
mod rules;

pub(super) use outcomes::{refused, words};
pub(super) use rules::answers;

use super::{
    super::parts::{Sent, done},
    Part, Place,
};
use axum::{
    Form, Router,
    extract::{Path, State},
    http::Uri,
    response::Redirect,
    routing::post,
};
use domain::{
    ApiError, ErrorCode, InvitationId, OrganizationId, UserId, account::OrganizationRole,
    invitation::Offer,
};
use server::{
    actor::Actor,
    app::App,
    organizations::{self, invitations, members},
    projects,
    web::MaybeActor,
};

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/organizations", post(create))
        .route("/organizations/active", post(activate))
        .route("/organizations/{id}/rename", post(rename))
        .route("/organizations/{id}/projects", post(create_project))
        .route("/organizations/{id}/leave", post(leave))
        .route("/organizations/{id}/delete", post(delete))
        .route("/organizations/{id}/members/role", post(set_role))
        .route("/organizations/{id}/members/remove", post(remove_member))
        .route("/organizations/{id}/invitations/withdraw", post(withdraw))
        .route("/invitations/accept", post(accept))
        .merge(keys::routes())
}

fn no_owner(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "last-owner",
        _ => refused(error),
    }
}

/// The address of a place; of the list where what was sent as an id cannot stand in one.
fn address(place: &Place) -> String {
    let page = place.path().parse::<Uri>();
    page.map_or_else(|_| Place::List.path(), |page| page.path().to_owned())
}

/// Does it, and goes back to a page.
async fn at(
    actor: Option<Actor>,
    sent: &Sent,
    place: &Place,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Redirect {
    done(actor, sent.get("made_for"), &address(place), "", act).await
}

/// Does it, and goes back to a page with a word for that it is done, or for why it was refused.
async fn carry_out<T>(
    actor: Option<Actor>,
    sent: &Sent,
    place: &Place,
    word: &'static str,
    act: impl AsyncFnOnce(&Actor) -> Result<T, ApiError>,
) -> Redirect {
    at(actor, sent, place, async |actor| {
        let acted = act(actor).await;
        acted.map(|_| word).map_err(|error| refused(&error))
    })
    .await
}

type Fields = Form<Vec<(String, String)>>;

async fn create(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    carry_out(actor, &sent, &Place::List, "created", async |actor| {
        organizations::create(&app, actor, sent.get("name")).await
    })
    .await
}

async fn activate(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let id = Some(sent.get("organization")).filter(|id| !id.is_empty());
    let id = id.map(|id| OrganizationId(id.to_owned()));
    let word = if id.is_some() { "active" } else { "inactive" };
    carry_out(actor, &sent, &Place::List, word, async |actor| {
        organizations::activate(&app, actor, id.as_ref()).await
    })
    .await
}

async fn rename(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let people = Place::Of(id.clone(), Part::People);
    carry_out(actor, &sent, &people, "renamed", async |actor| {
        organizations::rename(&app, actor, &id, sent.get("name")).await
    })
    .await
}

async fn create_project(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let people = Place::Of(id.clone(), Part::People);
    carry_out(actor, &sent, &people, "project", async |actor| {
        projects::create(&app, actor, sent.get("name"), Some(id)).await
    })
    .await
}

async fn withdraw(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let people = Place::Of(id.clone(), Part::People);
    carry_out(actor, &sent, &people, "withdrawn", async |actor| {
        let invitation = InvitationId(sent.get("invitation").to_owned());
        invitations::withdraw(&app, actor, &id, &invitation).await
    })
    .await
}

async fn leave(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &sent, &Place::List, async |actor| {
        if sent.get("sure").is_empty() {
            return Err("not-sure");
        }
        let left = members::leave(&app, actor, &id).await;
        left.map(|()| "left").map_err(|error| no_owner(&error))
    })
    .await
}

async fn delete(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &sent, &Place::List, async |actor| {
        let found = organizations::get(&app, actor, &id).await;
        let name = found.map_err(|error| refused(&error))?.name;
        if sent.get("name").trim() != name {
            return Err("not-its-name");
        }
        let deleted = organizations::delete(&app, actor, &id).await;
        deleted
            .map(|()| "deleted")
            .map_err(|error| match error.code {
                ErrorCode::Conflict => "has-projects",
                _ => refused(&error),
            })
    })
    .await
}

async fn set_role(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let people = Place::Of(id.clone(), Part::People);
    at(actor, &sent, &people, async |actor| {
        let role = OrganizationRole::parse(sent.get("role")).ok_or("wrong")?;
        let member = UserId(sent.get("member").to_owned());
        let changed = members::set_role(&app, actor, &id, &member, role).await;
        changed.map(|_| "role").map_err(|error| no_owner(&error))
    })
    .await
}

async fn remove_member(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let people = Place::Of(id.clone(), Part::People);
    at(actor, &sent, &people, async |actor| {
        let member = UserId(sent.get("member").to_owned());
        let removed = members::remove(&app, actor, &id, &member).await;
        removed
            .map(|()| "removed")
            .map_err(|error| no_owner(&error))
    })
    .await
}

/// Who has joined a project is led into it.
async fn accept(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let mut project = None;
    let back = at(actor, &sent, &Place::List, async |actor| {
        let accepted = invitations::accept(&app, actor, sent.get("token")).await;
        let to = accepted.map_err(|error| refused(&error))?;
        if let Offer::Project { project_id, .. } = to.offer {
            project = Some(project_id);
        }
        Ok("accepted")
    })
    .await;
    project.map_or(back, |id| Redirect::to(&format!("/projects/{id}")))
}
