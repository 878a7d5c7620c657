//! What OpenRouter tells about a key and about past generations (API reference, key, credits,
//! generation). None of it costs, so a key without credit may ask.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use crate::keys::{self, KeyDigest};
use crate::reply::{self, Refusal};
use crate::shared::{Shared, lock};

const MOST_GENERATIONS: usize = 1_000;

/// The latest generations with their owners.
#[derive(Default)]
pub(crate) struct Generations(Mutex<VecDeque<(KeyDigest, Value)>>);

impl Generations {
    /// Remembers the record of a generation; the oldest is forgotten when there are too many.
    pub(super) fn add(&self, owner: KeyDigest, record: Value) {
        let mut generations = lock(&self.0);
        if generations.len() == MOST_GENERATIONS {
            generations.pop_front();
        }
        generations.push_back((owner, record));
    }

    fn find(&self, owner: KeyDigest, id: &str) -> Option<Value> {
        lock(&self.0)
            .iter()
            .find(|(other, record)| *other == owner && record["id"] == id)
            .map(|(_, record)| record.clone())
    }
}

/// `GET /key`. The label names no part of the key.
pub(super) async fn key(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let remaining = if key.has_credit() { 74.5 } else { 0.0 };
    let usage = 100.0 - remaining;
    Ok(reply::json(
        StatusCode::OK,
        &json!({"data": {
            "label": "simulated key", "limit": 100.0, "limit_remaining": remaining,
            "limit_reset": "monthly", "include_byok_in_limit": false,
            "usage": usage, "usage_daily": 1.2, "usage_weekly": 3.0, "usage_monthly": usage,
            "byok_usage": 0.0, "byok_usage_daily": 0.0, "byok_usage_weekly": 0.0,
            "byok_usage_monthly": 0.0,
            "is_free_tier": false, "is_management_key": false, "is_provisioning_key": false,
            "creator_user_id": "user_2simulated0000000000000000", "organization_id": null,
            "workspace_id": "00000000-0000-4000-8000-000000000000", "expires_at": null,
            "free_model_daily_requests": {"used": 0, "limit": 1000, "remaining": 1000},
            "allowed_data_regions": [],
            "rate_limit": {"requests": -1, "interval": "10s", "note": "deprecated"}
        }}),
    ))
}

/// `GET /credits`: only management keys may see the balance, and the sandbox has none.
pub(super) async fn credits(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    Ok(answers::failed(
        403,
        "Only management keys can perform this operation",
        json!({"error_type": "permission_denied"}),
    ))
}

/// The query of `GET /generation`.
#[derive(Deserialize)]
pub(super) struct Lookup {
    #[serde(default)]
    id: String,
}

/// `GET /generation?id=gen-…`.
pub(super) async fn generation(
    State(shared): State<Shared>,
    Query(Lookup { id }): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    Ok(match shared.generations.find(key.owner, &id) {
        Some(record) => reply::json(StatusCode::OK, &json!({"data": record})),
        None => answers::failed(
            404,
            &format!("Generation {id} not found"),
            json!({"error_type": "not_found"}),
        ),
    })
}
