//! PiAPI's task: created, polled, cancelled, always shown in the same shape (documentation, unified
//! API schema). The `error` object is there whether something failed or not, and the case of the
//! status varies, as it does on the real service.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::admit;
use super::answers::{self, Answers};
use super::models::Kind;
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::tasks::{Family, Outcome, Record, Stage, Task};
use crate::trigger::Trigger;

/// What stands where a time is not known yet.
const UNSET: &str = "0001-01-01T00:00:00Z";

/// `POST /api/v1/task`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let request: Value = serde_json::from_slice(&body)
        .map_err(|_| answers::invalid("the request body is not valid JSON"))?;
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let kind = Kind::of(text("model"), text("task_type"))?;
    let input = &request["input"];
    if !input.is_object() {
        return Err(answers::invalid("input is required"));
    }
    kind.check(input)?;
    check_config(&request["config"])?;
    let request_text = request.to_string();
    let trigger = Trigger::find(&request_text);
    if let Some(refusal) = trigger.and_then(answers::at_creation) {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let id = shared.ids.uuid();
    let task = Task {
        family: Family::PiApi,
        owner: key.owner,
        model: text("model").to_owned(),
        prompt: kind.prompt(input).to_owned(),
        outcome: Outcome::of(trigger),
        outputs: kind.outputs(&id),
        object: None,
        credits: Some(kind.points(input)),
        param: request_text,
    };
    let record = shared.tasks.add(id.clone(), task);
    let mut data = shown(&id, &record, &shared.origin(&headers));
    data["status"] = json!("pending");
    if matches!(
        trigger,
        Some(Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError)
    ) {
        fail(&mut data, 10_000, "failed to create the task");
    }
    Ok(answers::success(data))
}

fn check_config(config: &Value) -> Result<(), Refusal> {
    if !(config.is_null() || config.is_object()) {
        return Err(answers::invalid("config must be an object"));
    }
    let mode = &config["service_mode"];
    if !(mode.is_null() || matches!(mode.as_str(), Some("" | "public" | "private"))) {
        return Err(answers::invalid("config.service_mode is not valid"));
    }
    match config["webhook_config"]["endpoint"].as_str() {
        Some(endpoint) if !endpoint.is_empty() && !endpoint.starts_with("https://") => Err(
            answers::invalid("config.webhook_config.endpoint must be an https URL"),
        ),
        _ => Ok(()),
    }
}

/// `GET /api/v1/task/{id}`.
pub(super) async fn one(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let record = shared
        .tasks
        .poll(Family::PiApi, key.owner, &id)
        .ok_or_else(unknown)?;
    Ok(answers::success(shown(
        &id,
        &record,
        &shared.origin(&headers),
    )))
}

/// `DELETE /api/v1/task/{id}`: ends a task that still waits.
pub(super) async fn cancel(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = admit(&shared, &headers).await?;
    let record = shared
        .tasks
        .cancel(Family::PiApi, key.owner, &id)
        .ok_or_else(unknown)?
        .map_err(|_| answers::invalid("only pending tasks can be cancelled"))?;
    Ok(answers::success(shown(
        &id,
        &record,
        &shared.origin(&headers),
    )))
}

fn unknown() -> Refusal {
    answers::failed(StatusCode::NOT_FOUND, "task not found")
}

fn moment(unix_ms: u64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| UNSET.to_owned())
}

fn shown(id: &str, record: &Record, origin: &str) -> Value {
    let task = &record.task;
    let request: Value = serde_json::from_str(&task.param).unwrap_or_default();
    let points = task.credits.unwrap_or(0.0).round() as u64;
    let created = moment(record.created_ms);
    let mut data = json!({
        "task_id": id, "model": task.model, "task_type": request["task_type"],
        "status": "Pending", "config": request["config"], "input": request["input"],
        "output": null,
        "meta": {
            "created_at": created, "started_at": UNSET, "ended_at": UNSET,
            "usage": {"type": "point", "frozen": points, "consume": 0},
            "is_using_private_pool": false
        },
        "detail": null, "logs": [],
        "error": {"code": 0, "raw_message": "", "message": "", "detail": null}
    });
    let ended = match record.stage {
        Stage::Waiting => return data,
        Stage::Generating => {
            data["status"] = json!("processing");
            data["meta"]["started_at"] = json!(created);
            return data;
        }
        Stage::Done(ended) => ended,
    };
    data["meta"]["ended_at"] = json!(moment(ended));
    if record.cancelled {
        fail(&mut data, 10_000, "the task was cancelled");
        return data;
    }
    data["meta"]["started_at"] = json!(created);
    match task.outcome {
        Outcome::Fail => {
            // The cause stands in the log alone.
            fail(&mut data, 10_000, "");
            data["logs"] = json!(["task accepted", "upstream worker failed: out of memory"]);
            return data;
        }
        Outcome::Blocked => {
            let message = "the prompt was flagged by the content policy of the provider";
            fail(&mut data, 10_001, message);
            return data;
        }
        Outcome::Success | Outcome::Malformed | Outcome::Empty => {}
    }
    let is_late = record.polls.is_multiple_of(2);
    data["status"] = json!(if is_late { "Completed" } else { "completed" });
    data["meta"]["usage"] = json!({"type": "point", "frozen": 0, "consume": points});
    let task_type = request["task_type"].as_str().unwrap_or_default();
    data["output"] = match (task.outcome, Kind::of(&task.model, task_type)) {
        (Outcome::Malformed, _) | (_, Err(_)) => json!("not an object"),
        (outcome, Ok(kind)) => kind.output(id, task, origin, outcome == Outcome::Empty),
    };
    data
}

/// Turns what is shown of a task into a failure, which costs nothing.
fn fail(data: &mut Value, code: u32, message: &str) {
    data["status"] = json!("failed");
    data["meta"]["usage"] = json!({"type": "point", "frozen": 0, "consume": 0});
    data["error"] =
        json!({"code": code, "raw_message": message, "message": message, "detail": null});
}
