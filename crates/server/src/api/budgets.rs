//! Budgets: those of the acting person and of the instance by their kind, those of projects and
//! organizations by their id.

use super::{Answer, List};
use crate::{actor::Actor, app::App, ledger::budgets, web};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::{Forbidden, NotFound};
use domain::{
    ApiError, OrganizationId, ProjectId,
    budget::{BudgetView, Owner, Period, Wish},
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes below `/budgets`.
pub fn router() -> OpenApiRouter<App> {
    let one = || {
        OpenApiRouter::default()
            .routes(routes!(of))
            .routes(routes!(put, delete))
    };
    OpenApiRouter::default()
        .routes(routes!(list))
        .nest("/{kind}", one())
        .nest("/projects/{project}", one())
        .nest("/organizations/{organization}", one())
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

/// The budgets that one may see
#[utoipa::path(
    get,
    path = "",
    responses((status = 200, body = List<BudgetView>))
)]
async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<BudgetView>>> {
    Ok(web::Json(List {
        data: budgets::list(&app, &actor).await?,
    }))
}

/// The budgets of one
#[utoipa::path(
    get,
    path = "",
    responses((status = 200, body = List<BudgetView>)),
    extensions(("x-errors" = json!([NotFound, Forbidden])))
)]
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

/// Sets a budget
#[utoipa::path(
    put,
    path = "/{period}",
    request_body = Wish,
    responses((status = 200, body = BudgetView)),
    extensions(("x-errors" = json!([NotFound])))
)]
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

/// Takes a budget away
#[utoipa::path(
    delete,
    path = "/{period}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(named): Path<Named>,
) -> Answer<StatusCode> {
    let (owner, period) = (named.owner(&actor)?, named.period()?);
    budgets::remove(&app, &actor, &owner, period).await?;
    Ok(StatusCode::NO_CONTENT)
}
