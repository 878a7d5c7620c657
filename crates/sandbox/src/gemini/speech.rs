//! Gemini's speech models (Gemini API reference, speech generation): newer ones recite the text and
//! answer unary calls with a WAV file, older ones and streams send bare PCM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answers;
use super::generate::{Delivery, chunk, prompt_tokens, usage};
use super::models::Model;
use super::request::{Request, field};
use crate::media::sound;
use crate::reply::Refusal;
use crate::trigger::without_triggers;

const RATE: u32 = 24_000;
/// Audio tokens in a second of speech.
const TOKENS_PER_SECOND: f64 = 25.0;
/// Bytes of PCM in one streamed chunk: one second.
const STREAMED: usize = RATE as usize * 2;
/// Input tokens that a speech model takes.
const LONGEST: u64 = 8_192;

const VOICES: [&str; 30] = [
    "Zephyr",
    "Puck",
    "Charon",
    "Kore",
    "Fenrir",
    "Leda",
    "Orus",
    "Aoede",
    "Callirrhoe",
    "Autonoe",
    "Enceladus",
    "Iapetus",
    "Umbriel",
    "Algieba",
    "Despina",
    "Erinome",
    "Algenib",
    "Rasalgethi",
    "Laomedeia",
    "Achernar",
    "Alnilam",
    "Schedar",
    "Gacrux",
    "Pulcherrima",
    "Achird",
    "Zubenelgenubi",
    "Vindemiatrix",
    "Sadachbia",
    "Sadaltager",
    "Sulafat",
];

/// The answer of a speech model: one chunk, or one for each second of a stream.
pub(super) fn speak(
    model: &Model,
    request: &Request,
    verbatim: bool,
    id: &str,
    delivery: Delivery,
) -> Result<Vec<Value>, Refusal> {
    check(model, request, verbatim)?;
    let voice = read_voice(request)?;
    let text = without_triggers(&request.prompt);
    let prompt = prompt_tokens(request);
    let tokens = (sound::seconds(&text) * TOKENS_PER_SECOND).round() as u64;
    let audio = |mime: &str, bytes: &[u8]| json!([{"inlineData": {"mimeType": mime, "data": STANDARD.encode(bytes)}}]);
    let bare = format!("audio/L16;codec=pcm;rate={RATE}");
    let parts = match delivery {
        Delivery::Unary if verbatim => {
            vec![audio("audio/wav", &sound::wav(&text, voice, RATE))]
        }
        Delivery::Unary => vec![audio(&bare, &sound::pcm(&text, voice, RATE))],
        Delivery::Events | Delivery::Array => sound::pcm(&text, voice, RATE)
            .chunks(STREAMED)
            .map(|second| audio(&bare, second))
            .collect(),
    };
    let last = parts.len().saturating_sub(1);
    let chunks = parts.into_iter().enumerate().map(|(index, parts)| {
        let finish = (index == last).then_some("STOP");
        let mut chunk = chunk(model, id, parts, finish);
        chunk["usageMetadata"] = usage(prompt, tokens, "AUDIO", 0);
        chunk
    });
    Ok(chunks.collect())
}

fn check(model: &Model, request: &Request, verbatim: bool) -> Result<(), Refusal> {
    if request.modalities() != ["AUDIO"] {
        return Err(answers::invalid(&format!(
            "The requested combination of response modalities (TEXT) is not supported by the \
             model. models/{} accepts the following combination of response modalities:\n* AUDIO\n",
            model.id
        )));
    }
    if verbatim
        && let Some(name) = ["temperature", "topP", "topK"]
            .into_iter()
            .find(|name| !request.setting(name).is_null())
    {
        return Err(answers::invalid(&format!(
            "{name} is not supported by models/{}.",
            model.id
        )));
    }
    if !verbatim
        && request
            .parts
            .iter()
            .any(|part| !field(part, "speechMetadata").is_null())
    {
        return Err(answers::invalid(&format!(
            "speech_metadata is not supported by models/{}.",
            model.id
        )));
    }
    if request.prompt.trim().is_empty() {
        return Err(answers::invalid(
            "Model tried to generate speech without text.",
        ));
    }
    let tokens = prompt_tokens(request);
    if tokens > LONGEST {
        return Err(answers::invalid(&format!(
            "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({LONGEST})."
        )));
    }
    Ok(())
}

fn read_voice(request: &Request) -> Result<&'static str, Refusal> {
    let speech = request.setting("speechConfig");
    let several = field(
        field(speech, "multiSpeakerVoiceConfig"),
        "speakerVoiceConfigs",
    );
    let config = match several.as_array() {
        None => field(speech, "voiceConfig"),
        Some(speakers) if speakers.len() == 2 => field(&speakers[0], "voiceConfig"),
        Some(_) => {
            return Err(answers::invalid(
                "The number of speaker voice configs must be exactly 2.",
            ));
        }
    };
    let named = match &config["voice"] {
        Value::Null => field(field(config, "prebuiltVoiceConfig"), "voiceName"),
        voice => voice,
    };
    let Some(name) = named.as_str() else {
        return Ok(VOICES[3]);
    };
    VOICES
        .into_iter()
        .find(|voice| voice.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            answers::invalid(&format!(
                "Voice name {name} is not supported. Allowed voice names are: {}",
                VOICES.join(", ").to_lowercase()
            ))
        })
}
