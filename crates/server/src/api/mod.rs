//! The HTTP API of `/api/v1`: one file per area, each with its inputs and its handlers. A handler
//! names who acts, calls one use case and writes the answer; rules live in the use cases.

mod account;
mod admin;
mod admin_catalog;
mod audit;
mod auth;
mod budgets;
mod estimates;
mod events;
mod generations;
mod health;
mod keys;
mod openapi;
mod organizations;
mod outputs;
mod plan;
mod projects;
mod providers;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;
mod usage;

use crate::{app::App, page, web};
use axum::{Router, extract::DefaultBodyLimit, middleware};
use domain::ApiError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use health::router as health;
pub use openapi::{document, resolve};

/// What a handler answers.
type Answer<T> = Result<T, web::Problem>;

/// A list as the API answers it.
#[derive(Serialize, ToSchema)]
struct List<T> {
    data: Vec<T>,
}

/// A page of a list that grows.
#[derive(Serialize, ToSchema)]
struct Page<T> {
    data: Vec<T>,
    /// The `cursor` of the next page; `null` where this is the last one.
    next_cursor: Option<String>,
}

impl<T, U: From<T>> From<page::Page<T>> for Page<U> {
    fn from(page: page::Page<T>) -> Self {
        Self {
            data: page.rows.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(|next| next.cursor()),
        }
    }
}

/// Which page of a list that grows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; left out for the first page.
    cursor: Option<String>,
}

/// The largest body of a request that may carry pictures.
const WITH_PICTURES: usize = 9 << 20;

/// The routes below `/api/v1`.
pub fn router(app: App) -> Router {
    let (routes, _) = routes().split_for_parts();
    routes
        .fallback(async || web::Problem::from(ApiError::not_found("address")))
        .layer(middleware::from_fn(web::scopes::enforce))
        .layer(middleware::from_fn(web::problem::instead_of_bare_errors))
        .with_state(app)
}

/// The routes, each with its description: none can be mounted without.
fn routes() -> OpenApiRouter<App> {
    let with_pictures = OpenApiRouter::default()
        .routes(routes!(generations::list, generations::create))
        .routes(routes!(estimates::create))
        .layer(DefaultBodyLimit::max(WITH_PICTURES));
    OpenApiRouter::default()
        .routes(routes!(auth::sign_up))
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::sign_out))
        .routes(routes!(account::confirm))
        .routes(routes!(auth::me))
        .routes(routes!(account::change_password))
        .routes(routes!(
            account::standing,
            account::begin,
            account::turn_on,
            account::turn_off
        ))
        .routes(routes!(account::recovery_codes))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(providers::list))
        .routes(routes!(providers::models))
        .routes(routes!(providers::apply, providers::discard))
        .routes(routes!(admin_catalog::list))
        .routes(routes!(admin_catalog::put, admin_catalog::delete))
        .routes(routes!(settings::get, settings::patch))
        .routes(routes!(settings::history))
        .routes(routes!(settings::export))
        .routes(routes!(keys::put, keys::delete))
        .routes(routes!(keys::test))
        .routes(routes!(keys::undo))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::get, projects::rename, projects::delete))
        .routes(routes!(projects::settings, projects::patch_settings))
        .routes(routes!(projects::settings_history))
        .routes(routes!(projects::settings_export))
        .routes(routes!(projects::members))
        .routes(routes!(projects::set_role, projects::remove_member))
        .routes(routes!(projects::invitations, projects::invite))
        .routes(routes!(projects::withdraw))
        .routes(routes!(estimates::resolve))
        .routes(routes!(generations::get))
        .routes(routes!(generations::cancel))
        .routes(routes!(generations::look_again))
        .routes(routes!(events::of_generation))
        .routes(routes!(events::all))
        .routes(routes!(outputs::get))
        .routes(routes!(outputs::thumbnail))
        .routes(routes!(usage::mine))
        .routes(routes!(usage::mine_as_csv))
        .routes(routes!(usage::of_organization))
        .routes(routes!(usage::of_organization_as_csv))
        .routes(routes!(audit::of_organization))
        .routes(routes!(audit::of_organization_as_csv))
        .routes(routes!(audit::of_organization_as_lines))
        .routes(routes!(usage::of_instance))
        .routes(routes!(usage::of_instance_as_csv))
        .routes(routes!(admin::look))
        .routes(routes!(admin::list_accounts))
        .routes(routes!(admin::change_account))
        .routes(routes!(admin::list_organizations))
        .routes(routes!(admin::change_organization))
        .routes(routes!(admin::environment))
        .routes(routes!(audit::of_instance))
        .routes(routes!(audit::of_instance_as_csv))
        .routes(routes!(audit::of_instance_as_lines))
        .merge(organizations::router())
        .nest("/budgets", budgets::router())
        .nest("/projects/{id}/plan", plan::router())
        .routes(routes!(openapi::get))
        .layer(DefaultBodyLimit::max(web::SMALL_BODY))
        .merge(with_pictures)
}
