//! OpenAI's speech (API reference, create speech): raw bytes in pieces, or events that carry the
//! bytes in base64 and end with the usage.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::answers::{self, Answers};
use super::request::{Format, Request};
use crate::keys;
use crate::media::clips::SPEECH_MP3;
use crate::media::sound;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::{Trigger, without_triggers};
use crate::{sse, story};

/// How many bytes a piece has at most.
const PIECE: usize = 16_384;
/// What a second of sound counts in tokens.
const TOKENS_PER_SECOND: f64 = 20.0;
const RATE: u32 = 24_000;

/// `POST /v1/audio/speech`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let request = Request::read(&body)?;
    key.pays(&Answers)?;
    let trigger = Trigger::find(&request.input);
    if let Some(refusal) =
        trigger.and_then(|trigger| answers::of_trigger(trigger, request.model.id, request.events))
    {
        return Err(refusal);
    }
    let (media_type, audio) = match trigger {
        Some(Trigger::Malformed) => ("audio/mpeg", b"<html>Bad Gateway</html>".to_vec()),
        Some(Trigger::Empty) => ("audio/mpeg", Vec::new()),
        _ => speak(&request),
    };
    let pause = shared.config.stream_pause;
    let mut response = if request.events {
        sse::events(events(&request, &audio, trigger), pause)
    } else {
        let pieces: Vec<Bytes> = audio.chunks(PIECE).map(Bytes::copy_from_slice).collect();
        reply::typed(StatusCode::OK, media_type, sse::paced(pieces, pause))
    };
    let headers = response.headers_mut();
    let id = format!("req_{}", shared.ids.hex());
    reply::set_header(headers, "x-request-id", &id);
    reply::set_header(headers, "openai-processing-ms", "120");
    reply::set_header(headers, "x-ratelimit-limit-requests", "500");
    reply::set_header(headers, "x-ratelimit-remaining-requests", "499");
    reply::set_header(headers, "x-ratelimit-reset-requests", "120ms");
    Ok(response)
}

fn speak(request: &Request) -> (&'static str, Vec<u8>) {
    let text = without_triggers(&request.input);
    match request.format {
        Format::Mp3 => ("audio/mpeg", SPEECH_MP3.to_vec()),
        Format::Wav => ("audio/wav", sound::wav(&text, &request.voice, RATE)),
        Format::Pcm => ("audio/pcm", sound::pcm(&text, &request.voice, RATE)),
    }
}

fn events(request: &Request, audio: &[u8], trigger: Option<Trigger>) -> Vec<String> {
    let mut events: Vec<String> = audio
        .chunks(PIECE)
        .map(|piece| {
            let delta = json!({"type": "speech.audio.delta", "audio": STANDARD.encode(piece)});
            format!("data: {delta}\n\n")
        })
        .collect();
    match trigger {
        Some(Trigger::Malformed) => {
            events.push("data: {\"type\":\"speech.audio.do\n\n".to_owned());
            return events;
        }
        Some(Trigger::ErrorIn200 | Trigger::ErrorInChoice) => events.clear(),
        Some(Trigger::StreamError) => events.truncate(1),
        _ => {
            let spoken = story::tokens(&request.input) + story::tokens(&request.instructions);
            let heard = (sound::seconds(&request.input) * TOKENS_PER_SECOND).ceil() as u64;
            let done = json!({
                "type": "speech.audio.done",
                "usage": {
                    "input_tokens": spoken, "output_tokens": heard,
                    "total_tokens": spoken + heard
                }
            });
            events.push(format!("data: {done}\n\n"));
            return events;
        }
    }
    let mut error = answers::server_error();
    error["type"] = json!("error");
    events.push(format!("data: {error}\n\n"));
    events
}
