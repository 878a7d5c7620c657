//! The result of an endpoint in the form that was asked for: bytes alone, or JSON with a data URL,
//! base64 or an address. All media are real and the same request always gives the same bytes.

use std::borrow::Cow;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use super::answers;
use super::request::{Asked, Kind, Style};
use crate::media::{self, clips, picture, sound};
use crate::reply::{self, Refusal};
use crate::trigger::{self, Trigger};
use crate::{ids, story};

/// Samples a second of the sounds.
const RATE: u32 = 24_000;

/// How a result looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Raw,
    DataUrl,
    Base64,
    Url,
}

const FORMS: [(&str, Form); 4] = [
    ("raw", Form::Raw),
    ("data-url", Form::DataUrl),
    ("base64", Form::Base64),
    ("url", Form::Url),
];

impl Form {
    /// The form with this name in a path.
    pub(super) fn named(name: &str) -> Option<Self> {
        FORMS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, form)| *form)
    }

    /// The form that a trigger in `text` asks for.
    fn in_text(text: &str) -> Option<Self> {
        FORMS
            .iter()
            .find(|(name, _)| trigger::mentions(text, name))
            .map(|(_, form)| *form)
    }
}

/// The answer to what was asked, with what its trigger makes of it.
pub(super) fn answer(asked: &Asked, form: Option<Form>, origin: &str) -> Result<Response, Refusal> {
    let trigger = Trigger::find(&asked.everything);
    if let Some(refusal) = trigger.and_then(answers::refusal) {
        return Err(refusal);
    }
    if let Some(Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError) = trigger {
        let body = json!({"status": "error", "error": "CUDA out of memory"});
        return Ok(reply::json(StatusCode::OK, &body));
    }
    let form = form.or_else(|| Form::in_text(&asked.everything));
    if asked.kind == Kind::Llm {
        return Ok(text(asked, form, trigger));
    }
    let form = match asked.style {
        Style::Example => Form::Raw,
        Style::Route if matches!(asked.kind, Kind::Image | Kind::ImageEdit) => {
            form.unwrap_or(Form::DataUrl)
        }
        Style::Route | Style::Provider => form.unwrap_or(Form::Base64),
    };
    let media = Media::of(asked);
    if form == Form::Raw {
        return Ok(match trigger {
            Some(Trigger::Malformed) => {
                reply::typed(StatusCode::OK, media.media_type, "<html></html>")
            }
            Some(Trigger::Empty) => reply::typed(StatusCode::OK, media.media_type, ""),
            _ => reply::typed(StatusCode::OK, media.media_type, media.bytes.into_owned()),
        });
    }
    let value = match form {
        _ if trigger == Some(Trigger::Empty) => String::new(),
        Form::Url => format!("{origin}{}", media.path),
        Form::DataUrl => format!(
            "data:{};base64,{}",
            media.declared,
            STANDARD.encode(&media.bytes)
        ),
        Form::Base64 | Form::Raw => STANDARD.encode(&media.bytes),
    };
    let body = object(asked, form, value);
    Ok(match trigger {
        Some(Trigger::Malformed) => reply::broken_json(&body),
        _ => reply::json(StatusCode::OK, &body),
    })
}

/// A text under a name, or raw: a bare JSON string, as FastAPI makes of a function that returns one.
fn text(asked: &Asked, form: Option<Form>, trigger: Option<Trigger>) -> Response {
    let whole = story::text(&asked.prompt);
    let text = match trigger {
        Some(Trigger::Empty) => String::new(),
        Some(Trigger::Truncated) => story::truncate(&whole, story::tokens(&whole) / 2),
        _ => story::truncate(&whole, asked.limit.unwrap_or(u64::MAX)),
    };
    let body = match form {
        Some(Form::Raw) => json!(text),
        _ => json!({"response": text}),
    };
    match trigger {
        Some(Trigger::Malformed) => reply::broken_json(&body),
        _ => reply::json(StatusCode::OK, &body),
    }
}

/// `value` under the name that the payload's clients read.
fn object(asked: &Asked, form: Form, value: String) -> Value {
    let is_url = form == Form::Url;
    let is_provider = asked.style == Style::Provider;
    let sound_format = if asked.is_mp3 { "mp3" } else { "wav" };
    match (asked.kind, is_provider, is_url) {
        (Kind::Image | Kind::ImageEdit, true, true) => json!({"image_url": value}),
        (Kind::Image | Kind::ImageEdit, true, false) if value.is_empty() => json!({"images": []}),
        (Kind::Image | Kind::ImageEdit, true, false) => json!({"images": [value]}),
        (Kind::Image | Kind::ImageEdit, false, is_url) => {
            let (width, height) = asked.size;
            let name = if is_url { "imageUrl" } else { "image" };
            json!({name: value, "width": width, "height": height})
        }
        (Kind::Video, true, true) => json!({"video_url": value}),
        (Kind::Video, true, false) => json!({"video_base64": value}),
        (Kind::Video, false, true) => json!({"videoUrl": value}),
        (Kind::Video, false, false) => json!({"video": value}),
        (_, true, true) => json!({"audio_url": value, "format": "mp3"}),
        (_, true, false) => json!({"audio_base64": value, "format": sound_format}),
        (_, false, true) => json!({"audioUrl": value}),
        (_, false, false) => json!({"audio": value}),
    }
}

/// A file and where it can be loaded.
struct Media {
    bytes: Cow<'static, [u8]>,
    media_type: &'static str,
    /// The type that a data URL names. For speech of the first payload it is a wrong one, as the
    /// real app says MPEG and sends WAV.
    declared: &'static str,
    path: String,
}

impl Media {
    fn of(asked: &Asked) -> Self {
        let seeded = match asked.seed {
            Some(seed) => format!("{} {seed}", asked.prompt),
            None => asked.prompt.clone(),
        };
        let id = format!("{:016x}", ids::seed(&seeded));
        match asked.kind {
            Kind::Image | Kind::ImageEdit | Kind::Llm => {
                let (width, height) = asked.size;
                Self {
                    bytes: picture::png(&id, width, height).into(),
                    media_type: "image/png",
                    declared: "image/png",
                    path: media::picture_path(&id, asked.size),
                }
            }
            Kind::Video => {
                let name = asked.shape.file_name();
                let (bytes, media_type) =
                    clips::by_name(name).expect("every shape names a prepared clip");
                Self {
                    bytes: bytes.into(),
                    media_type,
                    declared: media_type,
                    path: media::clip_path(&id, name),
                }
            }
            Kind::Tts => Self::sound(asked, &id, "speech.mp3", clips::SPEECH_MP3, "audio/mpeg"),
            Kind::Music => Self::sound(asked, &id, "music.mp3", clips::MUSIC_MP3, "audio/wav"),
        }
    }

    fn sound(
        asked: &Asked,
        id: &str,
        name: &str,
        mp3: &'static [u8],
        declared: &'static str,
    ) -> Self {
        let (bytes, media_type) = if asked.is_mp3 {
            (mp3.into(), "audio/mpeg")
        } else {
            let wav = sound::wav(&asked.prompt, &asked.voice, RATE);
            (wav.into(), "audio/wav")
        };
        Self {
            bytes,
            media_type,
            declared: if asked.is_mp3 { media_type } else { declared },
            path: media::clip_path(id, name),
        }
    }
}
