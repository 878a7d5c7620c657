//! OpenAI's speech → a sound file with its tokens, or a classified failure. Pure. A stream counts
//! only with its end mark, `speech.audio.done`; plain sound tells no tokens.

use super::{
    error,
    wire::{SpeechEvent, Usage},
};
use crate::{Failure, Media, Produced, Reply, Step, sse};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{ProviderFault, pricing};

/// Reads spoken text, whole or streamed.
pub fn speech(reply: &Reply) -> Result<Step, Failure> {
    let (bytes, media_type, usage) = if sse::is_stream(reply) {
        let (bytes, usage) = streamed(reply)?;
        (bytes, Some("audio/mpeg".to_owned()), usage)
    } else {
        let media_type = reply.header("content-type").map(str::to_owned);
        let is_text = media_type
            .as_deref()
            .is_some_and(|kind| kind.starts_with("text/") || kind.contains("json"));
        if !reply.is_success() || is_text {
            return Err(error::refusal(reply));
        }
        (reply.body.clone(), media_type, Usage::default())
    };
    if bytes.is_empty() {
        let what = "an empty sound file";
        return Err(Failure::told(ProviderFault::Upstream, reply, what));
    }
    Ok(Step::Done(Box::new(Produced {
        text: None,
        media: vec![Media::Bytes { bytes, media_type }],
        usage: pricing::Usage {
            input_tokens: usage.input_tokens,
            audio_tokens: usage.output_tokens,
            ..pricing::Usage::default()
        },
        request_id: reply.header("x-request-id").map(str::to_owned),
    })))
}

fn streamed(reply: &Reply) -> Result<(Bytes, Usage), Failure> {
    let mut sound = Vec::new();
    for event in sse::events(&reply.body) {
        let Ok(told) = serde_json::from_str::<SpeechEvent>(&event.data) else {
            return Err(sse::cut_off(reply));
        };
        if let Some(error) = &told.error {
            return Err(error::failure(reply, error));
        }
        if let Some(piece) = &told.audio {
            STANDARD.decode_vec(piece, &mut sound).map_err(|_| {
                Failure::told(ProviderFault::Upstream, reply, "the sound is not base64")
            })?;
        }
        if told.kind.as_deref() == Some("speech.audio.done") {
            return Ok((Bytes::from(sound), told.usage.unwrap_or_default()));
        }
    }
    Err(sse::cut_off(reply))
}
