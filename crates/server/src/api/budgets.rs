//! Budgets: those of the acting person and of the instance by their kind, those of projects and
//! organizations by their id.

use super::{Answer, List};
use crate::{actor::Actor, app::App, ledger::budgets, web};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get as read, put as write},
};
use domain::{
    ApiError, OrganizationId, ProjectId,
    budget::{BudgetView, Owner, Period, Wish},
};
use serde::Deserialize;

/// The routes below `/budgets`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", read(list))
        .route("/{kind}", read(of))
        .route("/{kind}/{period}", write(put).delete(delete))
        .route("/projects/{project}", read(of))
        .route("/projects/{project}/{period}", write(put).delete(delete))
        .route("/organizations/{organization}", read(of))
        .route(
            "/organizations/{organization}/{period}",
            write(put).delete(delete),
        )
}

/// What an address names.
#[derive(Deserialize)]
struct Named {
    kind: Option<String>,
    project: Option<ProjectId>,
    organization: Option<OrganizationId>,
    period: Option<String>,
}

impl Named {
    fn owner(&self, actor: &Actor) -> Result<Owner, ApiError> {
        match (self.kind.as_deref(), &self.project, &self.organization) {
            (Some("user"), ..) => Ok(Owner::User(actor.user.id.clone())),
            (Some("instance"), ..) => Ok(Owner::Instance),
            (None, Some(project), _) => Ok(Owner::Project(project.clone())),
            (None, None, Some(organization)) => Ok(Owner::Organization(organization.clone())),
            _ => Err(ApiError::not_found("budget")),
        }
    }

    fn period(&self) -> Result<Period, ApiError> {
        let period = self.period.as_deref().and_then(Period::parse);
        period.ok_or_else(|| ApiError::not_found("budget"))
    }
}

/// `GET /budgets`.
async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<BudgetView>>> {
    Ok(web::Json(List {
        data: budgets::list(&app, &actor).await?,
    }))
}

/// `GET /budgets/{user|instance}`, `/budgets/projects/{id}`, `/budgets/organizations/{id}`.
async fn of(
    State(app): State<App>,
    actor: Actor,
    Path(named): Path<Named>,
) -> Answer<web::Json<List<BudgetView>>> {
    let owner = named.owner(&actor)?;
    Ok(web::Json(List {
        data: budgets::of(&app, &actor, &owner).await?,
    }))
}

/// `PUT` of one of them with `/{daily|monthly}`.
async fn put(
    State(app): State<App>,
    actor: Actor,
    Path(named): Path<Named>,
    web::Json(wish): web::Json<Wish>,
) -> Answer<web::Json<BudgetView>> {
    let (owner, period) = (named.owner(&actor)?, named.period()?);
    let view = budgets::put(&app, &actor, &owner, period, wish).await?;
    Ok(web::Json(view))
}

/// `DELETE` of the same: 204.
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(named): Path<Named>,
) -> Answer<StatusCode> {
    let (owner, period) = (named.owner(&actor)?, named.period()?);
    budgets::remove(&app, &actor, &owner, period).await?;
    Ok(StatusCode::NO_CONTENT)
}
