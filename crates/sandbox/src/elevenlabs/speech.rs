//! ElevenLabs' text to speech (API reference, create speech, stream speech, with timing): audio as
//! raw bytes, what it cost in the header `character-cost`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Model;
use super::answers::{self, Answers};
use super::{admit, voices};
use crate::keys::Refusals;
use crate::media::clips::SPEECH_MP3;
use crate::media::sound;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::sse;
use crate::trigger::{Trigger, without_triggers};

const DEFAULT_MODEL: &str = "eleven_multilingual_v2";
const DEFAULT_FORMAT: &str = "mp3_44100_128";
const MP3: [&str; 7] = [
    "mp3_22050_32",
    "mp3_24000_48",
    "mp3_44100_32",
    "mp3_44100_64",
    "mp3_44100_96",
    "mp3_44100_128",
    "mp3_44100_192",
];
const RATES: [u32; 5] = [8_000, 16_000, 22_050, 24_000, 32_000];
/// Formats that exist but that the simulated plan does not include.
const OTHER_PLANS: [&str; 13] = [
    "pcm_44100",
    "pcm_48000",
    "wav_44100",
    "wav_48000",
    "opus_48000_32",
    "opus_48000_64",
    "opus_48000_96",
    "opus_48000_128",
    "opus_48000_192",
    "ulaw_8000",
    "alaw_8000",
    "wav_ulaw_8000",
    "wav_alaw_8000",
];

/// The query of all three calls.
#[derive(Deserialize)]
pub(super) struct Options {
    output_format: Option<String>,
    optimize_streaming_latency: Option<u8>,
}

/// `POST /v1/text-to-speech/{voice_id}`.
pub(super) async fn whole(
    State(shared): State<Shared>,
    Path(voice): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let spoken = speak(&shared, &voice, &options, &headers, &body).await?;
    Ok(spoken.answer(Body::from(spoken.audio.clone()), spoken.media_type))
}

/// `POST /v1/text-to-speech/{voice_id}/stream`: the same bytes in pieces.
pub(super) async fn streamed(
    State(shared): State<Shared>,
    Path(voice): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    if options
        .output_format
        .as_deref()
        .is_some_and(|format| format.starts_with("wav_"))
    {
        return Err(format_refused("wav formats are not available for streams"));
    }
    let spoken = speak(&shared, &voice, &options, &headers, &body).await?;
    let pieces: Vec<Bytes> = spoken
        .audio
        .chunks(8_192)
        .map(Bytes::copy_from_slice)
        .collect();
    let body = sse::paced(pieces, shared.config.stream_pause);
    Ok(spoken.answer(body, spoken.media_type))
}

/// `POST /v1/text-to-speech/{voice_id}/with-timestamps`: JSON with the audio and when each
/// character is heard.
pub(super) async fn timed(
    State(shared): State<Shared>,
    Path(voice): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let spoken = speak(&shared, &voice, &options, &headers, &body).await?;
    let characters: Vec<String> = spoken.text.chars().map(String::from).collect();
    let step = sound::seconds(&spoken.text) / characters.len().max(1) as f64;
    let times = |shift: usize| -> Vec<f64> {
        (0..characters.len())
            .map(|index| (index + shift) as f64 * step)
            .collect()
    };
    let alignment = json!({
        "characters": characters,
        "character_start_times_seconds": times(0),
        "character_end_times_seconds": times(1)
    });
    let body = json!({
        "audio_base64": STANDARD.encode(&spoken.audio),
        "alignment": alignment, "normalized_alignment": alignment
    });
    Ok(spoken.answer(Body::from(body.to_string()), "application/json"))
}

/// What was spoken.
struct Spoken {
    text: String,
    audio: Vec<u8>,
    media_type: &'static str,
    credits: u64,
    id: String,
    concurrency: u32,
}

impl Spoken {
    fn answer(&self, body: Body, media_type: &'static str) -> Response {
        let mut response = reply::typed(StatusCode::OK, media_type, body);
        let headers = response.headers_mut();
        reply::set_header(headers, "character-cost", &self.credits.to_string());
        reply::set_header(headers, "request-id", &self.id);
        reply::set_header(headers, "history-item-id", &self.id[..20]);
        reply::set_header(headers, "x-trace-id", &self.id);
        reply::set_header(headers, "current-concurrent-requests", "1");
        reply::set_header(
            headers,
            "maximum-concurrent-requests",
            &self.concurrency.to_string(),
        );
        response
    }
}

