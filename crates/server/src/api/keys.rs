//! The acting person's keys: stored, removed, brought back, tested; never read.

use super::Answer;
use crate::{
    actor::Actor,
    app::App,
    keys::{self, Draft, Holder, KeyInput},
    web,
};
use axum::{
    extract::{FromRequest, Path, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
};
use domain::{
    ApiError, ProviderId,
    keys::{KeyReport, SecretView},
};
use secrecy::SecretString;
use serde::Deserialize;

/// The provider that an address names.
pub fn provider(id: &str) -> Result<ProviderId, ApiError> {
    ProviderId::parse(id).ok_or_else(|| ApiError::not_found("provider"))
}

/// `PUT /keys/{provider}`.
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    web::Json(input): web::Json<KeyInput>,
) -> Answer<web::Json<SecretView>> {
    Ok(web::Json(
        keys::put(&app, &Holder::me(&actor), provider(&id)?, input).await?,
    ))
}

/// `DELETE /keys/{provider}`: 204.
pub async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    keys::remove(&app, &Holder::me(&actor), provider(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /keys/{provider}/undo`.
pub async fn undo(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<web::Json<SecretView>> {
    Ok(web::Json(
        keys::undo(&app, &Holder::me(&actor), provider(&id)?).await?,
    ))
}

/// What is sent to test a key that is not stored.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    #[serde(default)]
    key: Option<SecretString>,
    #[serde(default)]
    secret: Option<SecretString>,
}

/// `POST /keys/{provider}/test`, with or without a body.
pub async fn test(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    request: Request,
) -> Answer<web::Json<KeyReport>> {
    let draft = draft(&app, request).await?;
    let report = keys::test(&app, &Holder::me(&actor), provider(&id)?, draft).await?;
    Ok(web::Json(report))
}

/// What is to be tested in place of the stored key; nothing without a body.
pub async fn draft(app: &App, request: Request) -> Answer<Draft> {
    let has_body = request.headers().get(CONTENT_TYPE).is_some();
    let input = if has_body {
        web::Json::<TestInput>::from_request(request, app).await?.0
    } else {
        TestInput::default()
    };
    Ok(Draft {
        key: input.key,
        secret: input.secret,
    })
}
