//! How the acting person shows who they are: their password, their second factor, and the confirmation
//! before what could do lasting harm.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    auth::{
        self, ChangePassword, Client, Confirm, TypedCode,
        second_factor::{self, Setup, Standing},
    },
    web,
};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

/// `POST /auth/confirm`: 204.
pub async fn confirm(
    State(app): State<App>,
    actor: Actor,
    client: Client,
    web::Json(input): web::Json<Confirm>,
) -> Answer<StatusCode> {
    auth::confirm(&app, &actor, client, input).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /me/password`: 204, and the session has another cookie.
pub async fn change_password(
    State(app): State<App>,
    actor: Actor,
    client: Client,
    web::Json(input): web::Json<ChangePassword>,
) -> Answer<Response> {
    let cookie = auth::change_password(&app, &actor, client, input).await?;
    Ok((StatusCode::NO_CONTENT, with_cookie(cookie)).into_response())
}

fn with_cookie(cookie: HeaderValue) -> AppendHeaders<[(axum::http::HeaderName, HeaderValue); 1]> {
    AppendHeaders([(SET_COOKIE, cookie)])
}

/// `GET /me/totp`.
pub async fn standing(State(app): State<App>, actor: Actor) -> Answer<web::Json<Standing>> {
    Ok(web::Json(second_factor::standing(&app, &actor).await?))
}

/// `POST /me/totp`: a secret that counts once a code of it is sent.
pub async fn begin(State(app): State<App>, actor: Actor) -> Answer<web::Json<Setup>> {
    Ok(web::Json(second_factor::begin(&app, &actor).await?))
}

/// What is sent to let a secret count.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    code: TypedCode,
}

/// Recovery codes, which are never shown again.
#[derive(Serialize)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// `PUT /me/totp`: the recovery codes, and the session has another cookie.
pub async fn turn_on(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<FirstCode>,
) -> Answer<Response> {
    let on = second_factor::turn_on(&app, &actor, &input.code).await?;
    let codes = web::Json(RecoveryCodes {
        recovery_codes: on.recovery_codes,
    });
    Ok((with_cookie(on.cookie), codes).into_response())
}

/// `POST /me/totp/recovery-codes`: others in their place.
pub async fn recovery_codes(
    State(app): State<App>,
    actor: Actor,
) -> Answer<web::Json<RecoveryCodes>> {
    Ok(web::Json(RecoveryCodes {
        recovery_codes: second_factor::new_recovery_codes(&app, &actor).await?,
    }))
}

/// `DELETE /me/totp`: 204.
pub async fn turn_off(State(app): State<App>, actor: Actor) -> Answer<StatusCode> {
    second_factor::turn_off(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
