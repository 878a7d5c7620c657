//! Who would generate, and what it would cost, without doing anything.

use super::{Answer, List, generations::Body};
use crate::{
    actor::Actor,
    app::App,
    compare,
    resolve::{self as use_case, Priced},
    web,
};
use axum::extract::State;
use domain::ErrorCode::{
    ApiKeyRequired, KeyUnavailable, ModelUnavailable, NotFound, PayloadTooLarge,
};
use domain::{
    ApiError, ProviderId,
    generation::{Compared, Question, Typical},
    pricing::Estimate,
    resolution::{Payer, Resolution},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Who would generate, and why
///
/// Nothing is sent to a provider.
#[utoipa::path(
    post,
    path = "/resolve",
    request_body = Question,
    responses((status = 200, body = Resolution)),
    extensions(("x-errors" = json!([NotFound, ApiKeyRequired, KeyUnavailable, ModelUnavailable])))
)]
pub async fn resolve(
    State(app): State<App>,
    actor: Actor,
    web::Json(question): web::Json<Question>,
) -> Answer<web::Json<Resolution>> {
    Ok(web::Json(use_case::resolve(&app, &actor, &question).await?))
}

/// What `POST /estimates` can be asked beside its body.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EstimateQuery {
    /// `1` for every provider and model.
    #[serde(default)]
    compare: u8,
}

/// The answer to what it would cost.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum EstimateAnswer {
    /// Of what was asked for.
    One(Box<Priced>),
    /// Of every provider and model, with `compare=1`.
    Compared(List<ComparedView>),
}

/// One way as the API shows it: the estimate's members beside the others.
#[derive(Serialize, ToSchema)]
#[schema(as = ComparedEstimate)]
pub(super) struct ComparedView {
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

/// What it would cost
///
/// Also answered where a key is missing or a budget would refuse it, with the reason in `problem`. With `compare=1` one answer for each provider and model.
#[utoipa::path(
    post,
    path = "/estimates",
    request_body = Body,
    params(EstimateQuery),
    responses((status = 200, body = EstimateAnswer)),
    extensions(("x-errors" = json!([NotFound, ModelUnavailable, PayloadTooLarge])))
)]
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<EstimateQuery>,
    web::Json(body): web::Json<Body>,
) -> Answer<web::Json<EstimateAnswer>> {
    let wanted = body.try_into()?;
    Ok(web::Json(if query.compare == 1 {
        let ways = compare::all(&app, &actor, &wanted).await?;
        EstimateAnswer::Compared(List {
            data: ways.into_iter().map(Into::into).collect(),
        })
    } else {
        EstimateAnswer::One(Box::new(use_case::estimate(&app, &actor, &wanted).await?))
    }))
}
