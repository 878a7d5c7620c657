//! What the forms of these pages do. Their answer is the page again, with what became of them in words
//! of our own.

mod keys;
mod rules;

use super::{
    super::parts::{Outcome, Sent, done},
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
        .merge(rules::routes())
}

/// What became of a form, in words.
pub(super) fn words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "created" => ("The organization is there. Invite its people.", true),
        "active" => ("This is the active organization now.", true),
        "inactive" => ("No organization is active now.", true),
        "renamed" => ("The organization has its new name.", true),
        "project" => ("The project is there. Its members see it too.", true),
        "left" => ("You have left the organization.", true),
        "deleted" => ("The organization is deleted.", true),
        "not-its-name" => ("Nothing was deleted: that is not its name.", false),
        "role" => (
            "The part was changed. It holds from the next step on.",
            true,
        ),
        "removed" => (
            "The member was removed. Its keys serve them no longer.",
            true,
        ),
        "withdrawn" => (
            "The invitation was withdrawn. Its link leads nowhere now.",
            true,
        ),
        "accepted" => ("Welcome. You belong to the organization now.", true),
        "joined" => ("Welcome. You can work in the project now.", true),
        "stored" => (
            "The key is stored. Its last four characters are shown.",
            true,
        ),
        "tested" => ("The key works.", true),
        "not-working" => (
            "The provider does not take this key. Its state says why; nothing was changed.",
            false,
        ),
        "key-removed" => ("The key is removed and out of use.", true),
        "undone" => ("The key is back.", true),
        "saved" => ("Saved. It holds from the next generation on.", true),
        "changed" => (
            "Somebody has changed this meanwhile, so nothing was saved. Look at it as it is now, and repeat it if you still want to.",
            false,
        ),
        "last-owner" => (
            "This is its last owner. Make somebody else an owner first, or delete the organization.",
            false,
        ),
        "has-projects" => (
            "Projects belong to this organization. Delete them first; what was generated in them stays with the people who made it.",
            false,
        ),
        "confirm" => (
            "Confirm that it is you on your account page, then repeat this.",
            false,
        ),
        "address" => (
            "This address is not allowed. Modal's own are; whoever runs this server can allow others.",
            false,
        ),
        "wrong" => (
            "Nothing was saved: something in the form cannot be. Look at it again.",
            false,
        ),
        "slower" => ("Too many tries. Wait a minute, then repeat it.", false),
        "forbidden" => ("Your part in the organization does not allow this.", false),
        "gone" => ("It is not there any more.", false),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was done; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("It could not be done. Try again.", false),
        _ => return None,
    })
}

/// The word for why something was refused.
pub(super) fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Forbidden if error.step_up => "confirm",
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::NotFound => "gone",
        ErrorCode::Conflict => "changed",
        ErrorCode::EndpointNotAllowed => "address",
        ErrorCode::RateLimited => "slower",
        ErrorCode::InvalidInput | ErrorCode::ModelUnavailable => "wrong",
        _ => "failed",
    }
}

fn no_owner(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "last-owner",
        _ => refused(error),
    }
}

/// Does it, and goes back to a page.
async fn at(
    actor: Option<Actor>,
    sent: &Sent,
    place: &Place,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Redirect {
    // What was sent as an id may be anything.
    match place.path().parse::<Uri>() {
        Ok(page) => done(actor, sent.get("made_for"), page.path(), "", act).await,
        Err(_) => Redirect::to("/organizations"),
    }
}

type Fields = Form<Vec<(String, String)>>;

async fn create(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &sent, &Place::List, async |actor| {
        let made = organizations::create(&app, actor, sent.get("name")).await;
        made.map(|_| "created").map_err(|error| refused(&error))
    })
    .await
}

async fn activate(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &sent, &Place::List, async |actor| {
        let id = Some(sent.get("organization")).filter(|id| !id.is_empty());
        let id = id.map(|id| OrganizationId(id.to_owned()));
        let word = if id.is_some() { "active" } else { "inactive" };
        let chosen = organizations::activate(&app, actor, id.as_ref()).await;
        chosen.map(|_| word).map_err(|error| refused(&error))
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
    at(
        actor,
        &sent,
        &Place::Of(id.clone(), Part::People),
        async |actor| {
            let renamed = organizations::rename(&app, actor, &id, sent.get("name")).await;
            renamed.map(|_| "renamed").map_err(|error| refused(&error))
        },
    )
    .await
}

async fn create_project(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    let place = Place::Of(id.clone(), Part::People);
    at(actor, &sent, &place, async |actor| {
        let made = projects::create(&app, actor, sent.get("name"), Some(id)).await;
        made.map(|_| "project").map_err(|error| refused(&error))
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
    at(
        actor,
        &sent,
        &Place::Of(id.clone(), Part::People),
        async |actor| {
            let role = OrganizationRole::parse(sent.get("role")).ok_or("wrong")?;
            let member = UserId(sent.get("member").to_owned());
            let changed = members::set_role(&app, actor, &id, &member, role).await;
            changed.map(|_| "role").map_err(|error| no_owner(&error))
        },
    )
    .await
}

async fn remove_member(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(
        actor,
        &sent,
        &Place::Of(id.clone(), Part::People),
        async |actor| {
            let member = UserId(sent.get("member").to_owned());
            let removed = members::remove(&app, actor, &id, &member).await;
            removed
                .map(|()| "removed")
                .map_err(|error| no_owner(&error))
        },
    )
    .await
}

async fn withdraw(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<OrganizationId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(
        actor,
        &sent,
        &Place::Of(id.clone(), Part::People),
        async |actor| {
            let invitation = InvitationId(sent.get("invitation").to_owned());
            let withdrawn = invitations::withdraw(&app, actor, &id, &invitation).await;
            withdrawn
                .map(|()| "withdrawn")
                .map_err(|error| refused(&error))
        },
    )
    .await
}

async fn accept(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &sent, &Place::List, async |actor| {
        let accepted = invitations::accept(&app, actor, sent.get("token")).await;
        let to = accepted.map_err(|error| refused(&error))?;
        Ok(match to.offer {
            Offer::Organization { .. } => "accepted",
            Offer::Project { .. } => "joined",
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(words("accepted").unwrap().1);
        assert_eq!(words("Send your key"), None);
    }
}
