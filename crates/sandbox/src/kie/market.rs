//! KIE's market: one call creates a task for any model, another tells how far it is (API reference,
//! create task, get task details).

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::schema::{Kind, Model, number};
use super::{admit, link};
use crate::media;
use crate::media::clips::Shape;
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::story;
use crate::tasks::{Family, Outcome, Record, Stage, Task};
use crate::trigger::Trigger;

/// `POST /api/v1/jobs/createTask`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request: Value = serde_json::from_slice(&body)
        .map_err(|_| answers::failed(400, "The request body is not valid JSON"))?;
    let id = request["model"].as_str().unwrap_or_default();
    if id.is_empty() {
        return Err(answers::invalid("model is required"));
    }
    let model = Model::find(id)
        .filter(|model| !model.ended)
        .ok_or_else(answers::no_such_model)?;
    let input = &request["input"];
    if !input.is_object() {
        return Err(answers::invalid("input is required"));
    }
    model.check(&shared, &headers, input)?;
    check_grok(id, input)?;
    if let Some(url) = request["callBackUrl"]
        .as_str()
        .filter(|url| !url.is_empty())
    {
        link::check(&shared, &headers, url)?;
    }
    let input_text = input.to_string();
    let trigger = Trigger::find(&input_text);
    if let Some(refusal) = trigger.and_then(answers::at_creation) {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let task_id = shared.ids.hex();
    let task = Task {
        family: Family::KieMarket,
        owner: key.owner,
        model: id.to_owned(),
        param: json!({"model": id, "input": input_text}).to_string(),
        prompt: text_of(input).to_owned(),
        outcome: Outcome::of(trigger),
        outputs: outputs(&task_id, id, model.kind, input),
        object: (model.kind == Kind::Text).then(|| json!({"text": story::text(&input_text)})),
        credits: credits(id, input),
    };
    shared.tasks.add(task_id.clone(), task);
    Ok(answers::success(
        json!({"taskId": task_id, "recordId": task_id}),
    ))
}

/// What one page says in words: pictures from outside or a task of the same family, not both; a
/// length from 6 to 30 seconds; no free mode with pictures from outside.
fn check_grok(id: &str, input: &Value) -> Result<(), Refusal> {
    if id != "grok-imagine/image-to-video" {
        return Ok(());
    }
    let pictures = input["image_urls"]
        .as_array()
        .is_some_and(|urls| !urls.is_empty());
    let task = input["task_id"]
        .as_str()
        .is_some_and(|task| !task.is_empty());
    if pictures == task {
        return Err(answers::invalid(
            "image_urls or task_id is required, and only one of them",
        ));
    }
    if pictures && input["mode"] == "spicy" {
        return Err(answers::invalid(
            "mode spicy is not supported with external images",
        ));
    }
    match number(&input["duration"]) {
        Some(seconds) if !(6.0..=30.0).contains(&seconds) => Err(answers::invalid(
            "duration is not within the range of allowed options",
        )),
        None if !input["duration"].is_null() => Err(answers::invalid(
            "duration is not within the range of allowed options",
        )),
        _ => Ok(()),
    }
}

fn text_of(input: &Value) -> &str {
    input["prompt"]
        .as_str()
        .or(input["text"].as_str())
        .unwrap_or_default()
}

fn outputs(task_id: &str, model: &str, kind: Kind, input: &Value) -> Vec<String> {
    let ratio = ratio(input);
    match kind {
        Kind::Text => Vec::new(),
        Kind::Audio => vec![media::clip_path(task_id, "speech.mp3")],
        Kind::Video => vec![media::clip_path(
            task_id,
            Shape::of_ratio(&ratio).file_name(),
        )],
        Kind::Image => {
            let size = media::picture::size(&ratio, resolution(input));
            let count = match model {
                "grok-imagine/text-to-image" if input["enable_pro"] == true => 4,
                "grok-imagine/text-to-image" => 6,
                "grok-imagine/image-to-image" => 2,
                _ => number(&input["max_images"])
                    .or(number(&input["num_images"]))
                    .map_or(1, |count| count.clamp(1.0, 6.0) as u32),
            };
            (0..count)
                .map(|index| media::picture_path(&format!("{task_id}-{index}"), size))
                .collect()
        }
    }
}

/// The ratio of an input, whatever its family calls it.
fn ratio(input: &Value) -> String {
    let named = ["aspect_ratio", "ratio", "image_size"]
        .into_iter()
        .find_map(|name| input[name].as_str())
        .unwrap_or("16:9");
    if let Some(sides) = named.strip_prefix("portrait_") {
        let (long, short) = sides.split_once('_').unwrap_or(("16", "9"));
        return format!("{short}:{long}");
    }
    if let Some(sides) = named.strip_prefix("landscape_") {
        return sides.replace('_', ":");
    }
    if named.starts_with("square") {
        return "1:1".to_owned();
    }
    named.to_owned()
}

