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
use domain::{ApiError, Operation, ProviderId};
use serde::Deserialize;
use store::catalog::Place;

/// What `GET /admin/catalog` can be asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    operation: Option<Operation>,
    provider: Option<ProviderId>,
}

/// `GET /admin/catalog?operation=&provider=`.
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<Query>,
) -> Answer<web::Json<List<Entry>>> {
    let data = admin::list(&app, &actor, query.operation, query.provider).await?;
    Ok(web::Json(List { data }))
}

/// `PUT /admin/catalog/{operation}/{provider}`: the model is named in the body, as its id may hold
/// slashes.
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    model: String,
}

/// `DELETE /admin/catalog/{operation}/{provider}`: what was shipped counts again.
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
