//! PiAPI: one task call for all models, its poll and cancellation, and the account. Written from
//! PiAPI's documentation; it must not know how any client of this project reads the answers, and it
//! never calls a webhook.

mod account;
mod answers;
mod models;
mod task;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};
use http::HeaderMap;

use crate::keys::{self, Key};
use crate::reply::Refusal;
use crate::shared::{Shared, State};

/// The paths below `/piapi`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/task", post(task::create))
        .route("/api/v1/task/{id}", get(task::one).delete(task::cancel))
        .route("/account/info", get(account::info))
}

/// Lets the key of `x-api-key` in.
async fn admit(state: &State, headers: &HeaderMap) -> Result<Key, Refusal> {
    keys::admit(state, keys::header(headers, "x-api-key"), &answers::Answers).await
}
