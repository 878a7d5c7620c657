//! The catalogue: who can be chosen and which models there are.

use super::{Answer, List};
use crate::{actor::Actor, app::App, web};
use axum::extract::{Path, State};
use domain::{
    ApiError, Operation, ProviderId, Timestamp, catalog::Model, provider::CredentialKind,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A provider as the API shows it.
#[derive(Serialize)]
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
    default_models: BTreeMap<Operation, String>,
}

/// `GET /providers`.
pub async fn list(State(app): State<App>, _: Actor) -> web::Json<List<ProviderView>> {
    let data = app
        .catalog
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsQuery {
    operation: Option<Operation>,
}

/// The models of a provider as the API shows them.
#[derive(Serialize)]
pub struct Models {
    data: Vec<ModelView>,
    source: &'static str,
    fetched_at: Option<Timestamp>,
}

/// One model with where it is known from.
#[derive(Serialize)]
struct ModelView {
    #[serde(flatten)]
    model: Model,
    source: &'static str,
    fetched_at: Option<Timestamp>,
}

/// Where models are known from that nobody fetched.
const CATALOGUE: &str = "catalogue";

/// `GET /providers/{provider}/models?operation=`.
pub async fn models(
    State(app): State<App>,
    _: Actor,
    Path(provider): Path<String>,
    web::Query(query): web::Query<ModelsQuery>,
) -> Answer<web::Json<Models>> {
    let provider = ProviderId::parse(&provider).ok_or_else(|| ApiError::not_found("provider"))?;
    let data = app
        .catalog
        .models
        .iter()
        .filter(|model| model.provider == provider)
        .filter(|model| {
            query
                .operation
                .is_none_or(|operation| model.operation == operation)
        })
        .map(|model| ModelView {
            model: model.clone(),
            source: CATALOGUE,
            fetched_at: None,
        })
        .collect();
    Ok(web::Json(Models {
        data,
        source: CATALOGUE,
        fetched_at: None,
    }))
}
