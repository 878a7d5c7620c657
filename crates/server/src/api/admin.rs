//! The instance for the people who run it: accounts, organizations, how the server was started.

use super::{Answer, audit};
use crate::{
    actor::Actor,
    admin::{
        Page, Search,
        accounts::{self, Account},
        organizations::{self, Organization},
        overview::{self, Overview},
        started::{self, Started},
    },
    app::App,
    web,
};
use axum::{
    Router,
    extract::{Path, State},
    routing::{get, patch},
};
use domain::{OrganizationId, UserId};

/// The routes below `/admin`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(look))
        .route("/accounts", get(list_accounts))
        .route("/accounts/{id}", patch(change_account))
        .route("/organizations", get(list_organizations))
        .route("/organizations/{id}", patch(change_organization))
        .route("/environment", get(environment))
        .route("/audit", get(audit::of_instance))
        .route("/audit.csv", get(audit::of_instance_as_csv))
        .route("/audit.jsonl", get(audit::of_instance_as_lines))
}

/// `GET /admin`.
async fn look(State(app): State<App>, actor: Actor) -> Answer<web::Json<Overview>> {
    Ok(web::Json(overview::look(&app, &actor).await?))
}

/// `GET /admin/accounts?search&limit&cursor`.
async fn list_accounts(
    State(app): State<App>,
    actor: Actor,
    web::Query(search): web::Query<Search>,
) -> Answer<web::Json<Page<Account>>> {
    Ok(web::Json(accounts::list(&app, &actor, &search).await?))
}

/// `PATCH /admin/accounts/{id}` with `{disabled}` or `{is_admin}`.
async fn change_account(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
    web::Json(wish): web::Json<accounts::Wish>,
) -> Answer<web::Json<Account>> {
    Ok(web::Json(accounts::change(&app, &actor, &id, wish).await?))
}

/// `GET /admin/organizations?search&limit&cursor`.
async fn list_organizations(
    State(app): State<App>,
    actor: Actor,
    web::Query(search): web::Query<Search>,
) -> Answer<web::Json<Page<Organization>>> {
    Ok(web::Json(organizations::list(&app, &actor, &search).await?))
}

/// `PATCH /admin/organizations/{id}` with `{plan}`.
async fn change_organization(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(wish): web::Json<organizations::Wish>,
) -> Answer<web::Json<Organization>> {
    Ok(web::Json(
        organizations::change(&app, &actor, &id, wish).await?,
    ))
}

/// `GET /admin/environment`.
async fn environment(State(app): State<App>, actor: Actor) -> Answer<web::Json<Started>> {
    Ok(web::Json(started::look(&app, &actor)?))
}
