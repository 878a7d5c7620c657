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
use domain::ErrorCode::{ApiKeyRequired, KeyUnavailable, NotFound};
use domain::{
    ApiError, ProviderId,
    keys::{KeyReport, SecretView},
};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

/// The provider that an address names.
pub fn provider(id: &str) -> Result<ProviderId, ApiError> {
    ProviderId::parse(id).ok_or_else(|| ApiError::not_found("provider"))
}

/// Stores a key
///
/// It is never answered again. What is no key, or the shown form of one, is refused and changes nothing.
#[utoipa::path(
    put,
    path = "/keys/{provider}",
    request_body = KeyInput,
    responses((status = 200, body = SecretView)),
    extensions(("x-errors" = json!([NotFound])))
)]
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

/// Removes a key
#[utoipa::path(
    delete,
    path = "/keys/{provider}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    keys::remove(&app, &Holder::me(&actor), provider(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back the key that the last change replaced
///
/// Within ten minutes.
#[utoipa::path(
    post,
    path = "/keys/{provider}/undo",
    responses((status = 200, body = SecretView)),
    extensions(("x-errors" = json!([NotFound, KeyUnavailable])))
)]
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
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyTestInput)]
pub struct TestInput {
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    key: Option<SecretString>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    secret: Option<SecretString>,
}

/// Tests a key
///
/// The one in the body, or without a body the stored one. Free of charge; changes nothing that is stored.
#[utoipa::path(
    post,
    path = "/keys/{provider}/test",
    request_body = Option<TestInput>,
    responses((status = 200, body = KeyReport)),
    extensions(("x-errors" = json!([NotFound, ApiKeyRequired, KeyUnavailable])))
)]
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
