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

use crate::{app::App, web};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, patch, post, put},
};
use domain::ApiError;
use serde::Serialize;

pub use health::router as health;

/// What a handler answers.
type Answer<T> = Result<T, web::Problem>;

/// A list as the API answers it.
#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
}

/// The largest body of a request that may carry pictures.
const WITH_PICTURES: usize = 9 << 20;

/// The routes below `/api/v1`.
pub fn router(app: App) -> Router {
    let with_pictures = Router::new()
        .route(
            "/generations",
            get(generations::list).post(generations::create),
        )
        .route("/estimates", post(estimates::create))
        .layer(DefaultBodyLimit::max(WITH_PICTURES));
    Router::new()
        .route("/auth/sign-up", post(auth::sign_up))
        .route("/auth/sign-in", post(auth::sign_in))
        .route("/auth/sign-out", post(auth::sign_out))
        .route("/auth/confirm", post(account::confirm))
        .route("/me", get(auth::me))
        .route("/me/password", put(account::change_password))
        .route(
            "/me/totp",
            get(account::standing)
                .post(account::begin)
                .put(account::turn_on)
                .delete(account::turn_off),
        )
        .route("/me/totp/recovery-codes", post(account::recovery_codes))
        .route(
            "/sessions",
            get(sessions::list).delete(sessions::end_others),
        )
        .route("/sessions/{id}", delete(sessions::end))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/{id}", delete(tokens::revoke))
        .route("/me/active-organization", put(organizations::activate))
        .route("/providers", get(providers::list))
        .route("/providers/{provider}/models", get(providers::models))
        .route(
            "/providers/{provider}/models/apply",
            post(providers::apply).delete(providers::discard),
        )
        .route("/admin/catalog", get(admin_catalog::list))
        .route(
            "/admin/catalog/{operation}/{provider}",
            put(admin_catalog::put).delete(admin_catalog::delete),
        )
        .route("/settings", get(settings::get).patch(settings::patch))
        .route("/settings/history", get(settings::history))
        .route("/settings/export", get(settings::export))
        .route("/keys/{provider}", put(keys::put).delete(keys::delete))
        .route("/keys/{provider}/test", post(keys::test))
        .route("/keys/{provider}/undo", post(keys::undo))
        .route("/projects", get(projects::list).post(projects::create))
        .route(
            "/projects/{id}",
            get(projects::get)
                .patch(projects::rename)
                .delete(projects::delete),
        )
        .route("/projects/{id}/settings", get(projects::settings))
        .route("/projects/{id}/settings", patch(projects::patch_settings))
        .route(
            "/projects/{id}/settings/history",
            get(projects::settings_history),
        )
        .route(
            "/projects/{id}/settings/export",
            get(projects::settings_export),
        )
        .route("/projects/{id}/members", get(projects::members))
        .route(
            "/projects/{id}/members/{member}",
            put(projects::set_role).delete(projects::remove_member),
        )
        .route(
            "/projects/{id}/invitations",
            get(projects::invitations).post(projects::invite),
        )
        .route(
            "/projects/{id}/invitations/{invitation}",
            delete(projects::withdraw),
        )
        .route("/resolve", post(estimates::resolve))
        .route("/generations/{id}", get(generations::get))
        .route("/generations/{id}/cancel", post(generations::cancel))
        .route(
            "/generations/{id}/look-again",
            post(generations::look_again),
        )
        .route("/generations/{id}/events", get(events::of_generation))
        .route("/events", get(events::all))
        .route("/outputs/{id}", get(outputs::get))
        .route("/outputs/{id}/thumbnail", get(outputs::thumbnail))
        .route("/usage", get(usage::mine))
        .route("/usage.csv", get(usage::mine_as_csv))
        .route("/organizations/{id}/audit", get(audit::of_organization))
        .route(
            "/organizations/{id}/audit.csv",
            get(audit::of_organization_as_csv),
        )
        .route(
            "/organizations/{id}/audit.jsonl",
            get(audit::of_organization_as_lines),
        )
        .route("/invitations/look", post(organizations::look))
        .route("/invitations/accept", post(organizations::accept))
        .route("/admin/usage", get(usage::of_instance))
        .nest("/admin", admin::router())
        .nest("/budgets", budgets::router())
        .nest("/organizations", organizations::router())
        .nest("/projects/{id}/plan", plan::router())
        .layer(DefaultBodyLimit::max(web::SMALL_BODY))
        .merge(with_pictures)
        .fallback(async || web::Problem::from(ApiError::not_found("address")))
        .layer(middleware::from_fn(web::scopes::enforce))
        .layer(middleware::from_fn(web::problem::instead_of_bare_errors))
        .with_state(app)
}
