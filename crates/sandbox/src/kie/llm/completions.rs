//! `POST /{model}/v1/chat/completions`: OpenAI's chat completions, the model in the path (API
//! reference, Gemini and GPT chat). The body's own `model` is ignored.

use axum::body::Bytes;
use axum::extract::{Path, State};
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

/// How many characters a streamed chunk has, about.
const CHUNK: usize = 24;

/// Answers a chat.
pub(super) async fn create(
    State(shared): State<Shared>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let body = object(&body)?;
    let request = Request::read(&shared, &headers, &body, &model, Form::Completions)?;
    let schema = schema(&body)?;
    if let Some(refusal) = request
        .trigger
        .and_then(|trigger| answers::of_trigger(trigger, request.stream))
    {
        return Err(refusal);
    }
    key.pays(&Answers)?;
    let answer = Answer {
        id: format!("chatcmpl-{}", shared.ids.hex()),
        created: ids::unix_seconds(),
        model,
        written: request.write(schema, None),
    };
    if request.stream {
        let chunks = answer.chunks(request.trigger);
        return Ok(sse::events(chunks, shared.config.stream_pause));
    }
    Ok(match request.trigger {
        Some(Trigger::Malformed) => reply::broken_json(&answer.body()),
        _ => reply::json(StatusCode::OK, &answer.body()),
    })
}

/// The schema of `response_format`, which excludes tools.
fn schema(body: &Value) -> Result<Option<&Value>, Refusal> {
    let format = &body["response_format"];
    if format.is_null() {
        return Ok(None);
    }
    if body["tools"]
        .as_array()
        .is_some_and(|tools| !tools.is_empty())
    {
        return Err(answers::invalid(
            "response_format and tools: only one of them may be sent",
        ));
    }
    match format["type"].as_str() {
        Some("json_schema") => Ok(Some(&format["json_schema"]["schema"])),
        _ => Err(answers::invalid(
            "response_format.type: must be json_schema",
        )),
    }
}

struct Answer {
    id: String,
    created: u64,
    model: String,
    written: Written,
}

impl Answer {
    fn finish(&self) -> &'static str {
        match self.written.end {
            End::Finished => "stop",
            End::Length => "length",
            End::Filtered => "content_filter",
        }
    }

    fn usage(&self) -> Value {
        let (input, output) = (self.written.input_tokens, self.written.output_tokens);
        json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output
        })
    }

    fn body(&self) -> Value {
        json!({
            "id": self.id, "object": "chat.completion", "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0, "finish_reason": self.finish(),
                "message": {"role": "assistant", "content": self.written.text}
            }],
            "usage": self.usage(), "credits_consumed": self.written.credits
        })
    }

    fn chunk(&self, delta: Value, finish: Option<&str>) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created,
            "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]
        })
    }

    fn chunks(&self, trigger: Option<Trigger>) -> Vec<String> {
        let data = |chunk: &Value| format!("data: {chunk}\n\n");
        let role = json!({"role": "assistant", "content": ""});
        let mut chunks = vec![data(&self.chunk(role, None))];
        let mut pieces = sse::pieces(&self.written.text, CHUNK);
        if let Some(Trigger::StreamError | Trigger::Malformed) = trigger {
            pieces.truncate(2);
        }
        for piece in pieces {
            chunks.push(data(&self.chunk(json!({"content": piece}), None)));
        }
        match trigger {
            Some(Trigger::StreamError) => {
                chunks.push(data(&answers::broken_off()));
                return chunks;
            }
            Some(Trigger::Malformed) => {
                chunks.push("data: {\"id\":\"chatcmpl-\n\n".to_owned());
                return chunks;
            }
            _ => {}
        }
        let mut last = self.chunk(json!({}), Some(self.finish()));
        last["usage"] = self.usage();
        last["credits_consumed"] = json!(self.written.credits);
        chunks.push(data(&last));
        chunks.push("data: [DONE]\n\n".to_owned());
        chunks
    }
}
