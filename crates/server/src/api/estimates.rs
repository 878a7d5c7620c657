//! Who would generate, and what it would cost, without doing anything.

use super::{Answer, List, generations::Body};
use crate::{actor::Actor, app::App, compare, resolve as use_case, web};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    ApiError, ProviderId,
    generation::{Compared, Question, Typical},
    pricing::Estimate,
    resolution::{Payer, Resolution},
};
use serde::{Deserialize, Serialize};

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

/// One way as the API shows it: the estimate's members beside the others.
#[derive(Serialize)]
struct ComparedView {
    #[serde(flatten)]
    estimate: Estimate,
    provider: ProviderId,
    model: String,
    name: String,
    usable: bool,
    payer: Option<Payer>,
    problem: Option<ApiError>,
    typical: Option<Typical>,
}

impl From<Compared> for ComparedView {
    fn from(way: Compared) -> Self {
        Self {
            estimate: way.estimate,
            provider: way.provider,
            model: way.model,
            name: way.name,
            usable: way.usable,
            payer: way.payer,
            problem: way.problem,
            typical: way.typical,
        }
    }
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
        let ways = compare::all(&app, &actor, &wanted).await?;
        let data: Vec<ComparedView> = ways.into_iter().map(Into::into).collect();
        return Ok(web::Json(List { data }).into_response());
    }
    let priced = use_case::estimate(&app, &actor, &wanted).await?;
    Ok(web::Json(priced).into_response())
}
