//! The task API for Suno's music that KIE and sunoapi.org share: a request becomes a task of two
//! tracks, a record call tells how far it is (API references, generate music, get music details). It
//! must not decide which codes a service uses; that is what [`Service`] is for.

use axum::response::Response;
use http::HeaderMap;
use serde_json::{Value, json};

use crate::ids::{self, Sequence};
use crate::keys::{self, Refusals};
use crate::media::{self, clips::MUSIC_SECONDS};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::story;
use crate::tasks::{Family, Outcome, Record, Stage, Task};
use crate::trigger::{Trigger, without_triggers};

const CREDITS: f64 = 12.0;

/// What differs between the services.
pub(crate) trait Service: Refusals + Sync {
    /// Whose tasks these are.
    fn family(&self) -> Family;
    /// The models on offer.
    fn models(&self) -> &'static [&'static str];
    /// A request that cannot be read or lacks something: code 400.
    fn unreadable(&self, message: &str) -> Refusal;
    /// A value that does not validate.
    fn invalid(&self, message: &str) -> Refusal;
    /// A text that exceeds its limit.
    fn too_long(&self, message: &str) -> Refusal;
    /// Refuses a callback URL that the service could not call; nothing is called.
    fn check_callback(
        &self,
        shared: &Shared,
        headers: &HeaderMap,
        url: &str,
    ) -> Result<(), Refusal>;
    /// The error at creation that the triggers in the request ask for.
    fn at_creation(&self, request: &str) -> Option<Refusal>;
}

/// `POST /api/v1/generate`.
pub(crate) async fn create(
    service: &impl Service,
    shared: &Shared,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    let key = keys::admit(shared, keys::bearer(headers), service).await?;
    let request: Value = serde_json::from_slice(body)
        .map_err(|_| service.unreadable("The request body is not valid JSON"))?;
    check(service, &request)?;
    match request["callBackUrl"]
        .as_str()
        .filter(|url| !url.is_empty())
    {
        None => return Err(service.invalid("Please enter callBackUrl.")),
        Some(url) => service.check_callback(shared, headers, url)?,
    }
    let request_text = request.to_string();
    if let Some(refusal) = service.at_creation(&request_text) {
        return Err(refusal);
    }
    key.pays(service)?;
    let task_id = shared.ids.hex();
    let track = |index: usize| media::clip_path(&format!("{task_id}-{index}"), "music.mp3");
    let cover = media::picture_path(&task_id, (360, 360));
    let task = Task {
        family: service.family(),
        owner: key.owner,
        model: text(&request, "model").to_owned(),
        prompt: text(&request, "prompt").to_owned(),
        outcome: Outcome::of(Trigger::find(&request_text)),
        param: request_text,
        outputs: vec![track(0), track(1), cover],
        object: Some(json!({"title": request["title"], "style": request["style"]})),
        credits: Some(CREDITS),
    };
    shared.tasks.add(task_id.clone(), task);
    Ok(reply::envelope(200, "success", json!({"taskId": task_id})))
}

fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name].as_str().unwrap_or_default()
}

/// The rules of a request, in the order in which the service complains.
fn check(service: &impl Service, request: &Value) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(service.invalid(message));
    let too_long = |message: &str| Err(service.too_long(message));
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
    if !service.models().contains(&model) {
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
            _ => too_long("The prompt must not exceed 500 characters."),
        };
    }
    if length("style") == 0 {
        return invalid("Please enter style.");
    }
    if length("title") == 0 {
        return invalid("Please enter title.");
    }
    if length("prompt") > if old { 3_000 } else { 5_000 } {
        return too_long("The prompt is too long.");
    }
    if length("style") > if old { 200 } else { 1_000 } {
        return too_long("The style is too long.");
    }
    if length("title") > 80 {
        return too_long("The title must not exceed 80 characters.");
    }
    Ok(())
}

/// `GET /api/v1/generate/record-info?taskId=…`. An unknown task is a success without data.
pub(crate) async fn record(
    service: &impl Service,
    shared: &Shared,
    headers: &HeaderMap,
    id: &str,
) -> Result<Response, Refusal> {
    let key = keys::admit(shared, keys::bearer(headers), service).await?;
    if id.is_empty() {
        return Err(service.unreadable("taskId parameter is required"));
    }
    let data = match shared.tasks.poll(service.family(), key.owner, id) {
        Some(record) => shown(id, &record, &shared.origin(headers)),
        None => Value::Null,
    };
    Ok(reply::envelope(200, "success", data))
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
    let urls = task.urls(origin);
    let settings = task.object.clone().unwrap_or_default();
    let title = match settings["title"].as_str() {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => story::scene(&task.prompt, 1).title,
    };
    let mut chance = Sequence::new(ids::seed(id));
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
