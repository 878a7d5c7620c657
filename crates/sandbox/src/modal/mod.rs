//! Endpoints as people deploy them on Modal: the JSON that film-generator's own apps take, in both
//! its forms, the forms of Modal's published examples, and a language model behind vLLM. Written from
//! Modal's documentation; it must not know how any client of this project reads the answers.
//!
//! # Paths
//!
//! `/modal/{kind}` with the kinds `llm`, `image`, `image-edit`, `video`, `tts` and `music`. A second
//! segment chooses how the answer looks: `raw` (of a text: a bare JSON string), `data-url`, `base64` or
//! `url`; or which payload the endpoint knows, the other being refused as invalid where its fields
//! are missing: `route` (`aspect_ratio`, `reference_images`, `image_url`) or `provider` (`width`,
//! `image`, `output_format`). `/modal/llm` also has
//! `/v1/chat/completions`, `/v1/models` and `/health`. The same is below `/modal-protected`, behind
//! `Modal-Key: wk-sandbox-…` and `Modal-Secret: ws-sandbox-…`.
//!
//! # Triggers of its own
//!
//! | trigger | behaviour |
//! |---|---|
//! | `[sandbox:raw]`, `[sandbox:data-url]`, `[sandbox:base64]`, `[sandbox:url]` | as the path segment |
//! | `[sandbox:cold]`, `[sandbox:slow]` | 303 twice (the call and the first reload), then the result |
//! | `[sandbox:elsewhere]` | 303 to another origin |
//! | `[sandbox:not-deployed]` | 404 of Modal itself |

mod access;
mod answers;
mod calls;
mod chat;
mod endpoint;
mod form;
mod picture;
mod request;
mod result;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::any;

use crate::shared::Shared;

pub(crate) use calls::Calls;

/// The paths below `/modal`, which ask for nothing.
pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/{*path}", any(endpoint::open))
}

/// The paths below `/modal-protected`, which ask for a proxy token.
pub(crate) fn protected_routes() -> Router<Shared> {
    Router::new().route("/{*path}", any(endpoint::protected))
}
