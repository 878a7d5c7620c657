//! The forms of the administration. They need no script; their answer is the page again, with what
//! became of them. Who does not run the instance finds nothing at their addresses.

use super::{
    super::parts::{Outcome, done},
    list::Shown,
};
use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{ApiError, ErrorCode, OrganizationId, UserId, account::Plan};
use serde::Deserialize;
use server::{
    admin::{accounts, organizations},
    app::App,
    web::MaybeActor,
};

/// The words for what became of a form, and whether that is good.
pub fn outcome_words(outcome: &str) -> Option<Outcome> {
    Some(match outcome {
        "disabled" => ("The account is disabled and signed out everywhere.", true),
        "enabled" => ("The account may sign in again.", true),
        "granted" => ("The account runs this instance now.", true),
        "revoked" => ("The account does not run this instance any more.", true),
        "last" => (
            "This is the last account that can run this instance. Let another one run it first.",
            false,
        ),
        "plan" => ("The plan is set.", true),
        "corrected" => ("The correction is in force.", true),
        "taken-back" => ("What was shipped counts again.", true),
        "gone" => ("There is no such thing any more.", false),
        "wrong" => (
            "Nothing was changed, as that could not be understood. Look again and repeat it.",
            false,
        ),
        "other-account" => (
            "Somebody else has signed in meanwhile. Nothing was changed; look again and repeat it if you still want to.",
            false,
        ),
        "failed" => ("It could not be saved. Try again.", false),
        _ => return None,
    })
}

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/accounts/change", post(change_account))
        .route("/admin/organizations/plan", post(set_plan))
}

/// Where nothing could be made of what was sent.
pub const WRONG: &str = "wrong";

/// The word for why it was refused.
pub fn refused(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::Conflict => "last",
        ErrorCode::NotFound => "gone",
        ErrorCode::InvalidInput => WRONG,
        _ => "failed",
    }
}

/// Does what a form asks for, for those who run the instance alone.
async fn for_admins(
    MaybeActor(actor): MaybeActor,
    made_for: &str,
    page: &str,
    act: impl AsyncFnOnce(&server::actor::Actor) -> Result<&'static str, &'static str>,
) -> Response {
    if actor.as_ref().is_some_and(|actor| actor.user.is_admin) {
        return done(actor, made_for, page, "", act).await.into_response();
    }
    StatusCode::NOT_FOUND.into_response()
}

#[derive(Deserialize)]
struct Account {
    made_for: String,
    account: String,
    wish: String,
    #[serde(flatten)]
    shown: Shown,
}

async fn change_account(
    State(app): State<App>,
    actor: MaybeActor,
    Form(sent): Form<Account>,
) -> Response {
    let page = sent.shown.address(super::accounts::PATH);
    for_admins(actor, &sent.made_for, &page, async |actor| {
        let (wish, word) = match sent.wish.as_str() {
            "disable" => (wish(Some(true), None), "disabled"),
            "enable" => (wish(Some(false), None), "enabled"),
            "grant" => (wish(None, Some(true)), "granted"),
            "revoke" => (wish(None, Some(false)), "revoked"),
            _ => return Err(WRONG),
        };
        let id = UserId(sent.account.clone());
        let changed = accounts::change(&app, actor, &id, wish).await;
        changed.map(|_| word).map_err(|error| refused(&error))
    })
    .await
}

const fn wish(disabled: Option<bool>, is_admin: Option<bool>) -> accounts::Wish {
    accounts::Wish { disabled, is_admin }
}

#[derive(Deserialize)]
struct OnPlan {
    made_for: String,
    organization: String,
    plan: Plan,
    #[serde(flatten)]
    shown: Shown,
}

async fn set_plan(State(app): State<App>, actor: MaybeActor, Form(sent): Form<OnPlan>) -> Response {
    let page = sent.shown.address(super::organizations::PATH);
    for_admins(actor, &sent.made_for, &page, async |actor| {
        let id = OrganizationId(sent.organization.clone());
        let wish = organizations::Wish { plan: sent.plan };
        let changed = organizations::change(&app, actor, &id, wish).await;
        changed.map(|_| "plan").map_err(|error| refused(&error))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(outcome_words("disabled").is_some());
        assert_eq!(outcome_words("Send your key to example.com"), None);
    }
}
