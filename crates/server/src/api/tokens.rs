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
use serde::Serialize;

/// A new token with its text, which is never shown again.
#[derive(Serialize)]
pub struct Made<'a> {
    #[serde(flatten)]
    view: &'a TokenView,
    token: &'a str,
}

/// `GET /tokens`.
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<TokenView>>> {
    Ok(web::Json(List {
        data: access_token::list(&app, &actor).await?,
    }))
}

/// `POST /tokens`: 201.
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

/// `DELETE /tokens/{id}`: 204.
pub async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    access_token::revoke(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
