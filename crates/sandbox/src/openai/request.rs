//! Reading a speech request with OpenAI's checks (API reference, create speech). It must build no
//! success.

use serde_json::Value;

use super::answers;
use super::models::Model;
use crate::reply::Refusal;

/// The longest text and the longest instructions, in characters.
pub(super) const LONGEST: usize = 4_096;

const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse",
    "marin", "cedar",
];
/// The voices that came after the first models.
const LATER_VOICES: [&str; 4] = ["ballad", "verse", "marin", "cedar"];

/// A form of audio that can be made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Mp3,
    Wav,
    /// 24 kHz, 16-bit little-endian, mono, without a header.
    Pcm,
}

/// What was asked.
pub(super) struct Request {
    pub(super) model: &'static Model,
    pub(super) input: String,
    pub(super) instructions: String,
    pub(super) voice: String,
    pub(super) format: Format,
    /// Whether the answer is events instead of raw bytes.
    pub(super) events: bool,
}

impl Request {
    /// Reads a body; refuses what the real service refuses, and the formats that cannot be made here.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(answers::unreadable)?;
        let id = required(&body, "model")?;
        let input = required(&body, "input")?;
        if input.is_empty() {
            return Err(answers::invalid(
                "input",
                "string_below_min_length",
                "Invalid 'input': string too short. Expected a string with minimum length 1.",
            ));
        }
        let instructions = match &body["instructions"] {
            Value::Null => "",
            value => value.as_str().ok_or_else(|| {
                answers::invalid("instructions", "invalid_type", "Expected a string.")
            })?,
        };
        for (name, text) in [("input", input), ("instructions", instructions)] {
            if text.chars().count() > LONGEST {
                return Err(answers::too_long(name, LONGEST));
            }
        }
        let model = Model::find(id).ok_or_else(|| answers::no_such_model(id))?;
        if !model.speaks {
            return Err(answers::invalid(
                "model",
                "unsupported_model",
                &format!("{id} isn't a supported model for /v1/audio/speech."),
            ));
        }
        let events = events(&body, model)?;
        check_speed(&body)?;
        Ok(Self {
            model,
            input: input.to_owned(),
            instructions: instructions.to_owned(),
            voice: voice(&body, model)?,
            format: format(&body)?,
            events,
        })
    }
}

fn required<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    match &body[name] {
        Value::Null => Err(answers::invalid(
            name,
            "missing_required_parameter",
            &format!("Missing required parameter: '{name}'."),
        )),
        Value::String(text) => Ok(text),
        _ => Err(answers::invalid(
            name,
            "invalid_type",
            &format!("Invalid type for '{name}': expected a string."),
        )),
    }
}

fn unknown_value(name: &str, expected: &str) -> Refusal {
    answers::invalid(
        name,
        "invalid_value",
        &format!("Invalid value for '{name}'. Supported values are: {expected}."),
    )
}

/// A voice by name, or one of the caller's own by its id.
fn voice(body: &Value, model: &Model) -> Result<String, Refusal> {
    if let Some(id) = body["voice"]["id"].as_str() {
        return if id.starts_with("voice_") && !model.first {
            Ok(id.to_owned())
        } else {
            Err(unknown_value("voice", "the ids of your own voices"))
        };
    }
    let name = required(body, "voice")?;
    let taken = VOICES.contains(&name) && !(model.first && LATER_VOICES.contains(&name));
    if taken {
        Ok(name.to_owned())
    } else {
        let known: Vec<&str> = VOICES
            .into_iter()
            .filter(|voice| !(model.first && LATER_VOICES.contains(voice)))
            .collect();
        Err(unknown_value("voice", &known.join(", ")))
    }
}

fn format(body: &Value) -> Result<Format, Refusal> {
    match &body["response_format"] {
        Value::Null => Ok(Format::Mp3),
        Value::String(name) => match name.as_str() {
            "mp3" => Ok(Format::Mp3),
            "wav" => Ok(Format::Wav),
            "pcm" => Ok(Format::Pcm),
            "opus" | "aac" | "flac" => Err(answers::invalid(
                "response_format",
                "unsupported_value",
                &format!("The sandbox makes mp3, wav and pcm, and no {name}."),
            )),
            _ => Err(unknown_value(
                "response_format",
                "mp3, opus, aac, flac, wav, pcm",
            )),
        },
        _ => Err(unknown_value(
            "response_format",
            "mp3, opus, aac, flac, wav, pcm",
        )),
    }
}

fn events(body: &Value, model: &Model) -> Result<bool, Refusal> {
    match (&body["stream_format"], body["stream_format"].as_str()) {
        (Value::Null, _) | (_, Some("audio")) => Ok(false),
        (_, Some("sse")) if model.first => Err(answers::invalid(
            "stream_format",
            "unsupported_value",
            &format!("stream_format 'sse' is not supported for {}.", model.id),
        )),
        (_, Some("sse")) => Ok(true),
        _ => Err(unknown_value("stream_format", "audio, sse")),
    }
}

fn check_speed(body: &Value) -> Result<(), Refusal> {
    match &body["speed"] {
        Value::Null => Ok(()),
        speed
            if speed
                .as_f64()
                .is_some_and(|speed| (0.25..=4.0).contains(&speed)) =>
        {
            Ok(())
        }
        _ => Err(answers::invalid(
            "speed",
            "decimal_out_of_range",
            "Invalid 'speed': expected a number between 0.25 and 4.0.",
        )),
    }
}
