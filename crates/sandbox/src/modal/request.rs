//! Reading what a JSON endpoint was sent, with FastAPI's complaints. Which of the two payloads it is
//! shows in its fields. It must build no success.

use axum::http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, missing, problem};
use super::picture;
use crate::keys;
use crate::media::clips::Shape;
use crate::reply::Refusal;

/// The largest side of a picture in pixels.
const LARGEST: u64 = 4_096;

/// What an endpoint makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Llm,
    Image,
    ImageEdit,
    Video,
    Tts,
    Music,
}

impl Kind {
    /// The kind with this name in a path.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "llm" => Self::Llm,
            "image" => Self::Image,
            "image-edit" => Self::ImageEdit,
            "video" => Self::Video,
            "tts" => Self::Tts,
            "music" => Self::Music,
            _ => return None,
        })
    }
}

/// Which payload a request follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// film-generator's routes: `aspect_ratio`, `reference_images`, `image_url`.
    Route,
    /// film-generator's provider classes: `width` and `height`, `image`, `output_format`.
    Provider,
    /// Modal's examples: query parameters and forms, answered with the bytes alone.
    Example,
}

impl Style {
    /// The style with this name in a path.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "route" => Some(Self::Route),
            "provider" => Some(Self::Provider),
            _ => None,
        }
    }

    fn of(kind: Kind, body: &Value) -> Self {
        let route: &[&str] = match kind {
            Kind::Llm => &["prompt"],
            Kind::Image => &["aspect_ratio", "resolution", "reference_images"],
            Kind::ImageEdit => &["reference_images"],
            Kind::Video => &["image_url"],
            Kind::Tts => &["voice_id"],
            Kind::Music => &["instrumental", "title"],
        };
        let provider: &[&str] = match kind {
            Kind::Llm => &[],
            Kind::Image => &[
                "width",
                "height",
                "negative_prompt",
                "num_images_per_prompt",
            ],
            Kind::ImageEdit | Kind::Video => &["image"],
            Kind::Tts => &["voice", "output_format", "voice_settings"],
            Kind::Music => &["duration", "temperature", "top_k", "top_p", "cfg_coef"],
        };
        let has = |names: &[&str]| names.iter().any(|name| !body[*name].is_null());
        if has(provider) && !has(route) {
            Self::Provider
        } else {
            Self::Route
        }
    }
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) style: Style,
    pub(super) prompt: String,
    /// All texts, in which triggers are looked for.
    pub(super) everything: String,
    pub(super) seed: Option<i64>,
    pub(super) voice: String,
    /// Whether sound is wanted as MP3.
    pub(super) is_mp3: bool,
    pub(super) size: (u32, u32),
    pub(super) shape: Shape,
    pub(super) limit: Option<u64>,
}

impl Asked {
    /// A request that has only a prompt.
    pub(super) fn simple(kind: Kind, style: Style, prompt: String) -> Self {
        Self {
            kind,
            style,
            everything: prompt.clone(),
            prompt,
            seed: None,
            voice: "default".to_owned(),
            is_mp3: false,
            size: (1024, 1024),
            shape: Shape::Landscape,
            limit: None,
        }
    }

    /// Reads a body of JSON; `style` is what the endpoint insists on.
    pub(super) fn read(
        kind: Kind,
        style: Option<Style>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let body = json_of(headers, body)?;
        let style = style.unwrap_or_else(|| Style::of(kind, &body));
        let mut fields = Fields {
            body: &body,
            problems: Vec::new(),
        };
        let prompt = fields.text(if kind == Kind::Tts { "text" } else { "prompt" });
        let optional = |name: &str| body[name].as_str().unwrap_or_default();
        let ratio = optional("aspect_ratio");
        let mut asked = Self::simple(kind, style, prompt);
        asked.everything = format!("{}\n{}", asked.prompt, optional("system_prompt"));
        asked.seed = fields.integer("seed");
        asked.shape = Shape::of_ratio(ratio);
        asked.limit = fields
            .integer("max_tokens")
            .and_then(|limit| u64::try_from(limit).ok());
        asked.is_mp3 = style == Style::Provider && optional("output_format") != "wav";
        let voice = match style {
            Style::Provider => optional("voice"),
            Style::Route | Style::Example => optional("voice_id"),
        };
        if !voice.is_empty() {
            asked.voice = voice.to_owned();
        }
        asked.size = match style {
            Style::Provider => fields.size(),
            Style::Route | Style::Example => qwen_size(ratio),
        };
        let pictures = match (kind, style) {
            (Kind::Image, Style::Route) => fields.texts("reference_images", false),
            (Kind::ImageEdit, Style::Route) => fields.texts("reference_images", true),
            (Kind::Video, Style::Route) => vec![fields.text("image_url")],
            (Kind::ImageEdit | Kind::Video, _) => vec![fields.text("image")],
            _ => Vec::new(),
        };
        fields.done()?;
        for (index, text) in pictures.iter().enumerate() {
            if !picture::is_usable(text) {
                return Err(answers::raised(
                    StatusCode::BAD_REQUEST,
                    &format!("Could not load reference image {index}"),
                ));
            }
        }
        Ok(asked)
    }
}

