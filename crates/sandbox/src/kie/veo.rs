//! Veo on KIE: video clips with a record call of their own (API reference, Veo 3.1).

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::market::Lookup;
use super::{admit, link};
use crate::media::{self, clips::Shape};
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::tasks::{Family, Outcome, Record, Stage, Task};
use crate::trigger::Trigger;

const MODELS: [&str; 3] = ["veo3", "veo3_fast", "veo3_lite"];
const KINDS: [&str; 3] = [
    "TEXT_2_VIDEO",
    "FIRST_AND_LAST_FRAMES_2_VIDEO",
    "REFERENCE_2_VIDEO",
];
const RATIOS: [&str; 4] = ["16:9", "9:16", "Auto", "auto"];
const RESOLUTIONS: [&str; 3] = ["720p", "1080p", "4k"];

/// `POST /api/v1/veo/generate`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request: Value = serde_json::from_slice(&body)
        .map_err(|_| answers::failed(400, "The request body is not valid JSON"))?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    if prompt.trim().is_empty() {
        return Err(answers::invalid("prompt is required"));
    }
    let model = choice(&request, "model", &MODELS)?.unwrap_or("veo3_fast");
    let kind = choice(&request, "generationType", &KINDS)?;
    let ratio = match choice(&request, "aspect_ratio", &RATIOS)? {
        Some(ratio) => ratio,
        None => choice(&request, "aspectRatio", &RATIOS)?.unwrap_or("16:9"),
    };
    choice(&request, "resolution", &RESOLUTIONS)?;
    check_pictures(&shared, &headers, &request, model, kind)?;
    let trigger = Trigger::find(prompt);
    if let Some(refusal) = trigger.and_then(answers::at_creation) {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let id = shared.ids.hex();
    let task_id = format!("veo_task_{id}");
    let task = Task {
        family: Family::KieVeo,
        owner: key.owner,
        model: model.to_owned(),
        param: request.to_string(),
        prompt: prompt.to_owned(),
        outcome: Outcome::of(trigger),
        outputs: vec![media::clip_path(&id, Shape::of_ratio(ratio).file_name())],
        object: Some(json!(request["resolution"].as_str().unwrap_or("720p"))),
        credits: None,
    };
    shared.tasks.add(task_id.clone(), task);
    Ok(answers::success(json!({"taskId": task_id})))
}

fn choice<'a>(
    request: &'a Value,
    name: &str,
    choices: &[&str],
) -> Result<Option<&'a str>, Refusal> {
    match &request[name] {
        Value::Null => Ok(None),
        value => value
            .as_str()
            .filter(|text| choices.contains(text))
            .map(Some)
            .ok_or_else(|| {
                answers::invalid(&format!(
                    "{name} is not within the range of allowed options"
                ))
            }),
    }
}

fn check_pictures(
    shared: &Shared,
    headers: &HeaderMap,
    request: &Value,
    model: &str,
    kind: Option<&str>,
) -> Result<(), Refusal> {
    let empty = Vec::new();
    let pictures = request["imageUrls"].as_array().unwrap_or(&empty);
    for picture in pictures {
        link::check(shared, headers, picture.as_str().unwrap_or_default())?;
    }
    let fits = match kind {
        None => pictures.len() <= 3,
        Some("TEXT_2_VIDEO") => pictures.is_empty(),
        Some("REFERENCE_2_VIDEO") => model == "veo3_fast" && (1..=3).contains(&pictures.len()),
        Some(_) => (1..=2).contains(&pictures.len()),
    };
    if fits {
        Ok(())
    } else {
        Err(answers::invalid("imageUrls do not fit the generationType"))
    }
}

/// `GET /api/v1/veo/record-info?taskId=…`.
pub(super) async fn record(
    State(shared): State<Shared>,
    Query(lookup): Query<Lookup>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let id = lookup.id()?;
    let record = shared
        .tasks
        .poll(Family::KieVeo, key.owner, id)
        .ok_or_else(|| answers::invalid("Record does not exist"))?;
    Ok(answers::success(shown(
        id,
        &record,
        &shared.origin(&headers),
    )))
}

fn shown(id: &str, record: &Record, origin: &str) -> Value {
    let task = &record.task;
    let mut data = json!({
        "taskId": id, "paramJson": task.param, "createTime": record.created_ms,
        "completeTime": null, "response": null, "successFlag": 0, "errorCode": null,
        "errorMessage": "", "fallbackFlag": false
    });
    let Stage::Done(completed) = record.stage else {
        return data;
    };
    data["completeTime"] = json!(completed);
    let results = match task.outcome {
        Outcome::Fail => {
            data["successFlag"] = json!(3);
            data["errorCode"] = json!(501);
            data["errorMessage"] = json!("Video generation task failed");
            return data;
        }
        Outcome::Blocked => {
            data["successFlag"] = json!(2);
            data["errorCode"] = json!(400);
            data["errorMessage"] =
                json!("Your prompt was flagged by the provider as violating content policies.");
            return data;
        }
        Outcome::Malformed => json!("["),
        Outcome::Empty => json!([]),
        Outcome::Success => json!(task.urls(origin)),
    };
    data["successFlag"] = json!(1);
    data["response"] = json!({
        "taskId": id, "resultUrls": results, "originUrls": [], "fullResultUrls": [],
        "resolution": task.object, "seeds": [12_345], "hasAudioList": [true]
    });
    data
}
