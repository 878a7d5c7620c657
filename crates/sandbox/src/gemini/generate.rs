//! Gemini's calls on a model: which method, which kind of model, which form of stream (Gemini API
//! reference, generating content). Blocks and empty results are HTTP 200.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::models::{KeyInQuery, Kind, Model, presented};
use super::request::{Request, field};
use super::{picture, speech};
use crate::keys;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{schema_sample, sse, story};

const CHUNK: usize = 48;

/// `?alt=sse`.
#[derive(Deserialize)]
pub(super) struct Form {
    alt: Option<String>,
}

/// How the answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Unary,
    /// Server-sent events without names and without an end mark.
    Events,
    /// One JSON array.
    Array,
}

/// `POST /v1beta/models/{model}:{method}`.
pub(super) async fn call(
    State(shared): State<Shared>,
    Path(call): Path<String>,
    Query(key): Query<KeyInQuery>,
    Query(form): Query<Form>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (model, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    let delivery = match (method, form.alt.as_deref()) {
        ("streamGenerateContent", Some("sse")) => Delivery::Events,
        ("streamGenerateContent", _) => Delivery::Array,
        _ => Delivery::Unary,
    };
    let answer = async {
        let key = keys::admit(&shared, presented(&headers, &key), &Answers).await?;
        let known = Model::find(model).ok_or_else(|| answers::no_such_model(model, method))?;
        let request = match method {
            "generateContent" | "streamGenerateContent" => Request::read(&body)?,
            "countTokens" => return count(&body),
            _ => return Err(answers::no_such_model(model, method)),
        };
        key.pays(&Answers)?;
        generate(&shared, known, &request, delivery)
    }
    .await;
    match answer {
        Ok(response) => response,
        Err(refusal) if delivery == Delivery::Array => in_array(refusal).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn generate(
    shared: &Shared,
    model: &'static Model,
    request: &Request,
    delivery: Delivery,
) -> Result<Response, Refusal> {
    if let Some(refusal) = request.trigger.and_then(|trigger| refusal(trigger, model)) {
        return Err(refusal);
    }
    let id = shared.ids.hex();
    if let Some(body) = no_result(request, model, &id) {
        return Ok(deliver(shared, vec![body], delivery));
    }
    let mut chunks = match model.kind {
        Kind::Text => write(model, request, &id, delivery)?,
        Kind::Picture { sized } => picture::draw(model, request, sized, &id)?,
        Kind::Speech { verbatim } => speech::speak(model, request, verbatim, &id, delivery)?,
    };
    match request.trigger {
        Some(Trigger::Malformed) => Ok(reply::broken_json(&chunks.swap_remove(0))),
        Some(Trigger::StreamError) => {
            let error = answers::error(
                500,
                "INTERNAL",
                "An internal error has occurred.",
                json!([]),
            );
            if delivery == Delivery::Unary {
                return Err(reply::json(StatusCode::INTERNAL_SERVER_ERROR, &error).into());
            }
            chunks.truncate(1);
            chunks.push(error);
            Ok(deliver(shared, chunks, delivery))
        }
        _ => Ok(deliver(shared, chunks, delivery)),
    }
}

/// The HTTP error that a trigger asks for; none when it asks for a bad success.
fn refusal(trigger: Trigger, model: &Model) -> Option<Refusal> {
    Some(match trigger {
        Trigger::ModelGone => answers::no_such_model(model.id, "generateContent"),
        Trigger::Forbidden => answers::failed(
            403,
            "PERMISSION_DENIED",
            "The caller does not have permission.",
            json!([]),
        )
        .into(),
        Trigger::SpendLimit => answers::quota("GenerateRequestsPerDayPerProjectPerModel", 55),
        Trigger::TooLarge => answers::invalid(
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        Trigger::Timeout => answers::failed(
            504,
            "DEADLINE_EXCEEDED",
            "Deadline expired before operation could complete.",
            json!([]),
        )
        .into(),
        Trigger::Overloaded => keys::Refusals::down(&Answers),
        Trigger::Fail => answers::failed(
            500,
            "INTERNAL",
            "An internal error has occurred.",
            json!([]),
        )
        .into(),
        _ => return None,
    })
}

/// The 200 without a result that a trigger asks for.
fn no_result(request: &Request, model: &Model, id: &str) -> Option<Value> {
    let prompt = prompt_tokens(request);
    let mut body = json!({
        "usageMetadata": {
            "promptTokenCount": prompt, "totalTokenCount": prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}]
        },
        "modelVersion": model.id, "responseId": id
    });
    let finish = match (request.trigger?, model.kind) {
        (Trigger::Blocked, _) => {
            body["promptFeedback"] = json!({"blockReason": "PROHIBITED_CONTENT"});
            return Some(body);
        }
        (Trigger::ErrorIn200 | Trigger::ErrorInChoice, _) => return Some(body),
        (Trigger::OutputBlocked, Kind::Picture { .. }) => "IMAGE_SAFETY",
        (Trigger::OutputBlocked, _) => "SAFETY",
        (Trigger::Empty, Kind::Picture { .. }) => "NO_IMAGE",
        (Trigger::Empty, _) => "OTHER",
        _ => return None,
    };
    body["candidates"] = json!([{
        "content": {"role": "model"}, "finishReason": finish, "index": 0,
        "finishMessage": "The answer was withheld by the simulated provider."
    }]);
    Some(body)
}

/// What the prompt costs: four characters a token and 258 tokens a picture.
pub(super) fn prompt_tokens(request: &Request) -> u64 {
    story::tokens(&request.everything) + 258 * request.pictures
}

/// One answer object with one candidate.
pub(super) fn chunk(model: &Model, id: &str, parts: Value, finish: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({"candidates": [candidate], "modelVersion": model.id, "responseId": id})
}

/// The usage of an answer; thoughts are counted beside the candidates and not inside.
pub(super) fn usage(prompt: u64, answer: u64, modality: &str, thoughts: u64) -> Value {
    let mut usage = json!({
        "promptTokenCount": prompt, "candidatesTokenCount": answer,
        "totalTokenCount": prompt + answer + thoughts,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        "candidatesTokensDetails": [{"modality": modality, "tokenCount": answer}]
    });
    if thoughts > 0 {
        usage["thoughtsTokenCount"] = json!(thoughts);
    }
    usage
}

fn write(
    model: &Model,
    request: &Request,
    id: &str,
    delivery: Delivery,
) -> Result<Vec<Value>, Refusal> {
    if let Some(modality) = request.modalities().iter().find(|name| *name != "TEXT") {
        return Err(answers::invalid(&format!(
            "The requested combination of response modalities ({modality}) is not supported by \
             the model. models/{} accepts the following combination of response modalities:\n* TEXT\n",
            model.id
        )));
    }
    let mut text = written(request)?;
    let mut finish = "STOP";
    let limit = match request.trigger {
        Some(Trigger::Truncated) => Some(story::tokens(&text) / 2),
        _ => read_limit(request)?,
    };
    if let Some(limit) = limit.filter(|limit| story::tokens(&text) > *limit) {
        text = story::truncate(&text, limit);
        finish = "MAX_TOKENS";
    }
    let thoughts = thought_tokens(model, request);
    let prompt = prompt_tokens(request);
    let pieces = match delivery {
        Delivery::Unary => vec![text],
        Delivery::Events | Delivery::Array => sse::pieces(&text, CHUNK),
    };
    let last = pieces.len().saturating_sub(1);
    let mut told = 0;
    let chunks = pieces.into_iter().enumerate().map(|(index, piece)| {
        told += piece.chars().count() as u64;
        let mut part = json!({"text": piece});
        if thoughts > 0 && index == last {
            part["thoughtSignature"] = json!("c2ltdWxhdGVk");
        }
        let finish = (index == last).then_some(finish);
        let mut chunk = chunk(model, id, json!([part]), finish);
        chunk["usageMetadata"] = usage(prompt, told.div_ceil(4), "TEXT", thoughts);
        chunk
    });
    Ok(chunks.collect())
}

fn written(request: &Request) -> Result<String, Refusal> {
    match request.setting("responseMimeType").as_str() {
        None | Some("text/plain") => Ok(story::text(&request.prompt)),
        Some("application/json") => {
            let schema = match request.setting("responseJsonSchema") {
                Value::Null => request.setting("responseSchema"),
                schema => schema,
            };
            Ok(match schema {
                Value::Null => schema_sample::film(&request.prompt),
                schema => schema_sample::sample(schema, &request.prompt),
            }
            .to_string())
        }
        Some(other) => Err(answers::invalid(&format!(
            "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are \
             `text/plain`, `application/json`; got `{other}`.\n"
        ))),
    }
}

fn read_limit(request: &Request) -> Result<Option<u64>, Refusal> {
    match request.setting("maxOutputTokens") {
        Value::Null => Ok(None),
        limit => limit
            .as_u64()
            .filter(|limit| *limit > 0)
            .map(Some)
            .ok_or_else(|| {
                answers::invalid_field(
                    "generation_config.max_output_tokens",
                    "max_output_tokens must be positive.",
                )
            }),
    }
}

fn thought_tokens(model: &Model, request: &Request) -> u64 {
    let config = request.setting("thinkingConfig");
    let off = field(config, "thinkingBudget").as_i64() == Some(0)
        || field(config, "thinkingLevel").as_str() == Some("MINIMAL");
    if !model.thinks || off {
        return 0;
    }
    24 + story::tokens(&request.prompt) % 64
}

fn count(body: &[u8]) -> Result<Response, Refusal> {
    let request = Request::read(body)?;
    Ok(reply::json(
        StatusCode::OK,
        &json!({"totalTokens": prompt_tokens(&request)}),
    ))
}

fn deliver(shared: &Shared, mut chunks: Vec<Value>, delivery: Delivery) -> Response {
    match delivery {
        Delivery::Unary => reply::json(StatusCode::OK, &chunks.swap_remove(0)),
        Delivery::Events => {
            let events = chunks
                .iter()
                .map(|chunk| format!("data: {chunk}\r\n\r\n"))
                .collect();
            sse::events(events, shared.config.stream_pause)
        }
        Delivery::Array => {
            let last = chunks.len().saturating_sub(1);
            let pieces = chunks
                .iter()
                .enumerate()
                .map(|(index, chunk)| {
                    let before = if index == 0 { "[" } else { ",\r\n" };
                    let after = if index == last { "\n]\n" } else { "" };
                    format!("{before}{chunk}{after}")
                })
                .collect();
            let body = sse::paced(pieces, shared.config.stream_pause);
            reply::typed(StatusCode::OK, "application/json", body)
        }
    }
}

/// An error of the array form: the same object as the only element.
async fn in_array(refusal: Refusal) -> Response {
    let (mut parts, body) = refusal.into_response().into_parts();
    let error = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let array = [b"[".as_slice(), &error, b"]".as_slice()].concat();
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(parts, array.into())
}
