//! sunoapi.org: the shared task API for music with its own codes, and the balance (API reference,
//! generate music, get music details, get remaining credits). It must hold nothing that KIE has too.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

use super::answers::Answers;
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::suno_tasks;

const CREDITS: u32 = 100;

/// The query of the record call.
#[derive(Deserialize)]
pub(super) struct Lookup {
    #[serde(rename = "taskId", default)]
    task_id: String,
}

/// `POST /api/v1/generate`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    suno_tasks::create(&Answers, &shared, &headers, &body).await
}

/// `GET /api/v1/generate/record-info?taskId=…`.
pub(super) async fn record(
    State(shared): State<Shared>,
    Query(lookup): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    suno_tasks::record(&Answers, &shared, &headers, &lookup.task_id).await
}

/// `GET /api/v1/generate/credit`: the balance in credits. Free.
pub(super) async fn credit(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let credits = if key.has_credit() { CREDITS } else { 0 };
    Ok(reply::envelope(200, "success", json!(credits)))
}
