//! OpenAI's model list (API reference, list models, retrieve a model): ids and, where announced, the
//! day of the end. No prices.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, Answers};
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;

/// When the speech models end (OpenAI documentation, deprecations).
const SPEECH_ENDS: &str = "2027-01-06";

/// A model.
pub(super) struct Model {
    pub(super) id: &'static str,
    /// Seconds since 1970.
    created: u64,
    /// Whether the speech endpoint takes it.
    pub(super) speaks: bool,
    /// Whether it is one of the first speech models, with fewer voices and no events.
    pub(super) first: bool,
}

const fn speech(id: &'static str, created: u64, first: bool) -> Model {
    Model {
        id,
        created,
        speaks: true,
        first,
    }
}

const fn other(id: &'static str, created: u64) -> Model {
    Model {
        id,
        created,
        speaks: false,
        first: false,
    }
}

const MODELS: [Model; 7] = [
    speech("tts-1", 1_681_940_951, true),
    speech("tts-1-hd", 1_699_046_015, true),
    speech("gpt-4o-mini-tts", 1_742_403_959, false),
    speech("gpt-4o-mini-tts-2025-03-20", 1_742_403_959, false),
    speech("gpt-4o-mini-tts-2025-12-15", 1_765_756_800, false),
    other("gpt-audio-1.5", 1_771_459_200),
    other("gpt-realtime-2.1-mini", 1_790_812_800),
];

impl Model {
    /// The model with this id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    fn row(&self) -> Value {
        json!({
            "id": self.id, "object": "model", "created": self.created,
            "owned_by": if self.first { "openai-internal" } else { "system" },
            "shutdown_date": self.speaks.then_some(SPEECH_ENDS)
        })
    }
}

/// `GET /v1/models`.
pub(super) async fn list(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let rows: Vec<Value> = MODELS.iter().map(Model::row).collect();
    Ok(reply::json(
        StatusCode::OK,
        &json!({"object": "list", "data": rows}),
    ))
}

/// `GET /v1/models/{id}`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let model = Model::find(&id).ok_or_else(|| answers::no_such_model(&id))?;
    Ok(reply::json(StatusCode::OK, &model.row()))
}
