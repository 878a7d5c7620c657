//! OpenAI's shapes (API reference, create speech, models, error codes; SDK 3.54).

use crate::json::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
pub struct SpeechRequest<'a> {
    pub model: &'a str,
    pub input: &'a str,
    pub voice: Voice<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<&'a str>,
    pub response_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_format: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Voice<'a> {
    /// One that OpenAI brings along.
    BuiltIn(&'a str),
    /// One that the account made.
    Own { id: &'a str },
}

/// The data of one event of a stream.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SpeechEvent {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// `speech.audio.delta`: base64.
    #[serde(deserialize_with = "lenient")]
    pub audio: Option<String>,
    /// `speech.audio.done`.
    #[serde(deserialize_with = "lenient")]
    pub usage: Option<Usage>,
    #[serde(deserialize_with = "lenient")]
    pub error: Option<ErrorBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Usage {
    #[serde(deserialize_with = "lenient")]
    pub input_tokens: Option<u64>,
    /// Tokens of sound.
    #[serde(deserialize_with = "lenient")]
    pub output_tokens: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorReply {
    #[serde(deserialize_with = "lenient")]
    pub error: Option<ErrorBody>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorBody {
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub code: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelsReply {
    #[serde(deserialize_with = "lenient")]
    pub data: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelEntry {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub shutdown_date: Option<String>,
}
