//! KIE.ai: the market's tasks, Suno, Veo, language models, prices, credits, and the upload host.
//! Written from KIE's API reference; it must not know how any client of this project reads the
//! answers, and it never calls a callback URL, as the sandbox makes no outbound requests.

mod account;
mod answers;
mod link;
mod llm;
mod market;
mod prices;
mod schema;
mod suno;
#[cfg(test)]
mod tests;
mod upload;
mod veo;

use axum::Router;
use axum::routing::{get, post};
use http::HeaderMap;

use crate::keys::{self, Key};
use crate::reply::Refusal;
use crate::shared::{Shared, State};

pub(crate) use upload::Uploads;

/// The paths below `/kie`.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/chat/credit", get(account::credit))
        .route("/api/v1/common/download-url", post(account::download_url))
        .route("/api/v1/jobs/createTask", post(market::create))
        .route("/api/v1/jobs/recordInfo", get(market::record))
        .route("/api/v1/generate", post(suno::create))
        .route("/api/v1/generate/record-info", get(suno::record))
        .route("/api/v1/veo/generate", post(veo::create))
        .route("/api/v1/veo/record-info", get(veo::record))
        .route("/client/v1/model-pricing/page", post(prices::page))
        .merge(llm::routes())
}

/// The paths below `/kie-upload`.
pub(crate) fn upload_routes() -> Router<Shared> {
    Router::new()
        .route("/api/file-base64-upload", post(upload::from_base64))
        .route("/api/file-url-upload", post(upload::from_url))
        .route("/api/file-stream-upload", post(upload::from_form))
        .route("/files/{id}/{name}", get(upload::file))
}

/// Lets the bearer key in.
async fn admit(state: &State, headers: &HeaderMap) -> Result<Key, Refusal> {
    keys::admit(state, keys::bearer(headers), &answers::Answers).await
}
