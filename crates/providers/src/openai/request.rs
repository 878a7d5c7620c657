//! Speech job → `POST /v1/audio/speech`; the free `GET /v1/models`. Pure.

use super::wire::{SpeechRequest, Voice};
use crate::{Auth, Call, Failure, Host, Job, Limits, Purpose};
use domain::{ProviderFault, input::GenerationInput};

/// Known to every model (OpenAI docs, voice options); used when the person chose none.
const DEFAULT_VOICE: &str = "alloy";

/// The call that speaks.
pub fn speech(job: &Job) -> Result<Call, Failure> {
    let GenerationInput::Tts(input) = &job.input else {
        return Err(Failure::ours(
            ProviderFault::BadRequest,
            "OpenAI is used for speech only",
        ));
    };
    let directed = is_directed(&job.model);
    let voice = input.voice.as_deref().unwrap_or(DEFAULT_VOICE);
    let style = input.style.as_deref().map(str::trim);
    let body = SpeechRequest {
        model: &job.model,
        input: &input.text,
        voice: if voice.starts_with("voice_") {
            Voice::Own { id: voice }
        } else {
            Voice::BuiltIn(voice)
        },
        instructions: style.filter(|style| directed && !style.is_empty()),
        response_format: "mp3",
        stream_format: directed.then_some("sse"),
    };
    let path = vec!["v1".into(), "audio".into(), "speech".into()];
    let call = Call::post(Purpose::Submit, Host::OpenAi, Auth::Bearer, path, &body)?;
    Ok(call.with_answer(if directed {
        Limits::AUDIO_STREAM
    } else {
        Limits::AUDIO_FILE
    }))
}

/// The `tts-1` models take neither instructions nor a stream of events (API reference).
fn is_directed(model: &str) -> bool {
    !model.starts_with("tts-1")
}

/// The list of models, which is also the free test of a key.
pub fn models() -> Call {
    Call::get(
        Purpose::Check,
        Host::OpenAi,
        Auth::Bearer,
        &["v1", "models"],
    )
    .with_answer(Limits::LIST)
}
