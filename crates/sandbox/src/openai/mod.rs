//! OpenAI: speech and models. Written from OpenAI's API reference; it must not know how any client
//! of this project reads the answers.

mod answers;
mod models;
mod request;
mod speech;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

/// The paths below `/openai`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/audio/speech", post(speech::create))
        .route("/v1/models", get(models::list))
        .route("/v1/models/{id}", get(models::one))
}
