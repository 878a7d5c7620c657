//! PiAPI's shapes (PiAPI docs: create task, get task, Udio, ACE-Step, account info).

use crate::json::{Raw, lenient};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
pub struct CreateTask<'a, T> {
    pub model: &'a str,
    pub task_type: &'static str,
    pub input: T,
    pub config: Config,
}

#[derive(Serialize)]
pub struct Config {
    /// `public` is paid as it is used.
    pub service_mode: &'static str,
}

#[derive(Serialize)]
pub struct Udio<'a> {
    pub gpt_description_prompt: String,
    /// `generate`, `user` or `instrumental`.
    pub lyrics_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lyrics: Option<&'a str>,
    pub negative_tags: &'static str,
    /// -1 for any.
    pub seed: i64,
}

#[derive(Serialize)]
pub struct AceStep<'a> {
    pub style_prompt: String,
    /// `[inst]` for none.
    pub lyrics: &'a str,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
}

/// What every answer is wrapped in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Envelope {
    #[serde(deserialize_with = "lenient")]
    pub code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    pub data: Raw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Task {
    #[serde(deserialize_with = "lenient")]
    pub task_id: Option<String>,
    /// In small letters or with a capital one.
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub output: Option<Output>,
    #[serde(deserialize_with = "lenient")]
    pub meta: Option<Meta>,
    /// Always there; empty where nothing went wrong.
    #[serde(deserialize_with = "lenient")]
    pub error: Option<TaskError>,
    /// The last entries often tell the cause that the error does not.
    #[serde(deserialize_with = "lenient")]
    pub logs: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Output {
    #[serde(deserialize_with = "lenient")]
    pub audio_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub songs: Option<Vec<Song>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Song {
    #[serde(deserialize_with = "lenient")]
    pub song_path: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Meta {
    #[serde(deserialize_with = "lenient")]
    pub usage: Option<Points>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Points {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// What was charged: a whole number, with or without decimals.
    #[serde(deserialize_with = "lenient")]
    pub consume: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TaskError {
    #[serde(deserialize_with = "lenient")]
    pub code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub message: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub raw_message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Account {
    /// US dollars.
    #[serde(deserialize_with = "lenient")]
    pub equivalent_in_usd: Option<f64>,
}
