//! The instance for the people who run it: accounts, organizations, how the server was started.

use super::Answer;
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
use axum::extract::{Path, State};
use domain::ErrorCode::{Conflict, NotFound};
use domain::{OrganizationId, UserId};

/// The instance at a glance
#[utoipa::path(
    get,
    path = "/admin",
    responses((status = 200, body = Overview))
)]
pub(super) async fn look(State(app): State<App>, actor: Actor) -> Answer<web::Json<Overview>> {
    Ok(web::Json(overview::look(&app, &actor).await?))
}

/// Accounts by their addresses
#[utoipa::path(
    get,
    path = "/admin/accounts",
    params(Search),
    responses((status = 200, body = Page<Account>))
)]
pub(super) async fn list_accounts(
    State(app): State<App>,
    actor: Actor,
    web::Query(search): web::Query<Search>,
) -> Answer<web::Json<Page<Account>>> {
    Ok(web::Json(accounts::list(&app, &actor, &search).await?))
}

/// Disables an account, or lets it run the instance
///
/// One thing at a time.
#[utoipa::path(
    patch,
    path = "/admin/accounts/{id}",
    request_body = accounts::Wish,
    responses((status = 200, body = Account)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub(super) async fn change_account(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
    web::Json(wish): web::Json<accounts::Wish>,
) -> Answer<web::Json<Account>> {
    Ok(web::Json(accounts::change(&app, &actor, &id, wish).await?))
}

/// Organizations in the order in which they were made
#[utoipa::path(
    get,
    path = "/admin/organizations",
    params(Search),
    responses((status = 200, body = Page<Organization>))
)]
pub(super) async fn list_organizations(
    State(app): State<App>,
    actor: Actor,
    web::Query(search): web::Query<Search>,
) -> Answer<web::Json<Page<Organization>>> {
    Ok(web::Json(organizations::list(&app, &actor, &search).await?))
}

/// Puts an organization on a plan
#[utoipa::path(
    patch,
    path = "/admin/organizations/{id}",
    request_body = organizations::Wish,
    responses((status = 200, body = Organization)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub(super) async fn change_organization(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(wish): web::Json<organizations::Wish>,
) -> Answer<web::Json<Organization>> {
    Ok(web::Json(
        organizations::change(&app, &actor, &id, wish).await?,
    ))
}

/// How the server was started
///
/// Without any secret.
#[utoipa::path(
    get,
    path = "/admin/environment",
    responses((status = 200, body = Started))
)]
pub(super) async fn environment(
    State(app): State<App>,
    actor: Actor,
) -> Answer<web::Json<Started>> {
    Ok(web::Json(started::look(&app, &actor)?))
}
