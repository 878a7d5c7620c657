//! The plan of a project: what is still to be made, the dry run over it, and the batch that makes it.

use super::{
    Answer,
    generations::{GenerationView, input},
};
use crate::{
    actor::Actor,
    app::App,
    plan::{self, Start, Wish},
    web,
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete, get, post},
};
use domain::{
    ApiError, PlannedItemId, ProjectId, ProviderId,
    plan::{BatchView, Blocker, Consent, PlanView, Totals},
    project::Step,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The routes below `/projects/{id}/plan`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(look).post(add))
        .route("/{item}", delete(remove))
        .route("/start", post(start))
        .route("/pause", post(pause))
        .route("/resume", post(resume))
        .route("/cancel", post(cancel))
        .route("/retry", post(retry))
}

/// What is sent to plan something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    step: Step,
    #[serde(default)]
    provider: Option<ProviderId>,
    #[serde(default)]
    model: Option<String>,
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
#[derive(Serialize)]
struct Ids {
    ids: Vec<PlannedItemId>,
}

/// A plan as the API shows it.
#[derive(Serialize)]
struct Shown {
    items: Vec<GenerationView>,
    totals: Totals,
    /// What somebody agrees to who starts it as it is.
    agreed: Consent,
    blocked: usize,
    blockers: Vec<Blocker>,
    batch: Option<BatchView>,
    /// What the failed ones of the batch come to that could be tried again.
    again: Totals,
}

impl TryFrom<PlanView> for Shown {
    type Error = ApiError;

    fn try_from(plan: PlanView) -> Result<Self, ApiError> {
        let item = |item| GenerationView::of(domain::plan::ItemView::operation(item), item);
        Ok(Self {
            items: plan.items.iter().map(item).collect::<Result<_, _>>()?,
            agreed: plan.totals.consent(),
            totals: plan.totals,
            blocked: plan.blocked,
            blockers: plan.blockers,
            batch: plan.batch,
            again: plan.again,
        })
    }
}

/// `GET /projects/{id}/plan`: what everything comes to. Nothing is sent to a provider.
async fn look(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<Shown>> {
    let plan = plan::look(&app, &actor, &project).await?;
    Ok(web::Json(plan.try_into()?))
}

/// `POST /projects/{id}/plan`: 201.
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

/// `DELETE /projects/{id}/plan/{item}`: 204.
async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path((project, item)): Path<(ProjectId, PlannedItemId)>,
) -> Answer<StatusCode> {
    plan::remove(&app, &actor, &project, &item).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to begin a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    agreed: Consent,
    #[serde(default)]
    stop_on_error: bool,
}

/// `POST /projects/{id}/plan/start`: 202.
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

/// `POST /projects/{id}/plan/pause`.
async fn pause(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::pause(&app, &actor, &project).await?))
}

/// `POST /projects/{id}/plan/resume`.
async fn resume(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::resume(&app, &actor, &project).await?))
}

/// `POST /projects/{id}/plan/cancel`.
async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
) -> Answer<web::Json<BatchView>> {
    Ok(web::Json(plan::cancel(&app, &actor, &project).await?))
}

/// What is sent to try again what did not work.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    agreed: Consent,
}

/// `POST /projects/{id}/plan/retry`: 202.
async fn retry(
    State(app): State<App>,
    actor: Actor,
    Path(project): Path<ProjectId>,
    web::Json(again): web::Json<Again>,
) -> Answer<(StatusCode, web::Json<BatchView>)> {
    let batch = plan::retry(&app, &actor, &project, &again.agreed).await?;
    Ok((StatusCode::ACCEPTED, web::Json(batch)))
}
