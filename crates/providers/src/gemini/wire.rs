//! Gemini's shapes (Gemini API reference, generateContent; Google Gen AI SDK 3.4). Every field of an
//! answer may be missing.

use crate::json::{Raw, lenient};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GenerateRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_instruction: Option<Content<'a>>,
    pub contents: Vec<Content<'a>>,
    pub generation_config: GenerationConfig<'a>,
}

#[derive(Serialize)]
pub struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    pub parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum Part<'a> {
    #[serde(rename_all = "camelCase")]
    Picture { inline_data: Blob<'a> },
    #[serde(rename_all = "camelCase")]
    Text {
        text: std::borrow::Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        speech_metadata: Option<SpeechMetadata<'a>>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blob<'a> {
    pub mime_type: &'a str,
    pub data: String,
}

#[derive(Serialize)]
pub struct SpeechMetadata<'a> {
    pub style: &'a str,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct GenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_json_schema: Option<Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub response_modalities: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_config: Option<ImageConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_config: Option<SpeechConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeechConfig<'a> {
    pub voice_config: VoiceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceConfig<'a> {
    pub prebuilt_voice_config: PrebuiltVoice<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrebuiltVoice<'a> {
    pub voice_name: &'a str,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct GenerateReply {
    pub error: Raw,
    #[serde(deserialize_with = "lenient")]
    pub candidates: Option<Vec<Candidate>>,
    #[serde(deserialize_with = "lenient")]
    pub prompt_feedback: Option<PromptFeedback>,
    pub usage_metadata: Raw,
    #[serde(deserialize_with = "lenient")]
    pub response_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct PromptFeedback {
    #[serde(deserialize_with = "lenient")]
    pub block_reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Candidate {
    #[serde(deserialize_with = "lenient")]
    pub content: Option<AnswerContent>,
    #[serde(deserialize_with = "lenient")]
    pub finish_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub finish_message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AnswerContent {
    #[serde(deserialize_with = "lenient")]
    pub parts: Option<Vec<AnswerPart>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct AnswerPart {
    #[serde(deserialize_with = "lenient")]
    pub text: Option<String>,
    /// Set on drafts and on thinking, which are no part of the result.
    #[serde(deserialize_with = "lenient")]
    pub thought: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub inline_data: Option<AnswerBlob>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct AnswerBlob {
    pub mime_type: String,
    pub data: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct UsageMetadata {
    #[serde(deserialize_with = "lenient")]
    pub prompt_token_count: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub candidates_token_count: Option<u64>,
    /// Billed as answer, and not contained in the candidates' count.
    #[serde(deserialize_with = "lenient")]
    pub thoughts_token_count: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ErrorBody {
    #[serde(deserialize_with = "lenient")]
    pub code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub details: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ModelsReply {
    pub error: Raw,
    #[serde(deserialize_with = "lenient")]
    pub models: Option<Vec<Value>>,
    #[serde(rename = "nextPageToken", deserialize_with = "lenient")]
    pub next_page_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct ModelEntry {
    /// The id behind `models/`.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub display_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub supported_generation_methods: Option<Vec<String>>,
}
