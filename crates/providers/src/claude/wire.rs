//! Anthropic's shapes (Messages API reference, streaming, models; SDK 2.12). Every field of an
//! answer may be missing, and blocks and events of unknown kinds come along.

use crate::json::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
pub struct MessageRequest<'a> {
    pub model: &'a str,
    pub max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<&'a str>,
    pub messages: [Turn<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_config: Option<OutputConfig>,
    pub stream: bool,
}

#[derive(Serialize)]
pub struct Turn<'a> {
    pub role: &'static str,
    pub content: &'a str,
}

#[derive(Serialize)]
pub struct OutputConfig {
    pub format: Format,
}

#[derive(Serialize)]
pub struct Format {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub schema: Value,
}

/// A message, or the envelope of an error.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MessageReply {
    #[serde(deserialize_with = "lenient")]
    pub error: Option<ErrorBody>,
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub content: Option<Vec<Block>>,
    #[serde(deserialize_with = "lenient")]
    pub stop_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub stop_details: Option<StopDetails>,
    #[serde(deserialize_with = "lenient")]
    pub usage: Option<Usage>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Block {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub text: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StopDetails {
    #[serde(deserialize_with = "lenient")]
    pub category: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub explanation: Option<String>,
}

/// Tokens. The three counts of prompt do not contain each other.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Usage {
    #[serde(deserialize_with = "lenient")]
    pub input_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub cache_creation_input_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub cache_read_input_tokens: Option<u64>,
    /// Thinking included.
    #[serde(deserialize_with = "lenient")]
    pub output_tokens: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorBody {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub details: Option<ErrorDetails>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorDetails {
    #[serde(deserialize_with = "lenient")]
    pub error_code: Option<String>,
}

/// The data of one event of a stream.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StreamEvent {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// `message_start`.
    #[serde(deserialize_with = "lenient")]
    pub message: Option<MessageReply>,
    /// `content_block_start`.
    #[serde(deserialize_with = "lenient")]
    pub content_block: Option<Block>,
    /// `content_block_delta` and `message_delta`.
    #[serde(deserialize_with = "lenient")]
    pub delta: Option<Delta>,
    /// `message_delta`: counts so far, in place of those before.
    #[serde(deserialize_with = "lenient")]
    pub usage: Option<Usage>,
    /// `error`.
    #[serde(deserialize_with = "lenient")]
    pub error: Option<ErrorBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Delta {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub stop_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub stop_details: Option<StopDetails>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelsReply {
    #[serde(deserialize_with = "lenient")]
    pub data: Option<Vec<Value>>,
    #[serde(deserialize_with = "lenient")]
    pub has_more: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub last_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelEntry {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub display_name: Option<String>,
    /// `active`, `deprecated` or `retired`.
    #[serde(deserialize_with = "lenient")]
    pub lifecycle: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub retires_at: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub capabilities: Option<Value>,
}
