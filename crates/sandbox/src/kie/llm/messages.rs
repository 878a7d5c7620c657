//! `POST /claude/v1/messages`: Anthropic's messages without Anthropic's headers, with what the call
//! cost in `credits_consumed` (API reference, Claude).

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::models::Form;
use super::request::{End, Request, object};
use crate::anthropic::Message;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{keys, sse};

/// Answers a message.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let body = object(&body)?;
    let model = body["model"].as_str().unwrap_or_default();
    let request = Request::read(&shared, &headers, &body, model, Form::Messages)?;
    if let Some(refusal) = request
        .trigger
        .and_then(|trigger| answers::of_trigger(trigger, request.stream))
    {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let schema = Some(&body["output_config"]["format"]["schema"]).filter(|it| it.is_object());
    let written = request.write(schema, body["max_tokens"].as_u64());
    let message = Message {
        id: format!("msg_{}", shared.ids.hex()),
        model: model.to_owned(),
        thought: None,
        stop_reason: match written.end {
            End::Finished => "end_turn",
            End::Length => "max_tokens",
            End::Filtered => "refusal",
        },
        stop_sequence: None,
        input_tokens: written.input_tokens,
        output_tokens: written.output_tokens,
        text: Some(written.text).filter(|text| !text.is_empty()),
    };
    if request.stream {
        let events = events(&message, request.trigger, written.credits);
        return Ok(sse::events(events, shared.config.stream_pause));
    }
    let mut whole = message.body();
    whole["credits_consumed"] = json!(written.credits);
    Ok(match request.trigger {
        Some(Trigger::Malformed) => reply::broken_json(&whole),
        _ => reply::json(StatusCode::OK, &whole),
    })
}

fn events(message: &Message, trigger: Option<Trigger>, credits: f64) -> Vec<String> {
    let mut events = message.events();
    match trigger {
        Some(Trigger::StreamError) => {
            events.truncate(events.len() / 2);
            let error: Value = json!({"type": "error", "error": answers::broken_off()["error"]});
            events.push(format!("event: error\ndata: {error}\n\n"));
        }
        Some(Trigger::Malformed) => {
            events.truncate(events.len() / 2);
            events.push("event: content_block_delta\ndata: {\"type\":\n\n".to_owned());
        }
        _ => {
            if let Some(last) = events.last_mut() {
                let stop = json!({"type": "message_stop", "credits_consumed": credits});
                *last = format!("event: message_stop\ndata: {stop}\n\n");
            }
        }
    }
    events
}
