//! The catalogue: who can be chosen and which models there are.

use super::{Answer, List};
use crate::{actor::Actor, app::App, models, web};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::{ApiKeyRequired, KeyUnavailable, NotFound};
use domain::{
    ApiError, Map, Operation, ProviderId, model_list::ModelList, provider::CredentialKind,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A provider as the API shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderView {
    id: ProviderId,
    name: &'static str,
    summary: String,
    available: bool,
    operations: Vec<Operation>,
    credential: CredentialKind,
    key_page: Option<String>,
    key_hint: Option<String>,
    logo: Option<String>,
    default_models: Map<Operation, String>,
}

/// Every provider
#[utoipa::path(
    get,
    path = "/providers",
    responses((status = 200, body = List<ProviderView>))
)]
pub async fn list(State(app): State<App>, _: Actor) -> web::Json<List<ProviderView>> {
    let data = app
        .catalog()
        .providers
        .iter()
        .map(|provider| ProviderView {
            id: provider.id,
            name: provider.id.label(),
            summary: provider.summary.clone(),
            available: provider.available,
            operations: Operation::ALL
                .into_iter()
                .filter(|o| provider.id.serves(*o))
                .collect(),
            credential: provider.credential(),
            key_page: provider.key_page.clone(),
            key_hint: provider.key_hint.clone(),
            logo: provider
                .logo
                .as_ref()
                .map(|name| format!("/logos/{name}.svg")),
            default_models: provider.default_models.clone(),
        })
        .collect();
    web::Json(List { data })
}

/// What `GET /providers/{provider}/models` can be asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ModelsQuery {
    operation: Option<Operation>,
    refresh: Option<String>,
}

/// The models of a provider
///
/// With `refresh=1` the provider is asked for its list first, with the key of whoever asks.
#[utoipa::path(
    get,
    path = "/providers/{provider}/models",
    params(ModelsQuery),
    responses((status = 200, body = ModelList)),
    extensions(("x-errors" = json!([NotFound, ApiKeyRequired, KeyUnavailable])))
)]
pub async fn models(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
    web::Query(query): web::Query<ModelsQuery>,
) -> Answer<web::Json<ModelList>> {
    let provider = known(&provider)?;
    match query.refresh.as_deref() {
        Some("1" | "true") => models::refresh(&app, &actor, provider).await?,
        None | Some("0" | "false") => {}
        Some(_) => {
            let message = "Use `refresh=1` to ask the provider for its list.";
            return Err(ApiError::invalid_field("refresh", message).into());
        }
    }
    let list = models::view(&app, &actor, provider, query.operation).await?;
    Ok(web::Json(list))
}

/// Lets the pending list of models count
#[utoipa::path(
    post,
    path = "/providers/{provider}/models/apply",
    responses((status = 200, body = ModelList)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn apply(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
) -> Answer<web::Json<ModelList>> {
    let provider = known(&provider)?;
    models::apply(&app, &actor, provider).await?;
    let list = models::view(&app, &actor, provider, None).await?;
    Ok(web::Json(list))
}

/// Throws the pending list of models away
#[utoipa::path(
    delete,
    path = "/providers/{provider}/models/apply",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn discard(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
) -> Answer<StatusCode> {
    models::discard(&app, &actor, known(&provider)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn known(id: &str) -> Result<ProviderId, ApiError> {
    ProviderId::parse(id).ok_or_else(|| ApiError::not_found("provider"))
}
