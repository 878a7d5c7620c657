//! What deployments are sent: the payloads of film-generator's own Modal apps (`standard`) and of
//! its provider classes (`extended`), and the chat shape that vLLM serves. Fields left open are
//! left out, so that the deployment's own defaults hold.

use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub struct Text<'a> {
    pub prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    pub max_tokens: u32,
}

#[derive(Serialize)]
pub struct Chat<'a> {
    pub model: &'static str,
    pub messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Value>,
    pub stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
pub struct Message<'a> {
    pub role: &'static str,
    pub content: &'a str,
}

#[derive(Serialize)]
pub struct StreamOptions {
    pub include_usage: bool,
}

#[derive(Serialize)]
pub struct StandardImage<'a> {
    pub prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<&'a str>,
    /// `hd`, `2k` or `4k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// Data URLs or https addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reference_images: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct ExtendedImage<'a> {
    pub prompt: &'a str,
    pub negative_prompt: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    pub num_inference_steps: u32,
    pub guidance_scale: f32,
    /// Absent for edits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_images_per_prompt: Option<u32>,
    /// The picture to edit as bare base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How far an edit goes from its picture, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct StandardVideo<'a> {
    /// A data URL or an https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    pub prompt: &'a str,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct ExtendedVideo<'a> {
    /// A data URL or an https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    pub prompt: &'a str,
    /// 0.3 is little, 1.0 is much.
    pub motion_strength: f32,
    pub fps: u32,
    /// Seconds.
    pub duration: u32,
    pub guidance_scale: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct StandardSpeech<'a> {
    pub text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct ExtendedSpeech<'a> {
    pub text: &'a str,
    pub voice: &'a str,
    pub language: &'a str,
    pub output_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct StandardMusic<'a> {
    pub prompt: String,
    pub instrumental: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyrics: Option<&'a str>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

#[derive(Serialize)]
pub struct ExtendedMusic {
    pub prompt: String,
    /// Seconds.
    pub duration: u32,
    pub temperature: f32,
    pub top_k: u32,
    pub top_p: f32,
    pub cfg_coef: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}
