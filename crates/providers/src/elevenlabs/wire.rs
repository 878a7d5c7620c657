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