fn resolution(input: &Value) -> &str {
    match input["quality"].as_str() {
        Some("basic") => "2K",
        Some("high") => "4K",
        _ => input["resolution"]
            .as_str()
            .or(input["image_resolution"].as_str())
            .unwrap_or("1K"),
    }
}

/// What the task costs in credits, for models with a known price.
fn credits(model: &str, input: &Value) -> Option<f64> {
    let seconds = number(&input["duration"]).unwrap_or(6.0);
    let is = |field: &str, value: &str| input[field] == value;
    let thousands = text_of(input).chars().count() as f64 / 1000.0;
    Some(match model {
        "seedream/4.5-text-to-image" | "seedream/4.5-edit" => 6.5,
        "google/nano-banana" | "google/nano-banana-edit" => 4.0,
        "nano-banana-pro" if is("resolution", "4K") => 24.0,
        "nano-banana-pro" => 18.0,
        "grok-imagine/text-to-image" | "grok-imagine/image-to-image" => 4.0,
        "z-image" => 0.8,
        "grok-imagine/image-to-video" | "grok-imagine/text-to-video" => {
            seconds * if is("resolution", "720p") { 3.0 } else { 1.6 }
        }
        "kling-2.6/image-to-video" | "kling-2.6/text-to-video" => {
            let silent = if seconds > 5.0 { 110.0 } else { 55.0 };
            if input["sound"] == true {
                silent * 2.0
            } else {
                silent
            }
        }
        "hailuo/2-3-image-to-video-standard"
            if is("duration", "10") || is("resolution", "1080P") =>
        {
            50.0
        }
        "hailuo/2-3-image-to-video-standard" => 30.0,
        "hailuo/2-3-image-to-video-pro" if is("resolution", "1080P") => 80.0,
        "hailuo/2-3-image-to-video-pro" if is("duration", "10") => 90.0,
        "hailuo/2-3-image-to-video-pro" => 45.0,
        "wan/2-6-text-to-video" | "wan/2-6-image-to-video" if is("resolution", "720p") => {
            number(&input["duration"]).unwrap_or(5.0) * 14.0
        }
        "elevenlabs/text-to-speech-multilingual-v2" => thousands * 12.0,
        "elevenlabs/text-to-speech-turbo-2-5" => thousands * 6.0,
        _ => return None,
    })
}

/// The query of all record calls.
#[derive(Deserialize)]
pub(super) struct Lookup {
    #[serde(rename = "taskId", default)]
    pub(super) task_id: String,
}

impl Lookup {
    /// The id, which must be there.
    pub(super) fn id(&self) -> Result<&str, Refusal> {
        if self.task_id.is_empty() {
            return Err(answers::failed(400, "taskId parameter is required"));
        }
        Ok(&self.task_id)
    }
}

/// `GET /api/v1/jobs/recordInfo?taskId=…`.
pub(super) async fn record(
    State(shared): State<Shared>,
    Query(lookup): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let id = lookup.id()?;
    let record = shared
        .tasks
        .poll(Family::KieMarket, key.owner, id)
        .ok_or_else(|| answers::invalid("recordInfo is null"))?;
    Ok(answers::success(shown(
        id,
        &record,
        &shared.origin(&headers),
    )))
}

fn shown(id: &str, record: &Record, origin: &str) -> Value {
    let task = &record.task;
    let mut data = json!({
        "taskId": id, "model": task.model, "state": "waiting", "param": task.param,
        "resultJson": "", "failCode": null, "failMsg": null, "costTime": null,
        "completeTime": null, "createTime": record.created_ms
    });
    let completed = match record.stage {
        Stage::Waiting => return data,
        Stage::Generating => {
            data["state"] = json!("generating");
            return data;
        }
        Stage::Done(completed) => completed,
    };
    data["completeTime"] = json!(completed);
    data["costTime"] = json!(completed.saturating_sub(record.created_ms) / 1000);
    let failure = match task.outcome {
        Outcome::Fail => Some(("500", "Internal server error")),
        Outcome::Blocked => Some((
            "400",
            "Your prompt was flagged because it may violate our content policy.",
        )),
        Outcome::Success | Outcome::Malformed | Outcome::Empty => None,
    };
    if let Some((code, message)) = failure {
        data["state"] = json!("fail");
        data["failCode"] = json!(code);
        data["failMsg"] = json!(message);
        return data;
    }
    data["state"] = json!("success");
    data["resultJson"] = json!(match (task.outcome, &task.object) {
        (Outcome::Malformed, _) => "{\"resultUrls\":[".to_owned(),
        (Outcome::Empty, _) => json!({"resultUrls": []}).to_string(),
        (_, Some(object)) => json!({"resultObject": object}).to_string(),
        _ => json!({"resultUrls": task.urls(origin)}).to_string(),
    });
    if let Some(credits) = task.credits {
        data["creditsConsumed"] = json!(credits);
    }
    data
}
