//! ElevenLabs: text to speech, voices, models and subscription. Written from the ElevenLabs API
//! reference; it must not know how any client of this project reads the answers.

mod account;
mod answers;
mod speech;
#[cfg(test)]
mod tests;
mod voices;

use axum::Router;
use axum::routing::{get, post};
use http::HeaderMap;

use crate::keys::{self, Key};
use crate::reply::Refusal;
use crate::shared::{Shared, State};

/// The paths below `/elevenlabs`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/text-to-speech/{voice}", post(speech::whole))
        .route("/v1/text-to-speech/{voice}/stream", post(speech::streamed))
        .route(
            "/v1/text-to-speech/{voice}/with-timestamps",
            post(speech::timed),
        )
        .route("/v1/voices", get(voices::legacy))
        .route("/v1/voices/{voice}", get(voices::one))
        .route("/v2/voices", get(voices::paged))
        .route("/v1/models", get(account::models))
        .route("/v1/user", get(account::user))
        .route("/v1/user/subscription", get(account::subscription))
}

/// Lets the key of `xi-api-key` in.
async fn admit(state: &State, headers: &HeaderMap) -> Result<Key, Refusal> {
    keys::admit(
        state,
        keys::header(headers, "xi-api-key"),
        &answers::Answers,
    )
    .await
}
