//! Speech job → `POST /v1/text-to-speech/{voice}`; the two stages of the free key test. Pure.

use super::wire::SpeechRequest;
use crate::{Auth, Call, Failure, Host, Job, Limits, Purpose};
use domain::{ProviderFault, input::GenerationInput};
use std::borrow::Cow;

/// Stage of the key test: the subscription, which shows the credit.
pub const SUBSCRIPTION: u8 = 0;
/// Stage of the key test: the models, for keys that may not see the subscription.
pub const MODELS: u8 = 1;

const AUTH: Auth = Auth::Header("xi-api-key");
/// George, the voice of ElevenLabs' own examples; used when the person chose none.
const DEFAULT_VOICE: &str = "JBFqnCBsd6RMkjVDRZzb";
/// Available on every plan (ElevenLabs docs, output formats).
const FORMAT: &str = "mp3_44100_128";

/// The call that speaks. The stored settings of the voice stay in force: sending some of them
/// would reset the others.
pub fn speech(job: &Job) -> Result<Call, Failure> {
    let GenerationInput::Tts(input) = &job.input else {
        return Err(Failure::ours(
            ProviderFault::BadRequest,
            "ElevenLabs is used for speech only",
        ));
    };
    let voice = input
        .voice
        .clone()
        .unwrap_or_else(|| DEFAULT_VOICE.to_owned());
    let body = SpeechRequest {
        text: text(&job.model, &input.text, input.style.as_deref()),
        model_id: &job.model,
        language_code: input
            .language
            .as_deref()
            .filter(|_| takes_language(&job.model)),
        seed: input.seed,
    };
    let path = vec!["v1".into(), "text-to-speech".into(), voice.into()];
    let call = Call::post(Purpose::Submit, Host::ElevenLabs, AUTH, path, &body)?;
    Ok(call
        .with_query("output_format", FORMAT)
        .with_answer(Limits::AUDIO_FILE))
}

/// The multilingual v2 model finds the language itself and refuses to be told (ElevenLabs docs).
fn takes_language(model: &str) -> bool {
    model != "eleven_multilingual_v2"
}

/// From v3 on, a direction in square brackets says how to speak; older models would read it out.
fn text<'a>(model: &str, text: &'a str, style: Option<&str>) -> Cow<'a, str> {
    let directed = model.starts_with("eleven_v3") || model.starts_with("eleven_v4");
    match style {
        Some(style) if directed && !style.trim().is_empty() => {
            let style = style.trim().trim_matches(['[', ']']);
            Cow::Owned(format!("[{style}] {text}"))
        }
        _ => Cow::Borrowed(text),
    }
}

pub fn subscription() -> Call {
    Call::get(
        Purpose::Check,
        Host::ElevenLabs,
        AUTH,
        &["v1", "user", "subscription"],
    )
}

/// A page of the account's voices.
pub fn voices() -> Call {
    Call::get(Purpose::Check, Host::ElevenLabs, AUTH, &["v2", "voices"])
        .with_query("page_size", "100")
        .with_query("include_total_count", "false")
}

pub fn models() -> Call {
    Call::get(Purpose::Check, Host::ElevenLabs, AUTH, &["v1", "models"])
}
