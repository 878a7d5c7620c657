//! Google Gemini: `generateContent` and `streamGenerateContent` for text, pictures and speech, and
//! the model list. Written from the Gemini API reference; it must not know how any client of this
//! project reads the answers.

mod answers;
mod generate;
mod models;
mod picture;
mod request;
mod speech;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

/// The paths below `/gemini`: the same in both versions, as the official clients differ in theirs.
pub(crate) fn routes() -> Router<Shared> {
    let version = Router::new()
        .route("/models", get(models::list))
        .route("/models/{call}", post(generate::call).get(models::one));
    Router::new()
        .nest("/v1beta", version.clone())
        .nest("/v1", version)
}
