//! Personal access tokens of the acting person. No token makes, lists or revokes tokens.

use super::{Answer, List};
use crate::{
    actor::Actor,
    app::App,
    auth::access_token::{self, TokenView, Wish},
    web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::ErrorCode::NotFound;
use serde::Serialize;

/// A new token with its text, which is never shown again.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MadeToken)]
pub struct Made<'a> {
    #[serde(flatten)]
    view: &'a TokenView,
    token: &'a str,
}

/// One's access tokens
#[utoipa::path(
    get,
    path = "/tokens",
    responses((status = 200, body = List<TokenView>))
)]
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<TokenView>>> {
    Ok(web::Json(List {
        data: access_token::list(&app, &actor).await?,
    }))
}

/// Makes an access token
///
/// Its text is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/tokens",
    request_body = Wish,
    responses((status = 201, body = Made))
)]
pub async fn make(
    State(app): State<App>,
    actor: Actor,
    web::Json(wish): web::Json<Wish>,
) -> Answer<Response> {
    let (view, text) = access_token::make(&app, &actor, wish).await?;
    let made = web::Json(Made {
        view: &view,
        token: text.as_str(),
    });
    Ok((StatusCode::CREATED, made).into_response())
}

/// Takes an access token back
#[utoipa::path(
    delete,
    path = "/tokens/{id}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    access_token::revoke(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
