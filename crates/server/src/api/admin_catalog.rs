//! The catalogue for the people who run the instance: what was shipped, what they corrected, what
//! counts.

use super::{Answer, List};
use crate::{
    actor::Actor,
    app::App,
    catalog::{
        CorrectionInput,
        admin::{self, Entry},
    },
    web,
};
use axum::extract::{Path, State};
use domain::ErrorCode::{Forbidden, NotFound};
use domain::{ApiError, Operation, ProviderId};
use serde::Deserialize;
use store::catalog::Place;
use utoipa::{IntoParams, ToSchema};

/// What `GET /admin/catalog` can be asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    operation: Option<Operation>,
    provider: Option<ProviderId>,
}

/// The catalogue with its corrections
#[utoipa::path(
    get,
    path = "/admin/catalog",
    params(Query),
    responses((status = 200, body = List<Entry>)),
    extensions(("x-errors" = json!([Forbidden])))
)]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<Query>,
) -> Answer<web::Json<List<Entry>>> {
    let data = admin::list(&app, &actor, query.operation, query.provider).await?;
    Ok(web::Json(List { data }))
}

/// Corrects a model of the catalogue
#[utoipa::path(
    put,
    path = "/admin/catalog/{operation}/{provider}",
    request_body = CorrectionInput,
    responses((status = 200, body = Entry)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Path((operation, provider)): Path<(String, String)>,
    web::Json(input): web::Json<CorrectionInput>,
) -> Answer<web::Json<Entry>> {
    let (operation, provider) = pair(&operation, &provider)?;
    let entry = admin::correct(&app, &actor, operation, provider, input).await?;
    Ok(web::Json(entry))
}

/// Which correction to take back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CatalogueModel, example = json!({ "model": "veo3_fast" }))]
pub struct Named {
    model: String,
}

/// Takes a correction back
///
/// What was shipped counts again.
#[utoipa::path(
    delete,
    path = "/admin/catalog/{operation}/{provider}",
    request_body = Named,
    responses((status = 200, body = Entry)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path((operation, provider)): Path<(String, String)>,
    web::Json(named): web::Json<Named>,
) -> Answer<web::Json<Entry>> {
    let (operation, provider) = pair(&operation, &provider)?;
    let place = Place {
        operation,
        provider,
        model: &named.model,
    };
    let entry = admin::take_back(&app, &actor, place).await?;
    Ok(web::Json(entry))
}

fn pair(operation: &str, provider: &str) -> Result<(Operation, ProviderId), ApiError> {
    Operation::parse(operation)
        .zip(ProviderId::parse(provider))
        .ok_or_else(|| ApiError::not_found("catalogue"))
}
