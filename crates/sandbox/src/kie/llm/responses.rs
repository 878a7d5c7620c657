//! `POST /codex/v1/responses`: OpenAI's responses (API reference, Codex), as one object or as named
//! events, with what the call cost in `credits_consumed`.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::models::Form;
use super::request::{End, Request, Written, object};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{ids, keys, sse};

/// How many characters a streamed piece has, about.
const CHUNK: usize = 24;

/// Answers a request for a response.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let body = object(&body)?;
    let model = body["model"].as_str().unwrap_or_default();
    let request = Request::read(&shared, &headers, &body, model, Form::Responses)?;
    if let Some(refusal) = request
        .trigger
        .and_then(|trigger| answers::of_trigger(trigger, request.stream))
    {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let schema = Some(&body["text"]["format"]["schema"]).filter(|schema| schema.is_object());
    let answer = Answer {
        id: shared.ids.hex(),
        created: ids::unix_seconds(),
        model: model.to_owned(),
        written: request.write(schema, body["max_output_tokens"].as_u64()),
    };
    if request.stream {
        let events = answer.events(request.trigger);
        return Ok(sse::events(events, shared.config.stream_pause));
    }
    Ok(match request.trigger {
        Some(Trigger::Malformed) => reply::broken_json(&answer.body()),
        _ => reply::json(StatusCode::OK, &answer.body()),
    })
}

struct Answer {
    id: String,
    created: u64,
    model: String,
    written: Written,
}

impl Answer {
    fn opening(&self) -> Value {
        json!({
            "id": format!("resp_{}", self.id), "object": "response", "created_at": self.created,
            "model": self.model, "status": "in_progress", "error": null,
            "incomplete_details": null, "output": [], "usage": null
        })
    }

    fn part(&self, text: &str) -> Value {
        json!({"type": "output_text", "text": text, "annotations": []})
    }

    fn item(&self, status: &str, content: Value) -> Value {
        json!({
            "id": format!("msg_{}", self.id), "type": "message", "role": "assistant",
            "status": status, "content": content
        })
    }

    fn body(&self) -> Value {
        let Written {
            text,
            end,
            input_tokens,
            output_tokens,
            credits,
        } = &self.written;
        let mut body = self.opening();
        let (status, reason) = match end {
            End::Finished => ("completed", None),
            End::Length => ("incomplete", Some("max_output_tokens")),
            End::Filtered => ("incomplete", Some("content_filter")),
        };
        body["status"] = json!(status);
        if let Some(reason) = reason {
            body["incomplete_details"] = json!({"reason": reason});
        }
        if !text.is_empty() {
            body["output"] = json!([self.item(status, json!([self.part(text)]))]);
        }
        body["usage"] = json!({
            "input_tokens": input_tokens, "output_tokens": output_tokens,
            "total_tokens": input_tokens + output_tokens
        });
        body["credits_consumed"] = json!(credits);
        body
    }

    fn events(&self, trigger: Option<Trigger>) -> Vec<String> {
        let text = self.written.text.as_str();
        let id = format!("msg_{}", self.id);
        let mut told = vec![
            json!({"type": "response.created", "response": self.opening()}),
            json!({"type": "response.in_progress", "response": self.opening()}),
        ];
        if !text.is_empty() {
            told.push(json!({
                "type": "response.output_item.added", "output_index": 0,
                "item": self.item("in_progress", json!([]))
            }));
            told.push(json!({
                "type": "response.content_part.added", "item_id": id, "output_index": 0,
                "content_index": 0, "part": self.part("")
            }));
            for piece in sse::pieces(text, CHUNK) {
                told.push(json!({
                    "type": "response.output_text.delta", "item_id": id, "output_index": 0,
                    "content_index": 0, "delta": piece
                }));
            }
            told.push(json!({
                "type": "response.output_text.done", "item_id": id, "output_index": 0,
                "content_index": 0, "text": text
            }));
            told.push(json!({
                "type": "response.content_part.done", "item_id": id, "output_index": 0,
                "content_index": 0, "part": self.part(text)
            }));
            told.push(json!({
                "type": "response.output_item.done", "output_index": 0,
                "item": self.item("completed", json!([self.part(text)]))
            }));
        }
        let whole = self.body();
        let last = match self.written.end {
            End::Finished => "response.completed",
            End::Length | End::Filtered => "response.incomplete",
        };
        told.push(json!({"type": last, "response": whole}));
        if let Some(Trigger::StreamError | Trigger::Malformed) = trigger {
            told.truncate(6);
        }
        if trigger == Some(Trigger::StreamError) {
            told.push(json!({
                "type": "error", "code": "server_error",
                "message": "The upstream connection was lost", "param": null
            }));
        }
        let mut events: Vec<String> = told
            .iter_mut()
            .enumerate()
            .map(|(number, data)| {
                data["sequence_number"] = json!(number);
                let name = data["type"].as_str().unwrap_or_default();
                format!("event: {name}\ndata: {data}\n\n")
            })
            .collect();
        if trigger == Some(Trigger::Malformed) {
            events.push("event: response.output_text.delta\ndata: {\"type\":\n\n".to_owned());
        }
        events
    }
}
