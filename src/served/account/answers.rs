//! The forms whose answer shows something once: a new token, the secret for an authenticator app,
//! recovery codes. It is the answer itself that shows them; no address leads there again.

use super::{
    super::{Served, html, parts::Sent},
    PAGE, page_with_problem, second_factor as two_step,
    tokens::{self, Wished},
};
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderValue, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{ApiError, ErrorCode, scope::Scope};
use server::{
    actor::Actor,
    app::App,
    auth::{
        access_token::{self, Wish},
        second_factor,
    },
    web::MaybeActor,
};

/// The address of the page, for these forms. Whoever mounts it has to guard it as all that changes
/// something, and to render what it answers.
pub fn answers() -> Router<App> {
    Router::new().route(PAGE, post(answer))
}

/// The token that is wished for; `None` where a field means nothing.
fn wish(sent: &Sent) -> Option<Wish> {
    let scopes: Option<Vec<Scope>> = sent.all("scope").map(Scope::parse).collect();
    Some(Wish {
        name: sent.get("name").to_owned(),
        scopes: scopes?,
        expires_in_days: Some(sent.get("days").parse().ok()?),
    })
}

/// What a form came to: a page, and a cookie with it.
struct Page(String, Option<HeaderValue>);

impl From<String> for Page {
    fn from(html: String) -> Self {
        Self(html, None)
    }
}

async fn answer(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let Some(actor) = actor else {
        return Redirect::to(&format!("/sign-in?next={PAGE}")).into_response();
    };
    let sent = Sent(sent);
    if sent.get("made_for") != actor.user.id.as_str() {
        return Redirect::to(&format!("{PAGE}?outcome=other-account")).into_response();
    }
    let (part, made) = match sent.get("act") {
        "token" => ("tokens", token(&app, &actor, &sent).await),
        "second-factor-begin" => ("two-step", begin(&app, &actor).await),
        "second-factor-on" => ("two-step", turn_on(&app, &actor, &sent).await),
        "recovery-codes" => ("two-step", recovery_codes(&app, &actor).await),
        _ => return Redirect::to(PAGE).into_response(),
    };
    let Page(html, cookie) = match made {
        Ok(page) => page,
        Err(error) if error.step_up => {
            return Redirect::to(&format!("{PAGE}?outcome=confirm-first#confirm")).into_response();
        }
        Err(error) => {
            let wished = match part {
                "tokens" => Wished::of(&sent),
                _ => Wished::default(),
            };
            let page = page_with_problem(&app, &actor, part, error, wished).await;
            page.into()
        }
    };
    let cookie = cookie.map(|cookie| (SET_COOKIE, cookie));
    (AppendHeaders(cookie), Served(html)).into_response()
}

async fn token(app: &App, actor: &Actor, sent: &Sent) -> Result<Page, ApiError> {
    let wish = wish(sent).ok_or_else(|| {
        ApiError::invalid_field("scopes", "Choose what the token may be used for again.")
    })?;
    let (view, text) = access_token::make(app, actor, wish).await?;
    Ok(html(|| tokens::made(&view, &text)).into())
}

async fn begin(app: &App, actor: &Actor) -> Result<Page, ApiError> {
    let setup = second_factor::begin(app, actor).await?;
    let user = actor.user.id.as_str();
    Ok(html(|| two_step::setup(user, &setup, None)).into())
}

async fn turn_on(app: &App, actor: &Actor, sent: &Sent) -> Result<Page, ApiError> {
    let refused = match second_factor::turn_on(app, actor, &sent.get("code").into()).await {
        Ok(on) => {
            let codes = on.recovery_codes;
            let page = html(|| two_step::codes("Two-step sign-in is on", &codes));
            return Ok(Page(page, Some(on.cookie)));
        }
        Err(error) => error,
    };
    let again = [ErrorCode::InvalidInput, ErrorCode::RateLimited];
    if !again.contains(&refused.code) {
        return Err(refused);
    }
    let Some(setup) = second_factor::begun(app, actor).await? else {
        return Err(refused);
    };
    let user = actor.user.id.as_str();
    Ok(html(|| two_step::setup(user, &setup, Some(&refused))).into())
}

async fn recovery_codes(app: &App, actor: &Actor) -> Result<Page, ApiError> {
    let codes = second_factor::new_recovery_codes(app, actor).await?;
    Ok(html(|| two_step::codes("New recovery codes", &codes)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_wished_for_with_each_box_that_was_ticked() {
        let wish = Sent::of(&[
            ("name", "Build"),
            ("scope", "read"),
            ("scope", "keys"),
            ("days", "30"),
        ]);
        let wish = super::wish(&wish).unwrap();
        assert_eq!(wish.scopes, [Scope::Read, Scope::Keys]);
        assert_eq!(
            (wish.name.as_str(), wish.expires_in_days),
            ("Build", Some(30))
        );
        for bad in [
            vec![("name", "x"), ("scope", "everything"), ("days", "30")],
            vec![("name", "x"), ("scope", "read"), ("days", "ever")],
            vec![("name", "x"), ("scope", "read")],
        ] {
            assert!(super::wish(&Sent::of(&bad)).is_none());
        }
    }
}
