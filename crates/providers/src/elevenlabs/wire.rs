//! ElevenLabs' shapes (ElevenLabs API reference, text to speech, errors, subscription).

use crate::json::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

#[derive(Serialize)]
pub struct SpeechRequest<'a> {
    pub text: Cow<'a, str>,
    pub model_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorReply {
    /// An object, a list of field errors, or a sentence.
    #[serde(deserialize_with = "lenient")]
    pub detail: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Subscription {
    #[serde(deserialize_with = "lenient")]
    pub character_count: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub character_limit: Option<u64>,
    /// A number, or `"unlimited"`; zero without overage.
    #[serde(deserialize_with = "lenient")]
    pub max_credit_limit_extension: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelEntry {
    #[serde(deserialize_with = "lenient")]
    pub model_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub can_do_text_to_speech: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub maximum_text_length_per_request: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct VoicesReply {
    #[serde(deserialize_with = "lenient")]
    pub voices: Option<Vec<Value>>,
    #[serde(deserialize_with = "lenient")]
    pub has_more: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub next_page_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct VoiceEntry {
    #[serde(deserialize_with = "lenient")]
    pub voice_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
}
