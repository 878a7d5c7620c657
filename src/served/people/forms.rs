//! What the forms of the page do. Their answer is the page again, with what became of them in words of
//! our own.

use super::{
    super::parts::{Outcome, Sent, done},
    address,
};
use axum::{
    Form, Router,
    extract::{Path, State},
    http::Uri,
    response::Redirect,
    routing::post,
};
use domain::{ApiError, ErrorCode, InvitationId, ProjectId, UserId, project::ProjectRole};
use server::{actor::Actor, app::App, projects::people, web::MaybeActor};

/// The word for having left. Who has does not see the page any more, so [`words`] does not know it.
pub(super) const LEFT: &str = "left";

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/projects/{id}/people/members/role", post(set_role))
        .route("/projects/{id}/people/members/remove", post(remove))
        .route("/projects/{id}/people/invitations/withdraw", post(withdraw))
        .route("/projects/{id}/people/leave", post(leave))
}

/// What became of a form, in words.
pub(super) fn words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "role" => (
            "The role was changed. It holds from the next step on.",
            true,
        ),
        "removed" => (
            "They were removed and do not see the project any more.",
            true,
        ),
        "withdrawn" => (
            "The invitation was withdrawn. Its link leads nowhere now.",
            true,
        ),
        "not-sure" => (
            "You are still in the project. Tick the box first if you want to leave.",
            false,
        ),
        "of-organization" => (
            "Nothing was changed. The people of this project are its organization's: invite or remove them there.",
            false,
        ),
        "wrong" => (
            "Nothing was changed. Enter an address such as name@example.com, and choose editor or viewer.",
            false,
        ),
        "slower" => ("Too many tries. Wait a minute, then repeat it.", false),
        "forbidden" => (
            "Nothing was changed. Only the project's owner decides who works in it; ask them.",
            false,
        ),
        "gone" => (
            "It is not there any more: somebody left meanwhile, or an invitation was used, withdrawn or ran out. This is how it is now.",
            false,
        ),
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
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::NotFound => "gone",
        ErrorCode::Conflict => "of-organization",
        ErrorCode::RateLimited => "slower",
        ErrorCode::InvalidInput => "wrong",
        _ => "failed",
    }
}

/// Does it, and goes back to the page.
async fn at(
    actor: Option<Actor>,
    project: &ProjectId,
    sent: &Sent,
    act: impl AsyncFnOnce(&Actor) -> Result<&'static str, &'static str>,
) -> Redirect {
    // What was sent as a project's id may be anything.
    match address(project).parse::<Uri>() {
        Ok(page) => done(actor, sent.get("made_for"), page.path(), "", act).await,
        Err(_) => Redirect::to("/projects"),
    }
}

type Fields = Form<Vec<(String, String)>>;

async fn set_role(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &id, &sent, async |actor| {
        let role = ProjectRole::parse(sent.get("role")).ok_or("wrong")?;
        let person = UserId(sent.get("member").to_owned());
        let set = people::set_role(&app, actor, &id, &person, role).await;
        set.map(|_| "role").map_err(|error| refused(&error))
    })
    .await
}

async fn remove(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &id, &sent, async |actor| {
        let person = UserId(sent.get("member").to_owned());
        let removed = people::remove(&app, actor, &id, &person).await;
        removed.map(|()| "removed").map_err(|error| refused(&error))
    })
    .await
}

async fn withdraw(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &id, &sent, async |actor| {
        let invitation = InvitationId(sent.get("invitation").to_owned());
        let withdrawn = people::withdraw(&app, actor, &id, &invitation).await;
        withdrawn
            .map(|()| "withdrawn")
            .map_err(|error| refused(&error))
    })
    .await
}

async fn leave(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Path(id): Path<ProjectId>,
    Form(sent): Fields,
) -> Redirect {
    let sent = Sent(sent);
    at(actor, &id, &sent, async |actor| {
        if sent.get("sure").is_empty() {
            return Err("not-sure");
        }
        let left = people::remove(&app, actor, &id, &actor.user.id).await;
        left.map(|()| LEFT).map_err(|error| refused(&error))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_said_in_our_own_words() {
        for code in [
            ErrorCode::Forbidden,
            ErrorCode::NotFound,
            ErrorCode::Conflict,
            ErrorCode::RateLimited,
            ErrorCode::InvalidInput,
            ErrorCode::Internal,
        ] {
            let word = refused(&ApiError::new(code, "x"));
            assert!(words(word).is_some_and(|(_, good)| !good), "{word}");
        }
        assert_eq!(words("Send your key"), None);
    }
}
