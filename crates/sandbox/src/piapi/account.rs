//! PiAPI's account call, which is free (documentation, get account info).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::json;

use super::{admit, answers};
use crate::reply::Refusal;
use crate::shared::Shared;

/// How many points a dollar has.
const POINTS_PER_DOLLAR: f64 = 10_000_000.0;

/// `GET /account/info`: the plan and the balance in dollars and points.
pub(super) async fn info(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let dollars = if key.has_credit() { 12.34 } else { 0.0 };
    Ok(answers::success(json!({
        "id": 1, "name": "sandbox", "plan": "free", "is_enable": true,
        "max_concurrent_task_count": 3, "equivalent_in_usd": dollars,
        "wallet": {"point_remain": dollars * POINTS_PER_DOLLAR}
    })))
}
