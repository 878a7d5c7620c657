//! OpenRouter's model list: public, prices as decimal strings in USD per token (API reference, list
//! models). It knows no prices of its own.

use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::Answers;
use super::catalogue::{MODELS, Model};
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;

impl Model {
    /// The day from which it is served no longer, where one is announced.
    fn ends(&self) -> Option<&'static str> {
        match self.id {
            "anthropic/claude-sonnet-4.5" => Some("2026-11-30"),
            "google/gemini-2.5-flash" | "google/gemini-2.5-pro" => Some("2026-12-01"),
            _ => None,
        }
    }

    fn row(&self) -> Value {
        let negative = self.id == "openrouter/auto";
        let price = |per_million: f64| match negative {
            true => "-1".to_owned(),
            false => decimal(per_million),
        };
        let images = !self.id.contains("llama") && !self.id.contains("mistral");
        let inputs = if images {
            json!(["text", "image"])
        } else {
            json!(["text"])
        };
        json!({
            "id": self.id,
            "canonical_slug": self.id.split(':').next(),
            "name": self.name,
            "created": 1_760_000_000,
            "description": "Simulated by the sandbox.",
            "context_length": self.context,
            "architecture": {
                "input_modalities": inputs, "output_modalities": ["text"],
                "modality": if images { "text+image->text" } else { "text->text" },
                "tokenizer": "Other", "instruct_type": null
            },
            "pricing": {
                "prompt": price(self.prompt), "completion": price(self.completion),
                "request": "0", "image": "0", "web_search": "0", "internal_reasoning": "0"
            },
            "top_provider": {
                "context_length": self.context, "max_completion_tokens": self.output,
                "is_moderated": false
            },
            "per_request_limits": null,
            "supported_parameters": [
                "max_completion_tokens", "max_tokens", "reasoning", "response_format",
                "structured_outputs"
            ],
            "default_parameters": {},
            "supported_voices": null,
            "expiration_date": self.ends(),
            "knowledge_cutoff": null,
            "hugging_face_id": "",
            "links": {"details": format!("/api/v1/models/{}/endpoints", self.id)}
        })
    }
}

const DEFAULT_PAGE: usize = 500;
const LARGEST_PAGE: usize = 1_000;

/// The query of both lists.
#[derive(Deserialize)]
pub(super) struct Page {
    q: Option<String>,
    /// Names of what comes out, with commas between them; text when it is missing.
    output_modalities: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

impl Page {
    fn shows(&self, model: &Model) -> bool {
        let text = self.output_modalities.as_deref().is_none_or(|names| {
            names
                .split(',')
                .any(|name| matches!(name.trim(), "text" | "all"))
        });
        let wanted = self.q.as_deref().unwrap_or_default().to_lowercase();
        text && (model.id.contains(&wanted) || model.name.to_lowercase().contains(&wanted))
    }
}

/// A price for a million tokens as the decimal string of the price of one.
fn decimal(per_million: f64) -> String {
    let text = format!("{:.10}", per_million / 1e6);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `GET /models`, without a key.
pub(super) async fn list(Query(page): Query<Page>) -> Response {
    listed(&page)
}

fn listed(page: &Page) -> Response {
    let found: Vec<&Model> = MODELS.iter().filter(|model| page.shows(model)).collect();
    let offset = page.offset.unwrap_or(0);
    let limit = page.limit.unwrap_or(DEFAULT_PAGE).clamp(1, LARGEST_PAGE);
    let rows: Vec<Value> = found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|model| model.row())
        .collect();
    let end = offset.saturating_add(rows.len());
    let next = (!rows.is_empty() && end < found.len())
        .then(|| format!("/api/v1/models?offset={end}&limit={limit}"));
    reply::json(
        StatusCode::OK,
        &json!({"data": rows, "total_count": found.len(), "links": {"next": next}}),
    )
}

/// `GET /models/user`, with a key.
pub(super) async fn list_for_user(
    State(shared): State<Shared>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    Ok(listed(&page))
}

#[cfg(test)]
mod unit {
    use super::decimal;

    #[test]
    fn prices_are_written_as_decimals_without_exponent() {
        assert_eq!(decimal(0.1), "0.0000001");
        assert_eq!(decimal(10.0), "0.00001");
        assert_eq!(decimal(0.0), "0");
    }
}
