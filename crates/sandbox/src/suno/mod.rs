//! Suno without KIE: the service sunoapi.org, and the self-hosted suno-api that drives a person's own
//! Suno account. Written from the descriptions of both; it must not know how any client of this
//! project reads the answers, and it never calls a callback URL.

mod answers;
mod hosted;
mod songs;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

/// The paths below `/suno`: sunoapi.org.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/generate", post(hosted::create))
        .route("/api/v1/generate/record-info", get(hosted::record))
        .route("/api/v1/generate/credit", get(hosted::credit))
}

/// The paths below `/suno-api`: the self-hosted server, which asks for no key.
pub(crate) fn self_hosted_routes() -> Router<Shared> {
    Router::new()
        .route("/api/generate", post(songs::generate))
        .route("/api/custom_generate", post(songs::custom_generate))
        .route("/api/get", get(songs::several))
        .route("/api/clip", get(songs::one))
        .route("/api/get_limit", get(songs::limit))
}
