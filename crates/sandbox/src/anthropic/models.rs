//! Anthropic's model list (API reference, list models, get a model): paged by ids, retired models
//! included, no prices.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::{Life, MODELS, Model};
use super::{admit, answers};
use crate::reply::{self, Refusal};
use crate::shared::Shared;

const DEFAULT_PAGE: usize = 20;
const LARGEST_PAGE: usize = 1_000;

impl Model {
    fn row(&self) -> Value {
        let (input, output) = self.window();
        let (lifecycle, deprecated, retires) = match self.life {
            Life::Active => ("active", None, None),
            Life::Deprecated(told, ends) => ("deprecated", Some(told), Some(ends)),
            Life::Retired(told, ended) => ("retired", Some(told), Some(ended)),
        };
        json!({
            "id": self.id, "type": "model", "display_name": self.name,
            "created_at": self.created, "lifecycle": lifecycle, "line": self.line.name(),
            "max_input_tokens": input, "max_tokens": output,
            "deprecated_at": deprecated, "retires_at": retires,
            "capabilities": self.capabilities()
        })
    }

    fn capabilities(&self) -> Value {
        let is = |supported: bool| json!({"supported": supported});
        json!({
            "batch": is(true), "citations": is(true), "code_execution": is(true),
            "image_input": is(true), "pdf_input": is(true), "structured_outputs": is(true),
            "context_management": {"supported": true},
            "effort": {
                "supported": self.thinks_adaptively(), "low": is(true), "medium": is(true),
                "high": is(true), "xhigh": is(self.thinks_by_default()), "max": is(true)
            },
            "server_tools": {
                "supported": true, "code_execution": is(true), "web_search": is(true)
            },
            "thinking": {
                "supported": true,
                "types": {
                    "adaptive": is(self.thinks_adaptively()),
                    "between_tools": is(self.thinks_by_default()),
                    "disabled": is(self.can_stop_thinking()),
                    "enabled": is(self.takes_thinking_budget())
                }
            }
        })
    }
}

/// The query of the list.
#[derive(Deserialize)]
pub(super) struct Page {
    limit: Option<usize>,
    after_id: Option<String>,
    before_id: Option<String>,
}

/// `GET /v1/models`.
pub(super) async fn list(
    State(shared): State<Shared>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let limit = page.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(answers::invalid("limit: must be between 1 and 1000"));
    }
    let position = |name: &str, id: &str| {
        MODELS
            .iter()
            .position(|model| model.id == id)
            .ok_or_else(|| answers::invalid(&format!("{name}: no model has this id")))
    };
    let (start, end, more) = match (&page.after_id, &page.before_id) {
        (Some(_), Some(_)) => {
            return Err(answers::invalid(
                "after_id and before_id: only one of them may be sent",
            ));
        }
        (None, Some(before)) => {
            let end = position("before_id", before)?;
            let start = end.saturating_sub(limit);
            (start, end, start > 0)
        }
        (after, None) => {
            let start = match after {
                Some(after) => position("after_id", after)? + 1,
                None => 0,
            };
            let end = start.saturating_add(limit).min(MODELS.len());
            (start, end, end < MODELS.len())
        }
    };
    let shown = &MODELS[start..end];
    let rows: Vec<Value> = shown.iter().map(Model::row).collect();
    Ok(reply::json(
        StatusCode::OK,
        &json!({
            "data": rows, "has_more": more,
            "first_id": shown.first().map(|model| model.id),
            "last_id": shown.last().map(|model| model.id)
        }),
    ))
}

/// `GET /v1/models/{id}`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let model = Model::find(&id).ok_or_else(|| answers::no_such_model(&id))?;
    Ok(reply::json(StatusCode::OK, &model.row()))
}
