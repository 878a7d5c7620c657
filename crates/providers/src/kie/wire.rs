//! KIE's shapes (KIE docs: market create and detail, Suno generate and detail, file upload, credit).

use crate::json::{Raw, lenient};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct CreateTask<'a> {
    pub model: &'a str,
    pub input: Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GenerateMusic<'a> {
    pub model: &'a str,
    pub custom_mode: bool,
    pub instrumental: bool,
    pub prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Must be there, although the result is asked for and never waited for.
    pub call_back_url: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Base64Upload<'a> {
    pub base64_data: String,
    pub upload_path: &'a str,
    pub file_name: &'a str,
}

/// What every answer is wrapped in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Envelope {
    /// A number, or one written as text.
    #[serde(deserialize_with = "lenient")]
    pub code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub msg: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub success: Option<bool>,
    pub data: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Created {
    #[serde(deserialize_with = "lenient")]
    pub task_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Uploaded {
    #[serde(deserialize_with = "lenient")]
    pub download_url: Option<String>,
    /// The same on one page of the documentation.
    #[serde(deserialize_with = "lenient")]
    pub file_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct MarketTask {
    #[serde(deserialize_with = "lenient")]
    pub state: Option<String>,
    /// JSON as text; empty until success.
    #[serde(deserialize_with = "lenient")]
    pub result_json: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub fail_code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub fail_msg: Option<String>,
    /// What was charged, in credits of half a cent.
    pub credits_consumed: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct MarketResult {
    #[serde(deserialize_with = "lenient")]
    pub result_urls: Option<Vec<Value>>,
    #[serde(deserialize_with = "lenient")]
    pub video_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub audio_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct MusicTask {
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub response: Option<MusicResponse>,
    #[serde(deserialize_with = "lenient")]
    pub error_code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub error_message: Option<String>,
    pub credits_consumed: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct MusicResponse {
    #[serde(deserialize_with = "lenient")]
    pub suno_data: Option<Vec<Track>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Track {
    #[serde(deserialize_with = "lenient")]
    pub audio_url: Option<String>,
}
