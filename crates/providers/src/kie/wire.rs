//! KIE's shapes (KIE docs: create and detail of market, Suno and Veo tasks, file upload, credit, prices).

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
pub struct GenerateVeo<'a> {
    pub prompt: &'a str,
    pub model: &'a str,
    #[serde(rename = "generationType")]
    pub generation_type: &'static str,
    #[serde(rename = "imageUrls", skip_serializing_if = "Vec::is_empty")]
    pub image_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<u32>,
    #[serde(rename = "enableTranslation")]
    pub enable_translation: bool,
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
pub struct VeoTask {
    /// 0 runs, 1 is done, 2 and 3 have failed.
    #[serde(deserialize_with = "lenient")]
    pub success_flag: Option<Value>,
    /// Null until it is done.
    #[serde(deserialize_with = "lenient")]
    pub response: Option<VeoResponse>,
    #[serde(deserialize_with = "lenient")]
    pub error_code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub error_message: Option<String>,
    pub credits_consumed: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct VeoResponse {
    pub result_urls: Raw,
    /// The whole film, where a clip was extended.
    pub full_result_urls: Raw,
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceRequest {
    pub page_num: i64,
    pub page_size: i64,
    /// Empty for every kind of model.
    pub interface_type: &'static str,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PricePage {
    #[serde(deserialize_with = "lenient")]
    pub records: Option<Vec<PriceRow>>,
    #[serde(deserialize_with = "lenient")]
    pub pages: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub total: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct PriceRow {
    #[serde(deserialize_with = "lenient")]
    pub model_description: Option<String>,
    /// `image`, `video`, `music` or `chat`.
    #[serde(deserialize_with = "lenient")]
    pub interface_type: Option<String>,
    /// In credits of half a cent, as text.
    #[serde(deserialize_with = "lenient")]
    pub credit_price: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub credit_unit: Option<String>,
    /// The page that shows the model; newer ones name it.
    #[serde(deserialize_with = "lenient")]
    pub anchor: Option<String>,
}
