//! Suno on KIE: music as two tracks, polled by its own record call (API reference, generate music,
//! get music details).

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::market::{Lookup, urls};
use super::tasks::{Family, Outcome, Record, Stage, Task};
use super::{admit, link};
use crate::ids::Sequence;
use crate::media::{self, clips::MUSIC_SECONDS};
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::story;
use crate::trigger::{Trigger, without_triggers};

const MODELS: [&str; 9] = [
    "V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5", "V6", "V6_MINI", "V6_WILD",
];
const CREDITS: f64 = 12.0;

/// `POST /api/v1/generate`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request: Value = serde_json::from_slice(&body)
        .map_err(|_| answers::failed(400, "The request body is not valid JSON"))?;
    check(&request)?;
    match request["callBackUrl"]
        .as_str()
        .filter(|url| !url.is_empty())
    {
        None => return Err(answers::invalid("Please enter callBackUrl.")),
        Some(url) => link::check(&shared, &headers, url)?,
    }
    let trigger = Trigger::find(&request.to_string());
    if let Some(refusal) = trigger.and_then(answers::at_creation) {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let task_id = shared.ids.hex();
    let track = |index: usize| media::clip_path(&format!("{task_id}-{index}"), "music.mp3");
    let cover = media::picture_path(&task_id, (360, 360));
    let task = Task {
        family: Family::Suno,
        owner: key.owner,
        model: text(&request, "model").to_owned(),
        param: request.to_string(),
        prompt: text(&request, "prompt").to_owned(),
        outcome: Outcome::of(trigger),
        outputs: vec![track(0), track(1), cover],
        object: Some(json!({"title": request["title"], "style": request["style"]})),
        credits: Some(CREDITS),
    };
    shared.tasks.add(task_id.clone(), task);
    Ok(answers::success(json!({"taskId": task_id})))
}

fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name].as_str().unwrap_or_default()
}

fn check(request: &Value) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(answers::invalid(message));
    let (Some(custom), Some(instrumental)) = (
        request["customMode"].as_bool(),
        request["instrumental"].as_bool(),
    ) else {
        return invalid("customMode and instrumental are required");
    };
    let model = text(request, "model");
    if model.is_empty() {
        return invalid("model cannot be null");
    }
    if !MODELS.contains(&model) {
        return invalid("model is not within the range of allowed options");
    }
    let length = |name: &str| text(request, name).chars().count();
    let old = model == "V4";
    if length("prompt") == 0 && !(custom && instrumental) {
        return invalid("Please enter prompt.");
    }
    if !custom {
        return match length("prompt") {
            0..=500 => Ok(()),
            _ => invalid("The prompt must not exceed 500 characters."),
        };
    }
    if length("style") == 0 {
        return invalid("Please enter style.");
    }
    if length("title") == 0 {
        return invalid("Please enter title.");
    }
    if length("prompt") > if old { 3_000 } else { 5_000 } {
        return invalid("The prompt is too long.");
    }
    if length("style") > if old { 200 } else { 1_000 } {
        return invalid("The style is too long.");
    }
    if length("title") > 80 {
        return invalid("The title must not exceed 80 characters.");
    }
    Ok(())
}

/// `GET /api/v1/generate/record-info?taskId=…`. An unknown task is a success without data.
pub(super) async fn record(
    State(shared): State<Shared>,
    Query(lookup): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let id = lookup.id()?;
    let data = match shared.tasks.poll(Family::Suno, key.owner, id) {
        Some(record) => shown(id, &record, &shared.origin(&headers)),
        None => Value::Null,
    };
    Ok(answers::success(data))
}

fn shown(id: &str, record: &Record, origin: &str) -> Value {
    let task = &record.task;
    let (status, error, tracks) = match (record.stage, task.outcome) {
        (Stage::Waiting, _) => ("PENDING", None, 0),
        (Stage::Generating, _) if record.polls == 2 => ("TEXT_SUCCESS", None, 0),
        (Stage::Generating, Outcome::Success) => ("FIRST_SUCCESS", None, 1),
        (Stage::Generating, _) => ("TEXT_SUCCESS", None, 0),
        (Stage::Done(_), Outcome::Success | Outcome::Malformed) => ("SUCCESS", None, 2),
        (Stage::Done(_), Outcome::Empty) => ("SUCCESS", None, 0),
        (Stage::Done(_), Outcome::Fail) => (
            "GENERATE_AUDIO_FAILED",
            Some((500, "Internal Error, Please try again later.")),
            0,
        ),
        (Stage::Done(_), Outcome::Blocked) => (
            "SENSITIVE_WORD_ERROR",
            Some((400, "The prompt contains sensitive words.")),
            0,
        ),
    };
    let response = match (record.stage, task.outcome) {
        (Stage::Done(_), Outcome::Malformed) => json!("not an object"),
        (Stage::Done(_), Outcome::Fail | Outcome::Blocked) | (Stage::Waiting, _) => Value::Null,
        _ => json!({"taskId": id, "sunoData": tracks_of(id, task, origin, tracks)}),
    };
    json!({
        "taskId": id, "parentMusicId": "", "param": task.param, "response": response,
        "status": status, "type": "GENERATE", "operationType": "generate",
        "errorCode": error.map(|(code, _)| code), "errorMessage": error.map(|(_, message)| message),
        "createTime": record.created_ms
    })
}

fn tracks_of(id: &str, task: &Task, origin: &str, count: usize) -> Vec<Value> {
    let urls = urls(task, origin);
    let settings = task.object.clone().unwrap_or_default();
    let title = match settings["title"].as_str() {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => story::scene(&task.prompt, 1).title,
    };
    let mut chance = Sequence::new(crate::ids::seed(id));
    urls.iter()
        .take(count)
        .map(|url| {
            let track = format!("{:016x}{:016x}", chance.number(), chance.number());
            json!({
                "id": track, "audioUrl": url, "sourceAudioUrl": url, "streamAudioUrl": url,
                "sourceStreamAudioUrl": url, "imageUrl": urls.last(),
                "sourceImageUrl": urls.last(), "prompt": without_triggers(&task.prompt),
                "modelName": format!("chirp-{}", task.model.to_lowercase()), "title": title,
                "tags": settings["style"].as_str().unwrap_or("cinematic"),
                "createTime": "2026-01-01 00:00:00", "duration": MUSIC_SECONDS
            })
        })
        .collect()
}
