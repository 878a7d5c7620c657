//! The self-hosted suno-api (repository gcui-art/suno-api, its API routes): a request gives two songs
//! at once, each polled by its id. There is no key, and an error is the upstream status with a line
//! of text; the sandbox must never ask for the cookie that the real server uses.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::keys;
use crate::media::{self, clips::MUSIC_SECONDS};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::story;
use crate::tasks::{Family, Outcome, Record, Stage, Task};
use crate::trigger::{self, Trigger, without_triggers};

const DEFAULT_MODEL: &str = "chirp-v3-5";
/// How many songs a request gives.
const SONGS: usize = 2;

fn failed(status: StatusCode, message: &str) -> Refusal {
    reply::json(status, &json!({"error": message})).into()
}

/// The error that a trigger in the request asks for; none when songs shall be made.
fn refusal(request: &str) -> Option<Refusal> {
    if trigger::mentions(request, "too-often") {
        return Some(failed(StatusCode::TOO_MANY_REQUESTS, "Too many requests."));
    }
    Some(match Trigger::find(request)? {
        Trigger::SpendLimit => failed(StatusCode::PAYMENT_REQUIRED, "Insufficient credits."),
        Trigger::Forbidden => failed(StatusCode::FORBIDDEN, "Forbidden"),
        Trigger::ModelGone => failed(StatusCode::BAD_REQUEST, "Model is not available."),
        Trigger::TooLarge => failed(StatusCode::BAD_REQUEST, "Prompt is too long."),
        Trigger::Overloaded => failed(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Trigger::Timeout => failed(StatusCode::GATEWAY_TIMEOUT, "timeout of 10000ms exceeded"),
        Trigger::Fail => failed(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal server error: the CAPTCHA could not be solved",
        ),
        Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError => {
            failed(StatusCode::OK, "Internal server error")
        }
        Trigger::Malformed => {
            reply::broken_json(&json!([{"id": "song", "status": "submitted"}])).into()
        }
        Trigger::Blocked | Trigger::OutputBlocked | Trigger::Empty | Trigger::Truncated => {
            return None;
        }
    })
}

/// `POST /api/generate`: songs from a description.
pub(super) async fn generate(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    create(&shared, &headers, &body, false)
}

/// `POST /api/custom_generate`: songs from lyrics, a style and a title.
pub(super) async fn custom_generate(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    create(&shared, &headers, &body, true)
}

fn create(
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
    custom: bool,
) -> Result<Response, Refusal> {
    let mut request: Value = serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            failed(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal server error: SyntaxError: Unexpected token in JSON",
            )
        })?;
    let request_text = request.to_string();
    if let Some(refusal) = refusal(&request_text) {
        return Err(refusal);
    }
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let prompt = text("prompt");
    let is_instrumental = request["make_instrumental"] == true;
    if prompt.is_empty() && !(custom && is_instrumental) {
        return Err(failed(StatusCode::BAD_REQUEST, "Prompt is required"));
    }
    let model = match text("model") {
        model if model.is_empty() => DEFAULT_MODEL.to_owned(),
        model => model,
    };
    let waits = request["wait_audio"] == true;
    request["custom"] = json!(custom);
    let origin = shared.origin(headers);
    let songs: Vec<Value> = (0..SONGS)
        .map(|_| {
            let id = shared.ids.uuid();
            let task = Task {
                family: Family::SelfHostedSuno,
                owner: nobody(),
                model: model.clone(),
                param: request_text.clone(),
                prompt: prompt.clone(),
                outcome: Outcome::of(Trigger::find(&request_text)),
                outputs: vec![
                    media::clip_path(&id, "music.mp3"),
                    media::picture_path(&id, (360, 360)),
                ],
                object: Some(request.clone()),
                credits: None,
            };
            let record = shared.tasks.add(id.clone(), task);
            let status = if waits {
                shared.tasks.finish(&id);
                Status::Ended
            } else {
                Status::Submitted
            };
            shown(&id, &record, status, &origin)
        })
        .collect();
    Ok(reply::json(StatusCode::OK, &json!(songs)))
}

