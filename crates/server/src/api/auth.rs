//! Accounts: sign up, sign in, sign out, who am I.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    auth::{self, Client, SignIn, SignUp, SignedIn},
    web::{self, PresentedToken},
};
use axum::{
    extract::State,
    http::{StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse},
};
use domain::ErrorCode::Unauthenticated;
use domain::account::Me;

/// Makes an account and signs it in
///
/// The first account of an instance runs it. `FORBIDDEN` where no accounts are made.
#[utoipa::path(
    post,
    path = "/auth/sign-up",
    request_body = SignUp,
    responses((status = 201, body = Me, headers(("Set-Cookie" = String, description = "The session")))),
    security(())
)]
pub async fn sign_up(
    State(app): State<App>,
    client: Client,
    web::Json(input): web::Json<SignUp>,
) -> Answer<impl IntoResponse> {
    let signed_in = auth::sign_up(&app, client, input).await?;
    Ok((StatusCode::CREATED, welcome(signed_in)))
}

/// Signs in
///
/// The session that the request came with ends.
#[utoipa::path(
    post,
    path = "/auth/sign-in",
    request_body = SignIn,
    responses((status = 200, body = Me, headers(("Set-Cookie" = String, description = "The session")))),
    security(()),
    extensions(("x-errors" = json!([Unauthenticated])))
)]
pub async fn sign_in(
    State(app): State<App>,
    client: Client,
    before: PresentedToken,
    web::Json(input): web::Json<SignIn>,
) -> Answer<impl IntoResponse> {
    Ok(welcome(
        auth::sign_in(&app, client, input, before.as_deref()).await?,
    ))
}

fn welcome(signed_in: SignedIn) -> impl IntoResponse {
    (
        AppendHeaders([(SET_COOKIE, signed_in.cookie)]),
        web::Json(signed_in.me),
    )
}

/// Signs out
///
/// Also answered where nobody is signed in.
#[utoipa::path(
    post,
    path = "/auth/sign-out",
    responses((status = 204)),
    security(())
)]
pub async fn sign_out(
    State(app): State<App>,
    session: PresentedToken,
) -> Answer<impl IntoResponse> {
    if let Some(token) = session.as_deref() {
        auth::sign_out(&app, token).await?;
    }
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(SET_COOKIE, auth::expired_cookie(&app.config.public_origin))]),
    ))
}

/// Who is signed in
#[utoipa::path(
    get,
    path = "/me",
    responses((status = 200, body = Me))
)]
pub async fn me(State(app): State<App>, actor: Actor) -> Answer<web::Json<Me>> {
    Ok(web::Json(auth::me(&app, &actor).await?))
}
