//! The Gemini models that the sandbox serves, and the list of them (Gemini API reference, models).
//! Models that Google has shut down are left out, so that they get the answer for unknown ones.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;

/// What a model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Pictures; the second says whether `imageSize` is understood.
    Picture {
        sized: bool,
    },
    /// Speech; the first recites the text as it is and answers unary calls with WAV.
    Speech {
        verbatim: bool,
    },
}

/// A model that the sandbox serves.
pub(super) struct Model {
    pub(super) id: &'static str,
    name: &'static str,
    pub(super) kind: Kind,
    /// Whether answers count thought tokens.
    pub(super) thinks: bool,
    input: u64,
    output: u64,
}

const fn text(id: &'static str, name: &'static str) -> Model {
    Model {
        id,
        name,
        kind: Kind::Text,
        thinks: true,
        input: 1_048_576,
        output: 65_536,
    }
}

const fn picture(id: &'static str, name: &'static str, sized: bool) -> Model {
    Model {
        id,
        name,
        kind: Kind::Picture { sized },
        thinks: sized,
        input: 65_536,
        output: 32_768,
    }
}

const fn speech(id: &'static str, name: &'static str, verbatim: bool) -> Model {
    Model {
        id,
        name,
        kind: Kind::Speech { verbatim },
        thinks: false,
        input: 8_192,
        output: 16_384,
    }
}

const MODELS: [Model; 23] = [
    text("gemini-3.8-flash", "Gemini 3.8 Flash"),
    text("gemini-3.7-flash", "Gemini 3.7 Flash"),
    text("gemini-3.6-flash", "Gemini 3.6 Flash"),
    text("gemini-flash-latest", "Gemini Flash Latest"),
    text("gemini-3.5-flash", "Gemini 3.5 Flash"),
    text("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite"),
    text("gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite"),
    text("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview"),
    text("gemini-4-argon", "Gemini 4 Argon"),
    text("gemini-3-flash-preview", "Gemini 3 Flash Preview"),
    text("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite"),
    text("gemini-2.5-pro", "Gemini 2.5 Pro"),
    text("gemini-2.5-flash", "Gemini 2.5 Flash"),
    picture("gemini-2.5-flash-image", "Nano Banana", false),
    picture("gemini-3-pro-image", "Nano Banana Pro", true),
    picture("gemini-3.1-flash-image", "Nano Banana 2", true),
    picture("gemini-3.1-flash-lite-image", "Nano Banana 2 Lite", true),
    speech("gemini-3.8-flash-tts", "Gemini 3.8 Flash TTS", true),
    speech(
        "gemini-3.8-flash-lite-tts",
        "Gemini 3.8 Flash-Lite TTS",
        true,
    ),
    speech(
        "gemini-3.1-flash-tts-preview",
        "Gemini 3.1 Flash TTS Preview",
        false,
    ),
    speech(
        "gemini-2.5-flash-preview-tts",
        "Gemini 2.5 Flash Preview TTS",
        false,
    ),
    speech(
        "gemini-2.5-pro-preview-tts",
        "Gemini 2.5 Pro Preview TTS",
        false,
    ),
    text("gemini-pro-latest", "Gemini Pro Latest"),
];

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1_000;

impl Model {
    /// The model with this id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    fn row(&self) -> Value {
        json!({
            "name": format!("models/{}", self.id), "version": "001", "displayName": self.name,
            "description": "Simulated by the sandbox.",
            "inputTokenLimit": self.input, "outputTokenLimit": self.output,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
            "temperature": 1, "maxTemperature": 2, "topP": 0.95, "topK": 64,
            "thinking": self.thinks
        })
    }
}

/// The key as Google takes it: from a header or, for Google alone, from the query.
pub(super) fn presented<'a>(headers: &'a HeaderMap, query: &'a KeyInQuery) -> Option<&'a str> {
    keys::header(headers, "x-goog-api-key").or(query.key.as_deref())
}

/// `?key=…`.
#[derive(Deserialize)]
pub(super) struct KeyInQuery {
    key: Option<String>,
}

/// The query of the list.
#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(rename = "pageSize")]
    size: Option<usize>,
    #[serde(rename = "pageToken")]
    token: Option<String>,
}

/// `GET /v1beta/models`.
pub(super) async fn list(
    State(shared): State<Shared>,
    Query(key): Query<KeyInQuery>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, presented(&headers, &key), &Answers).await?;
    let size = page
        .size
        .filter(|size| *size > 0)
        .unwrap_or(DEFAULT_PAGE)
        .min(LARGEST_PAGE);
    let start = match page.token.as_deref() {
        None | Some("") => 0,
        Some(token) => token
            .parse::<usize>()
            .ok()
            .filter(|start| *start < MODELS.len())
            .ok_or_else(|| answers::invalid("Page token is invalid."))?,
    };
    let rows: Vec<Value> = MODELS
        .iter()
        .skip(start)
        .take(size)
        .map(Model::row)
        .collect();
    let next = start + rows.len();
    let mut body = json!({"models": rows});
    if next < MODELS.len() {
        body["nextPageToken"] = json!(next.to_string());
    }
    Ok(reply::json(StatusCode::OK, &body))
}

/// `GET /v1beta/models/{model}`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Query(key): Query<KeyInQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, presented(&headers, &key), &Answers).await?;
    let model = Model::find(&id).ok_or_else(|| answers::no_such_model(&id, "getModel"))?;
    Ok(reply::json(StatusCode::OK, &model.row()))
}