/// The JSON of a body, which FastAPI reads as such only when its media type says so.
pub(super) fn json_of(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Err(answers::invalid(&[problem(
            "missing",
            json!(["body"]),
            "Field required",
        )]));
    }
    let not_an_object = problem(
        "model_attributes_type",
        json!(["body"]),
        "Input should be a valid dictionary or object to extract fields from",
    );
    let is_json = keys::header(headers, CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(answers::invalid(&[not_an_object]));
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| {
        answers::invalid(&[problem(
            "json_invalid",
            json!(["body", 0]),
            "JSON decode error",
        )])
    })?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(answers::invalid(&[not_an_object]))
    }
}

/// A body whose complaints are collected.
struct Fields<'a> {
    body: &'a Value,
    problems: Vec<Value>,
}

impl Fields<'_> {
    fn text(&mut self, name: &str) -> String {
        match &self.body[name] {
            Value::String(text) => return text.clone(),
            Value::Null => self.problems.push(missing("body", name)),
            _ => self.problems.push(problem(
                "string_type",
                json!(["body", name]),
                "Input should be a valid string",
            )),
        }
        String::new()
    }

    fn texts(&mut self, name: &str, is_required: bool) -> Vec<String> {
        let list = match &self.body[name] {
            Value::Null if is_required => {
                self.problems.push(missing("body", name));
                return Vec::new();
            }
            Value::Null => return Vec::new(),
            value => value.as_array(),
        };
        let texts: Option<Vec<String>> = list.and_then(|list| {
            list.iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        });
        match texts {
            Some(texts) if !(is_required && texts.is_empty()) => texts,
            _ => {
                self.problems.push(problem(
                    "list_type",
                    json!(["body", name]),
                    "Input should be a valid list of strings",
                ));
                Vec::new()
            }
        }
    }

    fn integer(&mut self, name: &str) -> Option<i64> {
        let value = &self.body[name];
        let number = value.as_i64();
        if number.is_none() && !value.is_null() {
            self.problems.push(problem(
                "int_type",
                json!(["body", name]),
                "Input should be a valid integer",
            ));
        }
        number
    }

    fn size(&mut self) -> (u32, u32) {
        let mut side = |name: &str| match &self.body[name] {
            Value::Null => 1024,
            value => match value.as_u64().filter(|side| (16..=LARGEST).contains(side)) {
                Some(side) => u32::try_from(side).unwrap_or(1024),
                None => {
                    self.problems.push(problem(
                        "value_error",
                        json!(["body", name]),
                        "Input should be between 16 and 4096",
                    ));
                    1024
                }
            },
        };
        (side("width"), side("height"))
    }

    fn done(self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(answers::invalid(&self.problems))
        }
    }
}

/// The sizes of Qwen-Image by aspect ratio; those of `16:9` for another ratio.
fn qwen_size(ratio: &str) -> (u32, u32) {
    match ratio {
        "1:1" => (1328, 1328),
        "9:16" => (928, 1664),
        "4:3" => (1472, 1140),
        "3:4" => (1140, 1472),
        "3:2" => (1584, 1056),
        "2:3" => (1056, 1584),
        _ => (1664, 928),
    }
}
