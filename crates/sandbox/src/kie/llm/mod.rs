//! KIE's language models in three forms: chat completions with the model in the path, Anthropic's
//! messages, OpenAI's responses (API reference, chat). All of them stream unless told otherwise.

mod answers;
mod completions;
mod messages;
mod models;
mod request;
mod responses;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::post;

use crate::shared::Shared;

/// The paths below `/kie`.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/{model}/v1/chat/completions", post(completions::create))
        .route("/claude/v1/messages", post(messages::create))
        .route("/codex/v1/responses", post(responses::create))
}
