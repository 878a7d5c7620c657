//! OpenRouter: chat completions, models, key and generation lookups. Written from OpenRouter's API
//! reference; it must not know how any client of this project reads the answers.

mod account;
mod answers;
mod catalogue;
mod chat;
mod models;
mod request;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use account::Generations;

use crate::shared::Shared;

/// The paths below `/openrouter/api/v1`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/chat/completions", post(chat::complete))
        .route("/models", get(models::list))
        .route("/models/user", get(models::list_for_user))
        .route("/key", get(account::key))
        .route("/auth/key", get(account::key))
        .route("/credits", get(account::credits))
        .route("/generation", get(account::generation))
}
