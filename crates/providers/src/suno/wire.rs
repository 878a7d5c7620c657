//! The shapes of sunoapi.org (its docs: generate music, get music details, remaining credits) and
//! of a suno-api server (its README: generate, custom generate, get, get limit).

use crate::json::{Raw, lenient};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Generate<'a> {
    pub model: &'a str,
    pub custom_mode: bool,
    pub instrumental: bool,
    pub prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Must be there, although the result is asked for and never waited for.
    pub call_back_url: &'static str,
}

/// What every answer of sunoapi.org is wrapped in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Envelope {
    /// A number, or one written as text.
    #[serde(deserialize_with = "lenient")]
    pub code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub msg: Option<String>,
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
pub struct Record {
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub response: Option<Tracks>,
    #[serde(deserialize_with = "lenient")]
    pub error_code: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub error_message: Option<String>,
}

/// The tracks; the quickstart of sunoapi.org calls the same list `data`.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Tracks {
    #[serde(deserialize_with = "lenient")]
    pub suno_data: Option<Vec<Track>>,
    #[serde(deserialize_with = "lenient")]
    pub data: Option<Vec<Track>>,
}

/// A track, spelled in either way.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Track {
    #[serde(rename = "audioUrl", deserialize_with = "lenient")]
    pub audio_url: Option<String>,
    #[serde(rename = "audio_url", deserialize_with = "lenient")]
    pub audio_url_too: Option<String>,
}

/// A request to a server of one's own.
#[derive(Serialize)]
pub struct HostedSong<'a> {
    pub prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    pub make_instrumental: bool,
    pub model: &'a str,
    pub wait_audio: bool,
}

/// A song at such a server.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct HostedTrack {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    /// submitted, queued, streaming, complete or error.
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub audio_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub error_message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct HostedError {
    #[serde(deserialize_with = "lenient")]
    pub error: Option<String>,
}
