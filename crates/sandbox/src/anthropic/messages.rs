//! Anthropic's messages, unary and streamed, and the count of tokens (API reference). Thinking comes
//! before the text and counts towards `max_tokens`; a refusal is a success with a stop reason.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::message::{self, Message, Thought};
use super::request::{Request, Thinking};
use super::{admit, rules};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{sse, story};

/// The largest request, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;
const ORGANIZATION: &str = "00000000-0000-4000-8000-000000000000";

/// `POST /v1/messages`.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (key, version) = admit(&shared, &headers).await?;
    let body = read(&body)?;
    let request = Request::read(&body)?;
    rules::check(&body, &request, version)?;
    key.pays(&Answers)?;
    let trigger = Trigger::find(&request.everything);
    if let Some(refusal) =
        trigger.and_then(|trigger| answers::of_trigger(trigger, request.model.id, request.stream))
    {
        return Err(refusal);
    }
    let message = write(&request, trigger, format!("msg_01{}", shared.ids.hex()));
    let mut response = match (request.stream, trigger) {
        (true, trigger) => sse::events(events(&message, trigger), shared.config.stream_pause),
        (false, Some(Trigger::Malformed)) => reply::broken_json(&message.body()),
        (false, _) => reply::json(StatusCode::OK, &message.body()),
    };
    let headers = response.headers_mut();
    let id = format!("req_01{}", shared.ids.hex());
    reply::set_header(headers, "request-id", &id);
    reply::set_header(headers, "anthropic-organization-id", ORGANIZATION);
    reply::set_header(headers, "anthropic-ratelimit-requests-limit", "4000");
    reply::set_header(headers, "anthropic-ratelimit-requests-remaining", "3999");
    Ok(response)
}

/// `POST /v1/messages/count_tokens`, which costs nothing.
pub(super) async fn count(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    admit(&shared, &headers).await?;
    let mut body = read(&body)?;
    if !body["max_tokens"].is_null() {
        return Err(answers::invalid(
            "max_tokens: Extra inputs are not permitted",
        ));
    }
    body["max_tokens"] = json!(1);
    let request = Request::read(&body)?;
    Ok(reply::json(
        StatusCode::OK,
        &json!({"input_tokens": request.input_tokens()}),
    ))
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    if body.len() > LARGEST {
        return Err(answers::too_large());
    }
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| answers::invalid("The request body is not valid JSON"))
}

fn write(request: &Request, trigger: Option<Trigger>, id: String) -> Message {
    let mut message = Message {
        id,
        model: request.model.id.to_owned(),
        thought: thought(request),
        text: None,
        stop_reason: "end_turn",
        stop_sequence: None,
        input_tokens: request.input_tokens(),
        output_tokens: 1,
    };
    match trigger {
        Some(Trigger::Blocked) => {
            message.thought = None;
            message.stop_reason = "refusal";
            return message;
        }
        Some(Trigger::Empty) => {
            message.thought = None;
            return message;
        }
        _ => {}
    }
    let thinking = message.thought.as_ref().map_or(0, |thought| thought.tokens);
    let mut text = request.text();
    if let Some((before, sequence)) = cut_at(&text, &request.stop_sequences) {
        text = before;
        message.stop_reason = "stop_sequence";
        message.stop_sequence = Some(sequence);
    }
    let whole = story::tokens(&text);
    let left = match trigger {
        Some(Trigger::Truncated | Trigger::OutputBlocked) => whole / 2,
        _ => request.max_tokens.saturating_sub(thinking),
    };
    if left < whole {
        text = story::truncate(&text, left);
        message.stop_sequence = None;
        message.stop_reason = match trigger {
            Some(Trigger::OutputBlocked) => "refusal",
            _ => "max_tokens",
        };
    }
    message.output_tokens = (thinking + story::tokens(&text)).min(request.max_tokens);
    if !text.is_empty() {
        message.text = Some(text);
    }
    message
}

fn thought(request: &Request) -> Option<Thought> {
    let shown = match request.thinking {
        Thinking::Off => return None,
        Thinking::Omitted => String::new(),
        Thinking::Summarized => format!(
            "The simulated model considers “{}” and decides on {} scenes.",
            story::quote(&request.prompt),
            story::scene_count(&request.prompt)
        ),
    };
    let most = match request.effort.as_str() {
        "low" => 32,
        "medium" => 128,
        _ => 512,
    };
    Some(Thought {
        shown,
        tokens: 24 + story::tokens(&request.prompt) % most,
    })
}

/// The text before the first of `sequences`, and which it was.
fn cut_at(text: &str, sequences: &[String]) -> Option<(String, String)> {
    let (at, sequence) = sequences
        .iter()
        .filter(|sequence| !sequence.is_empty())
        .filter_map(|sequence| Some((text.find(sequence.as_str())?, sequence)))
        .min()?;
    Some((text[..at].to_owned(), sequence.clone()))
}

fn events(message: &Message, trigger: Option<Trigger>) -> Vec<String> {
    let mut events = message.events();
    match trigger {
        Some(Trigger::ErrorIn200 | Trigger::ErrorInChoice) => {
            events.clear();
            let error = answers::error("api_error", "Internal server error");
            events.push(message::event(&error));
        }
        Some(Trigger::StreamError) => {
            cut_in_text(&mut events);
            let error = answers::error("overloaded_error", "Overloaded");
            events.push(message::event(&error));
        }
        Some(Trigger::Malformed) => {
            cut_in_text(&mut events);
            events.push("event: content_block_delta\ndata: {\"type\":\"content\n\n".to_owned());
        }
        _ => {}
    }
    events
}

/// Keeps what comes before the third piece of the text.
fn cut_in_text(events: &mut Vec<String>) {
    let third = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.contains("\"text_delta\""))
        .map(|(index, _)| index)
        .nth(2);
    if let Some(third) = third {
        events.truncate(third);
    }
}
