//! What an organization sets for its members: keys, settings and policy.

use crate::{
    actor::Actor,
    api::{
        Answer, List,
        keys::{draft, provider},
        settings::Of,
    },
    app::App,
    keys::{self, Holder, KeyInput},
    organizations::policy,
    settings, web,
};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    routing::{get as read, post as act, put as write},
};
use domain::{
    ApiError, OrganizationId,
    history::Changed,
    keys::{KeyReport, SecretView},
    organization::{PolicyPatch, PolicyView, SharedKeys},
    settings::{SettingsPatch, SettingsView},
};

/// The routes of this file, below `/organizations`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/{id}/keys", read(list_keys))
        .route("/{id}/keys/{provider}", write(put_key).delete(delete_key))
        .route("/{id}/keys/{provider}/test", act(test_key))
        .route("/{id}/keys/{provider}/undo", act(undo_key))
        .route("/{id}/settings", read(get).patch(patch))
        .route("/{id}/settings/history", read(history))
        .route("/{id}/policy", read(get_policy).patch(patch_policy))
}

/// `GET /organizations/{id}/keys`.
async fn list_keys(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<SharedKeys>> {
    Ok(web::Json(keys::shared(&app, &actor, &id).await?))
}

/// `PUT /organizations/{id}/keys/{provider}`.
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

/// `DELETE /organizations/{id}/keys/{provider}`: 204.
async fn delete_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
) -> Answer<StatusCode> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    keys::remove(&app, &holder, provider(&slot)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /organizations/{id}/keys/{provider}/test`, with or without a body.
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

/// `POST /organizations/{id}/keys/{provider}/undo`.
async fn undo_key(
    State(app): State<App>,
    actor: Actor,
    Path((id, slot)): Path<(OrganizationId, String)>,
) -> Answer<web::Json<SecretView>> {
    let holder = Holder::organization(&app, &actor, &id).await?;
    let view = keys::undo(&app, &holder, provider(&slot)?).await?;
    Ok(web::Json(view))
}

/// `GET /organizations/{id}/settings`.
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<SettingsView>> {
    let view = settings::organization_view(&app, &actor, &id).await?;
    Ok(web::Json(view))
}

/// `PATCH /organizations/{id}/settings`: field by field; answers the settings as they are then.
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

/// `GET /organizations/{id}/settings/history?field=`.
async fn history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::organization_history(&app, &actor, &id, of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// `GET /organizations/{id}/policy`.
async fn get_policy(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<PolicyView>> {
    Ok(web::Json(policy::view(&app, &actor, &id).await?))
}

/// `PATCH /organizations/{id}/policy`: what is left out stays.
async fn patch_policy(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(patch): web::Json<PolicyPatch>,
) -> Answer<web::Json<PolicyView>> {
    Ok(web::Json(policy::patch(&app, &actor, &id, &patch).await?))
}
