//! OpenRouter's model list: public, prices as decimal strings in USD per token (API reference, list
//! models). It knows no prices of its own.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::Answers;
use super::catalogue::{MODELS, Model};
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;

impl Model {
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
            "expiration_date": null,
            "knowledge_cutoff": null,
            "hugging_face_id": ""
        })
    }
}

/// A price for a million tokens as the decimal string of the price of one.
fn decimal(per_million: f64) -> String {
    let text = format!("{:.10}", per_million / 1e6);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `GET /models`, without a key.
pub(super) async fn list() -> Response {
    let rows: Vec<Value> = MODELS.iter().map(Model::row).collect();
    reply::json(
        StatusCode::OK,
        &json!({"data": rows, "total_count": MODELS.len(), "links": {"next": null}}),
    )
}

/// `GET /models/user`, with a key.
pub(super) async fn list_for_user(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    Ok(list().await)
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
