//! The plan of a project: what is still to be made, the dry run over it, and the batch that makes it.

use super::{
    Answer,
    generations::{Input, input},
};
use crate::{
    actor::Actor,
    app::App,
    plan::{self, Start, Wish},
    web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::{BudgetExceeded, Conflict, ModelUnavailable, NotFound, PayloadTooLarge};
use domain::{
    ApiError, GenerationId, Operation, PlannedItemId, ProjectId, ProviderId, Timestamp,
    plan::{BatchView, Blocker, Consent, ItemState, ItemView, Offer, PlanView, Totals},
    project::Step,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes below `/projects/{id}/plan`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(look, add))
        .routes(routes!(remove))
        .routes(routes!(start))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(cancel))
        .routes(routes!(retry))
}

/// What is sent to plan something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanItems, example = json!({ "items": [{ "step": "scenes", "input": { "prompt": "A lighthouse at dusk" } }] }))]
struct Added {
    items: Vec<Item>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanItemInput)]
struct Item {
    step: Step,
    #[serde(default)]
    provider: Option<ProviderId>,
    #[serde(default)]
    model: Option<String>,
    #[schema(value_type = Input)]
    input: Value,
}

impl TryFrom<Item> for Wish {
    type Error = ApiError;

    fn try_from(item: Item) -> Result<Self, ApiError> {
        Ok(Self {
            input: input(item.step.operation(), item.input)?,
            step: item.step,
            provider: item.provider,
            model: item.model,
        })
    }
}

/// The ids of what was added, in its order.
#[derive(Serialize, ToSchema)]
#[schema(as = PlannedIds)]
struct Ids {
    ids: Vec<PlannedItemId>,
}

/// A plan as the API shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = ProjectPlan)]
struct Shown {
    items: Vec<PlannedItem>,
    totals: Totals,
    /// What somebody agrees to who starts it as it is.
    agreed: Consent,
    blocked: usize,
    blockers: Vec<Blocker>,
    batch: Option<BatchView>,
    /// What the failed ones of the batch come to that could be tried again.
    again: Totals,
}

/// An item of a plan as the API shows it: `operation` and `input` beside each other, as they are
/// sent.
#[derive(Serialize, ToSchema)]
struct PlannedItem {
    id: PlannedItemId,
    step: Step,
    operation: Operation,
    provider: Option<ProviderId>,
    model: Option<String>,
    input: Input,
    state: ItemState,
    needs: Vec<PlannedItemId>,
    generation_id: Option<GenerationId>,
    error: Option<ApiError>,
    offer: Option<Offer>,
    blockers: Vec<Blocker>,
    created_at: Timestamp,
}

impl From<ItemView> for PlannedItem {
    fn from(item: ItemView) -> Self {
        Self {
            operation: item.operation(),
            id: item.id,
            step: item.step,
            provider: item.provider,
            model: item.model,
            input: item.input.into(),
            state: item.state,
            needs: item.needs,
            generation_id: item.generation_id,
            error: item.error,
            offer: item.offer,
            blockers: item.blockers,
            created_at: item.created_at,
        }
    }
}

impl From<PlanView> for Shown {
    fn from(plan: PlanView) -> Self {
        Self {
            items: plan.items.into_iter().map(Into::into).collect(),
            agreed: plan.totals.consent(),
            totals: plan.totals,
            blocked: plan.blocked,
            blockers: plan.blockers,
            batch: plan.batch,
            again: plan.again,
        }
    }
}

/// What everything comes to
///
/// A dry run: nothing is sent to a provider.
#[utoipa::path(
    get,
    path = "",
    responses((status = 200, body = Shown)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn look(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<Shown>> {
    let plan = plan::look(&app, &actor, &project).await?;
    Ok(web::Json(plan.into()))
}

/// Plans something
#[utoipa::path(
    post,
    path = "",
    request_body = Added,
    responses((status = 201, body = Ids)),
    extensions(("x-errors" = json!([NotFound, Conflict, PayloadTooLarge, ModelUnavailable])))
)]
async fn add(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
    web::Json(added): web::Json<Added>,
) -> Answer<(StatusCode, web::Json<Ids>)> {
    let wishes = added.items.into_iter().map(TryInto::try_into);
    let wishes = wishes.collect::<Result<Vec<Wish>, _>>()?;
    let ids = plan::add(&app, &actor, &project, &wishes).await?;
    Ok((StatusCode::CREATED, web::Json(Ids { ids })))
}

/// Takes an item out of the plan
#[utoipa::path(
    delete,
    path = "/{item}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path((project, item)): Path<(ProjectId, PlannedItemId)>,
) -> Answer<StatusCode> {
    plan::remove(&app, &actor, &project, &item).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to begin a batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchStart, example = json!({ "agreed": { "most_micro_usd": 120_000, "payers": ["user"] } }))]
struct Begin {
    agreed: Consent,
    #[serde(default)]
    stop_on_error: bool,
}

/// Begins a batch with everything that can be started
#[utoipa::path(
    post,
    path = "/start",
    request_body = Begin,
    responses((status = 202, body = BatchView)),
    extensions(("x-errors" = json!([NotFound, Conflict, BudgetExceeded])))
)]
async fn start(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
    web::Json(begin): web::Json<Begin>,
) -> Answer<(StatusCode, web::Json<BatchView>)> {
    let how = Start {
        agreed: begin.agreed,
        stop_on_error: begin.stop_on_error,
    };
    let batch = plan::start(&app, &actor, &project, &how).await?;
    Ok((StatusCode::ACCEPTED, web::Json(batch)))
}

/// Holds the batch
#[utoipa::path(
    post,
    path = "/pause",
    responses((status = 200, body = BatchView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn pause(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::pause(&app, &actor, &project).await?))
}

/// Lets the batch go on
#[utoipa::path(
    post,
    path = "/resume",
    responses((status = 200, body = BatchView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn resume(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::resume(&app, &actor, &project).await?))
}

/// Cancels the batch
#[utoipa::path(
    post,
    path = "/cancel",
    responses((status = 200, body = BatchView)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::cancel(&app, &actor, &project).await?))
}

/// What is sent to try again what did not work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchRetry, example = json!({ "agreed": { "most_micro_usd": 120_000, "payers": ["user"] } }))]
struct Again {
    agreed: Consent,
}

/// Tries again what did not work in the newest batch
#[utoipa::path(
    post,
    path = "/retry",
    request_body = Again,
    responses((status = 202, body = BatchView)),
    extensions(("x-errors" = json!([NotFound, Conflict, BudgetExceeded])))
)]
async fn retry(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
    web::Json(again): web::Json<Again>,
) -> Answer<(StatusCode, web::Json<BatchView>)> {
    let batch = plan::retry(&app, &actor, &project, &again.agreed).await?;
    Ok((StatusCode::ACCEPTED, web::Json(batch)))
}
