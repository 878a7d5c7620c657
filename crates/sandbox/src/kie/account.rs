//! KIE's free calls: the balance and links for downloads (API reference, common API).

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Value, json};

use super::{admit, answers, link};
use crate::reply::Refusal;
use crate::shared::Shared;

/// `GET /api/v1/chat/credit`: the balance in credits, a fraction.
pub(super) async fn credit(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let balance = if key.has_credit() { 5916.25 } else { 0.0 };
    Ok(answers::success(json!(balance)))
}

/// `POST /api/v1/common/download-url` for a result of this service.
pub(super) async fn download_url(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let url = request["url"].as_str().unwrap_or_default();
    if !link::is_result(&headers, url) {
        return Err(answers::invalid("url is wrong"));
    }
    Ok(answers::success(json!(url)))
}
