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
use domain::ErrorCode::{Conflict, KeyUnavailable, NotFound};
use serde::{Deserialize, Serialize};

/// Shows who one is
///
/// With the password, or with a second factor with a code. It counts for ten minutes.
#[utoipa::path(
    post,
    path = "/auth/confirm",
    request_body = Confirm,
    responses((status = 204))
)]
pub async fn confirm(
    State(app): State<App>,
    actor: Actor,
    client: Client,
    web::Json(input): web::Json<Confirm>,
) -> Answer<StatusCode> {
    auth::confirm(&app, &actor, client, input).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the password
///
/// Every other session ends, and this one has another cookie.
#[utoipa::path(
    put,
    path = "/me/password",
    request_body = ChangePassword,
    responses((status = 204, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-errors" = json!([Conflict])))
)]
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

/// How one's second factor stands
#[utoipa::path(
    get,
    path = "/me/totp",
    responses((status = 200, body = Standing))
)]
pub async fn standing(State(app): State<App>, actor: Actor) -> Answer<web::Json<Standing>> {
    Ok(web::Json(second_factor::standing(&app, &actor).await?))
}

/// A secret for an authenticator app
///
/// It counts once a code of it is sent.
#[utoipa::path(
    post,
    path = "/me/totp",
    responses((status = 200, body = Setup)),
    extensions(("x-errors" = json!([Conflict])))
)]
pub async fn begin(State(app): State<App>, actor: Actor) -> Answer<web::Json<Setup>> {
    Ok(web::Json(second_factor::begin(&app, &actor).await?))
}

/// What is sent to let a secret count.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "123456" }))]
pub struct FirstCode {
    #[schema(value_type = String, format = Password, write_only)]
    code: TypedCode,
}

/// Recovery codes, which are never shown again.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Turns the second factor on
///
/// The answer has the recovery codes, which are never shown again; the session has another cookie.
#[utoipa::path(
    put,
    path = "/me/totp",
    request_body = FirstCode,
    responses((status = 200, body = RecoveryCodes, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-errors" = json!([Conflict, KeyUnavailable])))
)]
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

/// Other recovery codes in place of those that are left
#[utoipa::path(
    post,
    path = "/me/totp/recovery-codes",
    responses((status = 200, body = RecoveryCodes)),
    extensions(("x-errors" = json!([Conflict])))
)]
pub async fn recovery_codes(
    State(app): State<App>,
    actor: Actor,
) -> Answer<web::Json<RecoveryCodes>> {
    Ok(web::Json(RecoveryCodes {
        recovery_codes: second_factor::new_recovery_codes(&app, &actor).await?,
    }))
}

/// Turns the second factor off
#[utoipa::path(
    delete,
    path = "/me/totp",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn turn_off(State(app): State<App>, actor: Actor) -> Answer<StatusCode> {
    second_factor::turn_off(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