/// Whose songs they are: the server has one account and no keys.
fn nobody() -> keys::KeyDigest {
    keys::digest("")
}

/// How far a song is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Submitted,
    Queued,
    Streaming,
    Ended,
}

impl Status {
    fn of(record: &Record) -> Self {
        match record.stage {
            Stage::Waiting => Self::Queued,
            Stage::Generating => Self::Streaming,
            Stage::Done(_) => Self::Ended,
        }
    }
}

fn shown(id: &str, record: &Record, status: Status, origin: &str) -> Value {
    let task = &record.task;
    let request = task.object.clone().unwrap_or_default();
    let urls = task.urls(origin);
    let fails = task.outcome == Outcome::Blocked;
    let has_audio = matches!(status, Status::Streaming | Status::Ended)
        && !fails
        && task.outcome != Outcome::Empty;
    let name = match status {
        Status::Submitted => "submitted",
        Status::Queued => "queued",
        Status::Streaming => "streaming",
        Status::Ended if fails => "error",
        Status::Ended => "complete",
    };
    let error =
        (status == Status::Ended && fails).then_some("Moderation failure: the prompt was flagged.");
    let prompt = without_triggers(&task.prompt);
    let is_custom = request["custom"] == true;
    let title = match request["title"].as_str() {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => story::scene(&task.prompt, 1).title,
    };
    let lyric = match (request["make_instrumental"] == true, is_custom) {
        (true, _) => String::new(),
        (false, true) => prompt.clone(),
        (false, false) => format!("[Verse]\n{}", story::quote(&task.prompt)),
    };
    let created =
        time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(record.created_ms) * 1_000_000)
            .ok()
            .and_then(|time| {
                time.format(&time::format_description::well_known::Rfc3339)
                    .ok()
            });
    json!({
        "id": id, "title": title, "image_url": urls.last(), "lyric": lyric,
        "audio_url": if has_audio { urls.first().map_or("", String::as_str) } else { "" },
        "video_url": "", "created_at": created, "model_name": task.model,
        "status": name, "gpt_description_prompt": (!is_custom).then_some(&prompt),
        "prompt": lyric, "type": "gen", "tags": request["tags"],
        "negative_tags": request["negative_tags"],
        "duration": (status == Status::Ended && has_audio).then_some(MUSIC_SECONDS),
        "error_message": error
    })
}

fn poll(shared: &Shared, headers: &HeaderMap, id: &str) -> Option<Value> {
    let record = shared.tasks.poll(Family::SelfHostedSuno, nobody(), id)?;
    Some(shown(
        id,
        &record,
        Status::of(&record),
        &shared.origin(headers),
    ))
}

/// `GET /api/get?ids=a,b`: the songs with these ids; unknown ids are left out, as are songs that were
/// not asked for.
pub(super) async fn several(
    State(shared): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let songs: Vec<Value> = query
        .get("ids")
        .into_iter()
        .flat_map(|ids| ids.split(','))
        .filter_map(|id| poll(&shared, &headers, id.trim()))
        .collect();
    reply::json(StatusCode::OK, &json!(songs))
}

/// `GET /api/clip?id=…`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = query
        .get("id")
        .ok_or_else(|| failed(StatusCode::BAD_REQUEST, "Missing parameter id"))?;
    let song = poll(&shared, &headers, id)
        .ok_or_else(|| failed(StatusCode::NOT_FOUND, "Clip not found."))?;
    Ok(reply::json(StatusCode::OK, &song))
}

/// `GET /api/get_limit`: what the account may still do this month.
pub(super) async fn limit() -> Response {
    reply::json(
        StatusCode::OK,
        &json!({"credits_left": 50, "period": "month", "monthly_limit": 50, "monthly_usage": 0}),
    )
}
