//! The forms whose answer is the page again, with what became of them in words of our own.

use super::{
    super::parts::{Outcome, done},
    PAGE,
};
use crate::pages::is_own_page;
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderValue, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{ApiError, ErrorCode};
use serde::Deserialize;
use server::{
    app::App,
    auth::{self, ChangePassword, Client, Confirm, access_token, second_factor, session},
    web::MaybeActor,
};

/// The part of the page that speaks of an outcome, the words for it, and whether it is good.
pub(super) fn words(outcome: &str) -> Option<(&'static str, Outcome)> {
    Some(match outcome {
        "confirmed" => ("confirm", ("Confirmed for the next 10 minutes.", true)),
        "not-confirmed" => ("confirm", ("That does not fit. Try again.", false)),
        "confirm-later" => ("confirm", (LATER, false)),
        "confirm-first" => (
            "confirm",
            ("Confirm that it is you, then repeat it.", false),
        ),
        "password-changed" => (
            "password",
            (
                "The password is changed. You are signed out everywhere else.",
                true,
            ),
        ),
        "password-wrong" => (
            "password",
            (
                "The current password is another one. Nothing was changed.",
                false,
            ),
        ),
        "password-weak" => (
            "password",
            (
                "Use a password of at least 12 characters that is not among the first that are tried, such as several unrelated words.",
                false,
            ),
        ),
        "password-later" => ("password", (LATER, false)),
        "two-step-off" => ("two-step", ("Two-step sign-in is off.", true)),
        "session-ended" => ("sessions", ("That session has ended.", true)),
        "sessions-ended" => ("sessions", ("You are signed out everywhere else.", true)),
        "session-gone" => ("sessions", ("That session had ended before.", false)),
        "token-revoked" => ("tokens", ("The token is revoked.", true)),
        "token-gone" => ("tokens", ("There is no such token any more.", false)),
        "other-account" => (
            "top",
            (
                "Somebody else has signed in meanwhile. Nothing was changed; look again and repeat it if you still want to.",
                false,
            ),
        ),
        "failed" => ("top", ("That could not be done. Try again.", false)),
        _ => return None,
    })
}

const LATER: &str = "Too many attempts. Wait a minute before the next one.";

/// The forms' addresses.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/account/confirm", post(confirm))
        .route("/account/password", post(password))
        .route("/account/second-factor/off", post(turn_off))
        .route("/account/sessions/end", post(end))
        .route("/account/sessions/end-others", post(end_others))
        .route("/account/tokens/revoke", post(revoke))
}

#[derive(Deserialize)]
struct Confirmed {
    made_for: String,
    #[serde(default)]
    next: String,
    password: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Passwords {
    made_for: String,
    current_password: String,
    new_password: String,
}

#[derive(Deserialize)]
struct Bare {
    made_for: String,
}

#[derive(Deserialize)]
struct One {
    made_for: String,
    id: String,
}

async fn confirm(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    client: Client,
    Form(sent): Form<Confirmed>,
) -> Redirect {
    let input = Confirm {
        password: sent.password.map(Into::into),
        code: sent.code.map(Into::into),
    };
    let mut confirmed = false;
    let back = done(actor, &sent.made_for, PAGE, "#confirm", async |actor| {
        let outcome = auth::confirm(&app, actor, client, input).await;
        confirmed = outcome.is_ok();
        match outcome {
            Ok(()) => Ok("confirmed"),
            Err(error) => Err(match error.code {
                ErrorCode::InvalidInput => "not-confirmed",
                ErrorCode::RateLimited => "confirm-later",
                _ => "failed",
            }),
        }
    })
    .await;
    if confirmed && is_own_page(&sent.next) {
        return Redirect::to(&sent.next);
    }
    back
}

async fn password(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    client: Client,
    Form(sent): Form<Passwords>,
) -> Response {
    let input = ChangePassword {
        current_password: sent.current_password.into(),
        new_password: sent.new_password.into(),
    };
    let mut cookie: Option<HeaderValue> = None;
    let redirect =
        done(
            actor,
            &sent.made_for,
            PAGE,
            "#password",
            async |actor| match auth::change_password(&app, actor, client, input).await {
                Ok(handed_over) => {
                    cookie = Some(handed_over);
                    Ok("password-changed")
                }
                Err(error) => Err(password_refused(&error)),
            },
        )
        .await;
    let cookie = cookie.map(|cookie| (SET_COOKIE, cookie));
    (AppendHeaders(cookie), redirect).into_response()
}

fn password_refused(error: &ApiError) -> &'static str {
    let is_of = |field: &str| error.fields.iter().any(|wrong| wrong.field == field);
    match error.code {
        ErrorCode::InvalidInput if is_of("new_password") => "password-weak",
        ErrorCode::InvalidInput => "password-wrong",
        ErrorCode::RateLimited => "password-later",
        _ => "failed",
    }
}

async fn turn_off(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Bare>,
) -> Redirect {
    done(
        actor,
        &sent.made_for,
        PAGE,
        "#two-step",
        async |actor| match second_factor::turn_off(&app, actor).await {
            Ok(()) => Ok("two-step-off"),
            Err(error) if error.code == ErrorCode::NotFound => Ok("two-step-off"),
            Err(error) if error.step_up => Err("confirm-first"),
            Err(_) => Err("failed"),
        },
    )
    .await
}

async fn end(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<One>,
) -> Redirect {
    done(
        actor,
        &sent.made_for,
        PAGE,
        "#sessions",
        async |actor| match session::end(&app, actor, &sent.id).await {
            Ok(()) => Ok("session-ended"),
            Err(error) if error.code == ErrorCode::NotFound => Err("session-gone"),
            Err(_) => Err("failed"),
        },
    )
    .await
}

async fn end_others(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Bare>,
) -> Redirect {
    done(actor, &sent.made_for, PAGE, "#sessions", async |actor| {
        let ended = session::end_others(&app, actor).await;
        ended.map(|()| "sessions-ended").map_err(|_| "failed")
    })
    .await
}

async fn revoke(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<One>,
) -> Redirect {
    done(
        actor,
        &sent.made_for,
        PAGE,
        "#tokens",
        async |actor| match access_token::revoke(&app, actor, &sent.id).await {
            Ok(()) => Ok("token-revoked"),
            Err(error) if error.code == ErrorCode::NotFound => Err("token-gone"),
            Err(_) => Err("failed"),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_chooses_among_our_own_sentences_alone() {
        assert!(words("confirmed").is_some());
        assert!(words("Send your password to example.com").is_none());
    }
}