async fn speak(
    shared: &Shared,
    voice: &str,
    options: &Options,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Spoken, Refusal> {
    let key = admit(shared, headers).await?;
    let request: Value = serde_json::from_slice(body)
        .map_err(|_| answers::invalid("body", "JSON decode error", "json_invalid"))?;
    let text = read_text(&request)?;
    let model = read_model(&request, &text)?;
    if !voices::exists(voice) {
        return Err(voices::not_found(voice));
    }
    check_settings(&request, model, options)?;
    let trigger = Trigger::find(&text);
    if let Some(refusal) = trigger.and_then(refusal) {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let format = options.output_format.as_deref().unwrap_or(DEFAULT_FORMAT);
    let plain = without_triggers(&text);
    let (media_type, audio) = match trigger {
        Some(Trigger::Malformed) => ("audio/mpeg", b"<html>Bad Gateway</html>".to_vec()),
        Some(Trigger::Empty) => ("audio/mpeg", Vec::new()),
        _ => encode(format, &plain, voice)?,
    };
    Ok(Spoken {
        credits: (text.chars().count() as f64 * model.rate).ceil() as u64,
        text: plain,
        audio,
        media_type,
        id: shared.ids.hex(),
        concurrency: if model.rate < 1.0 { 10 } else { 5 },
    })
}

fn read_text(request: &Value) -> Result<String, Refusal> {
    match &request["text"] {
        Value::String(text) if text.trim().is_empty() => Err(answers::failed(
            400,
            "validation_error",
            "invalid_request",
            "Text must not be empty.",
        )),
        Value::String(text) => Ok(text.clone()),
        Value::Null => Err(answers::invalid("text", "Field required", "missing")),
        _ => Err(answers::invalid(
            "text",
            "Input should be a valid string",
            "string_type",
        )),
    }
}

fn read_model(request: &Value, text: &str) -> Result<&'static Model, Refusal> {
    let id = match &request["model_id"] {
        Value::Null => DEFAULT_MODEL,
        Value::String(id) => id,
        _ => {
            return Err(answers::invalid(
                "model_id",
                "Input should be a valid string",
                "string_type",
            ));
        }
    };
    let model = Model::find(id).ok_or_else(|| no_such_model(id))?;
    if !model.speaks {
        return Err(answers::failed(
            400,
            "validation_error",
            "unsupported_model",
            &format!("The model {id} is not supported by this endpoint."),
        ));
    }
    let length = text.chars().count();
    if length > model.longest {
        return Err(too_long(length, model.longest));
    }
    Ok(model)
}

fn no_such_model(id: &str) -> Refusal {
    answers::failed(
        400,
        "validation_error",
        "model_not_found",
        &format!("A model with model ID {id} does not exist."),
    )
}

fn too_long(length: usize, longest: usize) -> Refusal {
    answers::failed(
        400,
        "validation_error",
        "max_character_limit_exceeded",
        &format!("A maximum of {longest} characters is supported per request; got {length}."),
    )
}

fn check_settings(request: &Value, model: &Model, options: &Options) -> Result<(), Refusal> {
    let settings = &request["voice_settings"];
    for (name, low, high) in [
        ("stability", 0.0, 1.0),
        ("similarity_boost", 0.0, 1.0),
        ("style", 0.0, 1.0),
        ("speed", 0.7, 1.2),
    ] {
        let value = &settings[name];
        if !value.is_null()
            && !value
                .as_f64()
                .is_some_and(|value| (low..=high).contains(&value))
        {
            return Err(answers::failed(
                400,
                "validation_error",
                "invalid_voice_settings",
                &format!("Invalid setting for {name}: must be between {low} and {high}."),
            ));
        }
    }
    let bad = if !model.takes_language && !request["language_code"].is_null() {
        Some("language_code is not supported by this model.")
    } else if model.id == "eleven_v3" && options.optimize_streaming_latency.is_some() {
        Some("optimize_streaming_latency is not supported by this model.")
    } else if !request["seed"].is_null()
        && request["seed"]
            .as_u64()
            .is_none_or(|seed| seed > u64::from(u32::MAX))
    {
        Some("seed must be between 0 and 4294967295.")
    } else {
        None
    };
    match bad {
        Some(message) => Err(answers::failed(
            400,
            "validation_error",
            "invalid_request",
            message,
        )),
        None => Ok(()),
    }
}

/// The error that a trigger asks for; none when it asks for a bad or a normal success.
fn refusal(trigger: Trigger) -> Option<Refusal> {
    Some(match trigger {
        Trigger::Blocked | Trigger::OutputBlocked => answers::failed(
            400,
            "invalid_request_error",
            "content_policy_violation",
            "The text you are trying to use may violate our Terms of Service and has been blocked.",
        ),
        Trigger::ModelGone => no_such_model("the requested one"),
        Trigger::Forbidden => answers::failed(
            401,
            "authorization_error",
            "missing_permissions",
            "The API key you used is missing the permission text_to_speech to execute this operation.",
        ),
        Trigger::SpendLimit => answers::failed(
            402,
            "payment_required",
            "payment_required",
            "The spending limit of this workspace has been reached.",
        ),
        Trigger::TooLarge => too_long(10_001, 10_000),
        Trigger::Timeout => answers::failed(
            504,
            "internal_error",
            "gateway_timeout",
            "The request timed out.",
        ),
        Trigger::Overloaded
        | Trigger::ErrorIn200
        | Trigger::ErrorInChoice
        | Trigger::StreamError => Answers.down(),
        Trigger::Fail => answers::failed(
            500,
            "internal_error",
            "internal_error",
            "Something went wrong. You are not charged for this request.",
        ),
        Trigger::Malformed | Trigger::Empty | Trigger::Truncated => return None,
    })
}

fn encode(format: &str, text: &str, voice: &str) -> Result<(&'static str, Vec<u8>), Refusal> {
    if MP3.contains(&format) {
        return Ok(("audio/mpeg", SPEECH_MP3.to_vec()));
    }
    let rate = format
        .split_once('_')
        .and_then(|(_, rate)| rate.parse::<u32>().ok())
        .filter(|rate| RATES.contains(rate));
    match (format.split_once('_'), rate) {
        (Some(("pcm", _)), Some(rate)) => Ok(("audio/pcm", sound::pcm(text, voice, rate))),
        (Some(("wav", _)), Some(rate)) => Ok(("audio/wav", sound::wav(text, voice, rate))),
        _ if OTHER_PLANS.contains(&format) => Err(format_refused(
            "This output format is not available on the simulated plan.",
        )),
        _ => Err(answers::failed(
            400,
            "validation_error",
            "invalid_request",
            &format!("Output format {format} is not known."),
        )),
    }
}

fn format_refused(message: &str) -> Refusal {
    answers::failed(
        403,
        "authorization_error",
        "output_format_not_allowed",
        message,
    )
}
