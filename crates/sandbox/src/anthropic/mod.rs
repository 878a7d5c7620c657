//! Anthropic: messages, token counts and models. Written from Anthropic's API reference; it must not
//! know how any client of this project reads the answers.

mod answers;
mod catalogue;
mod message;
mod messages;
mod models;
mod request;
mod rules;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};
use http::HeaderMap;

pub(crate) use message::Message;

use crate::keys::{self, Key};
use crate::reply::Refusal;
use crate::shared::{Shared, State};

/// The paths below `/anthropic`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/messages", post(messages::create))
        .route("/v1/messages/count_tokens", post(messages::count))
        .route("/v1/models", get(models::list))
        .route("/v1/models/{id}", get(models::one))
}

/// The versions of the API that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// `2023-06-01`.
    First,
    /// `2026-10-21`.
    Second,
}

/// Reads the version header and lets the key in, which stands in `x-api-key` or in
/// `Authorization: Bearer`, but not in both.
async fn admit(state: &State, headers: &HeaderMap) -> Result<(Key, Version), Refusal> {
    let version = match keys::header(headers, "anthropic-version") {
        Some("2023-06-01") => Version::First,
        Some("2026-10-21") => Version::Second,
        Some(other) => {
            return Err(answers::invalid(&format!(
                "anthropic-version: \"{other}\" is not a valid version"
            )));
        }
        None => return Err(answers::invalid("anthropic-version: header is required")),
    };
    let presented = match (keys::header(headers, "x-api-key"), keys::bearer(headers)) {
        (Some(_), Some(_)) => {
            return Err(answers::invalid(
                "x-api-key and Authorization: only one of these headers may be sent",
            ));
        }
        (key, token) => key.or(token),
    };
    let key = keys::admit(state, presented, &answers::Answers).await?;
    Ok((key, version))
}
