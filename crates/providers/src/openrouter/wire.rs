//! OpenRouter's shapes (OpenRouter docs, chat completions, errors, limits; SDK 1.3). Whatever may
//! be missing or change is optional or read on its own.

use crate::json::{Raw, lenient};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
pub struct ChatRequest<'a> {
    pub model: &'a str,
    pub messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    pub stream: bool,
}

#[derive(Serialize)]
pub struct Message<'a> {
    pub role: &'static str,
    pub content: &'a str,
}

#[derive(Serialize)]
pub struct ResponseFormat {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub json_schema: JsonSchema,
}

#[derive(Serialize)]
pub struct JsonSchema {
    pub name: &'static str,
    pub strict: bool,
    pub schema: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ChatReply {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub error: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub choices: Option<Vec<Choice>>,
    pub usage: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Choice {
    #[serde(deserialize_with = "lenient")]
    pub finish_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub error: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<Answer>,
    /// What a chunk of a stream adds, in place of the message.
    #[serde(deserialize_with = "lenient")]
    pub delta: Option<Answer>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Answer {
    /// A text, a list of parts, or null.
    #[serde(deserialize_with = "lenient")]
    pub content: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub refusal: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Usage {
    #[serde(deserialize_with = "lenient")]
    pub prompt_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub completion_tokens: Option<u64>,
    /// US dollars; kept as text so that no digit is lost.
    pub cost: Raw,
    /// Whether the upstream was paid with the account's own key there.
    #[serde(deserialize_with = "lenient")]
    pub is_byok: Option<bool>,
    pub cost_details: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CostDetails {
    pub upstream_inference_cost: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct KeyReply {
    #[serde(deserialize_with = "lenient")]
    pub data: Option<KeyData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct KeyData {
    /// US dollars left under the key's own cap; null without a cap.
    #[serde(deserialize_with = "lenient")]
    pub limit_remaining: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelsReply {
    pub data: Raw,
    pub links: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Links {
    /// The address of the next page.
    #[serde(deserialize_with = "lenient")]
    pub next: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelEntry {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub architecture: Option<Architecture>,
    pub pricing: Raw,
    #[serde(deserialize_with = "lenient")]
    pub supported_parameters: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient")]
    pub expiration_date: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Architecture {
    #[serde(deserialize_with = "lenient")]
    pub output_modalities: Option<Vec<String>>,
}

/// US dollars per token as decimal texts; negative where the price depends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Pricing {
    pub prompt: Raw,
    pub completion: Raw,
    /// Per request.
    pub request: Raw,
    /// The share that is taken off every price.
    pub discount: Raw,
    pub overrides: Raw,
}

/// Other prices under a condition; later ones win.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Override {
    /// Holds for prompts of more tokens than this.
    #[serde(deserialize_with = "lenient")]
    pub min_prompt_tokens: Option<u64>,
    pub utc_start: Raw,
    pub utc_end: Raw,
    pub utc_days: Raw,
    pub prompt: Raw,
    pub completion: Raw,
}
