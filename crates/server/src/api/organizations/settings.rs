//! What an organization sets for its members: keys, settings and policy.

use crate::{
    actor::Actor,
    api::{
        Answer, List,
        keys::{TestInput, draft, provider},
        settings::Of,
    },
    app::App,
    keys::{self, Holder, KeyInput},
    organizations::policy,
    settings, web,
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
};
use domain::ErrorCode::{
    ApiKeyRequired, Conflict, EndpointNotAllowed, KeyUnavailable, ModelUnavailable, NotFound,
};
use domain::{
    ApiError, OrganizationId,
    history::Changed,
    keys::{KeyReport, SecretView},
    organization::{PolicyPatch, PolicyView, SharedKeys},
    settings::{SettingsPatch, SettingsView},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list_keys))
        .routes(routes!(put_key, delete_key))
        .routes(routes!(test_key))
        .routes(routes!(undo_key))
        .routes(routes!(get, patch))
        .routes(routes!(history))
        .routes(routes!(get_policy, patch_policy))
}

/// The keys of an organization
///
/// To its admins as their own; to members that they are there.
#[utoipa::path(
    get,
    path = "/organizations/{id}/keys",
    responses((status = 200, body = SharedKeys)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn list_keys(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<SharedKeys>> {
    Ok(web::Json(keys::shared(&app, &actor, &id).await?))
}

/// Stores a key of an organization
///
/// For its admins, within ten minutes after they have shown who they are.
#[utoipa::path(
    put,
    path = "/organizations/{id}/keys/{provider}",
    request_body = KeyInput,
    responses((status = 200, body = SecretView)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn put_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
    web::Json(input): web::Json<KeyInput>,
) -> Answer<web::Json<SecretView>> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    let view = keys::put(&app, &holder, provider(&slot)?, input).await?;
    Ok(web::Json(view))
}

/// Removes a key of an organization
///
/// As for storing one.
#[utoipa::path(
    delete,
    path = "/organizations/{id}/keys/{provider}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn delete_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
) -> Answer<StatusCode> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    keys::remove(&app, &holder, provider(&slot)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tests a key of an organization
///
/// The stored one, or the one that is sent.
#[utoipa::path(
    post,
    path = "/organizations/{id}/keys/{provider}/test",
    request_body = Option<TestInput>,
    responses((status = 200, body = KeyReport)),
    extensions(("x-errors" = json!([NotFound, KeyUnavailable, ApiKeyRequired])))
)]
async fn test_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
    request: Request,
) -> Answer<web::Json<KeyReport>> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    let draft = draft(&app, request).await?;
    let report = keys::test(&app, &holder, provider(&slot)?, draft).await?;
    Ok(web::Json(report))
}

/// Brings back the key that the last change replaced
///
/// Within ten minutes.
#[utoipa::path(
    post,
    path = "/organizations/{id}/keys/{provider}/undo",
    responses((status = 200, body = SecretView)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn undo_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
) -> Answer<web::Json<SecretView>> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    let view = keys::undo(&app, &holder, provider(&slot)?).await?;
    Ok(web::Json(view))
}

/// What an organization sets
///
/// Its addresses are for its admins.
#[utoipa::path(
    get,
    path = "/organizations/{id}/settings",
    responses((status = 200, body = SettingsView)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<SettingsView>> {
    let view = settings::organization_view(&app, &actor, &id).await?;
    Ok(web::Json(view))
}

/// Changes what an organization sets
///
/// For its admins. Addresses as for storing a key.
#[utoipa::path(
    patch,
    path = "/organizations/{id}/settings",
    request_body = SettingsPatch,
    responses((status = 200, body = SettingsView)),
    extensions(("x-errors" = json!([NotFound, ModelUnavailable, EndpointNotAllowed, Conflict])))
)]
async fn patch(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(patch): web::Json<SettingsPatch>,
) -> Answer<web::Json<SettingsView>> {
    let changes = patch.changes().map_err(ApiError::invalid)?;
    settings::organization_patch(&app, &actor, &id, &changes).await?;
    let view = settings::organization_view(&app, &actor, &id).await?;
    Ok(web::Json(view))
}

/// What a setting of an organization was before
///
/// For its admins.
#[utoipa::path(
    get,
    path = "/organizations/{id}/settings/history",
    params(Of),
    responses((status = 200, body = List<Changed>)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::organization_history(&app, &actor, &id, of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// What an organization's keys may be used for
#[utoipa::path(
    get,
    path = "/organizations/{id}/policy",
    responses((status = 200, body = PolicyView)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn get_policy(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<PolicyView>> {
    Ok(web::Json(policy::view(&app, &actor, &id).await?))
}

/// Changes what an organization's keys may be used for
///
/// What is left out stays. With `base` only where nobody has changed it meanwhile.
#[utoipa::path(
    patch,
    path = "/organizations/{id}/policy",
    request_body = PolicyPatch,
    responses((status = 200, body = PolicyView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn patch_policy(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(patch): web::Json<PolicyPatch>,
) -> Answer<web::Json<PolicyView>> {
    Ok(web::Json(policy::patch(&app, &actor, &id, &patch).await?))
}
