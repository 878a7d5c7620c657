//! Who would generate, and what it would cost, without doing anything.

use super::{Answer, List, generations::Body};
use crate::{actor::Actor, app::App, compare, resolve as use_case, web};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{generation::Question, resolution::Resolution};
use serde::Deserialize;

/// `POST /resolve`.
pub async fn resolve(
    State(app): State<App>,
    actor: Actor,
    web::Json(question): web::Json<Question>,
) -> Answer<web::Json<Resolution>> {
    Ok(web::Json(use_case::resolve(&app, &actor, &question).await?))
}

/// What `POST /estimates` can be asked beside its body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateQuery {
    /// `1` for every provider and model.
    #[serde(default)]
    compare: u8,
}

/// `POST /estimates`: also answered where a key is missing, with what is missing. With `?compare=1`
/// one answer for each provider and model.
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<EstimateQuery>,
    web::Json(body): web::Json<Body>,
) -> Answer<Response> {
    let wanted = body.try_into()?;
    if query.compare == 1 {
        let data = compare::all(&app, &actor, &wanted).await?;
        return Ok(web::Json(List { data }).into_response());
    }
    let priced = use_case::estimate(&app, &actor, &wanted).await?;
    Ok(web::Json(priced).into_response())
}
