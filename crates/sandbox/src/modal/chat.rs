//! A language model behind vLLM: chat completions, unary and streamed, models and health (vLLM's
//! OpenAI-compatible server, as in Modal's example). It must accept the name `llm` and any id with a
//! slash.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::answers::{self, chat_error};
use crate::ids;
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{schema_sample, sse, story};

const SERVED: &str = "llm";
/// How many characters a streamed chunk has, about.
const CHUNK: usize = 24;

/// A chat that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Chat {
    model: String,
    prompt: String,
    /// The text of all messages.
    pub(super) everything: String,
    is_stream: bool,
    has_usage: bool,
    limit: Option<u64>,
    format: Value,
}

fn refused(message: &str) -> Refusal {
    chat_error(StatusCode::BAD_REQUEST, "BadRequestError", message)
}

impl Chat {
    /// Reads a body; refuses what vLLM refuses.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value =
            serde_json::from_slice(body).map_err(|_| refused("The body is not valid JSON"))?;
        let messages = body["messages"]
            .as_array()
            .filter(|messages| !messages.is_empty())
            .ok_or_else(|| refused("messages: Field required"))?;
        let mut prompt = String::new();
        let mut everything = String::new();
        for message in messages {
            let text = text_of(&message["content"])
                .ok_or_else(|| refused("messages.content: Input should be a valid string"))?;
            everything.push_str(&text);
            everything.push('\n');
            if message["role"] == "user" {
                prompt = text;
            }
        }
        let model = body["model"].as_str().unwrap_or(SERVED).to_owned();
        if model != SERVED && !model.contains('/') {
            return Err(no_such_model(&model));
        }
        let limit = body["max_completion_tokens"]
            .as_u64()
            .or(body["max_tokens"].as_u64());
        Ok(Self {
            model,
            prompt,
            everything,
            is_stream: body["stream"] == true,
            has_usage: body["stream_options"]["include_usage"] == true,
            limit,
            format: body["response_format"].clone(),
        })
    }

    /// The answer, with what the trigger makes of it.
    pub(super) fn answer(&self, shared: &Shared) -> Result<Response, Refusal> {
        let trigger = Trigger::find(&self.everything);
        if trigger == Some(Trigger::ModelGone) {
            return Err(no_such_model(&self.model));
        }
        if let Some(refusal) = trigger.and_then(answers::refusal) {
            return Err(refusal);
        }
        let (text, finish) = self.text(trigger);
        let id = format!("chatcmpl-{}", shared.ids.hex());
        let breaks = matches!(
            trigger,
            Some(Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError)
        );
        if self.is_stream {
            let chunks = self.chunks(&id, &text, finish, breaks, trigger);
            return Ok(sse::events(chunks, shared.config.stream_pause));
        }
        if breaks {
            return Ok(reply::json(StatusCode::OK, &broken_off()));
        }
        let body = json!({
            "id": id, "object": "chat.completion", "created": ids::unix_seconds(),
            "model": self.model,
            "choices": [{
                "index": 0, "finish_reason": finish, "logprobs": null, "stop_reason": null,
                "message": {"role": "assistant", "content": text, "tool_calls": []}
            }],
            "usage": self.usage(&text)
        });
        Ok(match trigger {
            Some(Trigger::Malformed) => reply::broken_json(&body),
            _ => reply::json(StatusCode::OK, &body),
        })
    }

    fn text(&self, trigger: Option<Trigger>) -> (String, &'static str) {
        let whole = match self.format["type"].as_str() {
            Some("json_schema") => {
                let schema = &self.format["json_schema"]["schema"];
                schema_sample::sample(schema, &self.prompt).to_string()
            }
            Some("json_object") => schema_sample::film(&self.prompt).to_string(),
            _ => story::text(&self.prompt),
        };
        let limit = match trigger {
            Some(Trigger::Empty) => return (String::new(), "stop"),
            Some(Trigger::Truncated) => Some(story::tokens(&whole) / 2),
            _ => self.limit,
        };
        match limit.filter(|limit| story::tokens(&whole) > *limit) {
            Some(limit) => (story::truncate(&whole, limit), "length"),
            None => (whole, "stop"),
        }
    }

    fn usage(&self, text: &str) -> Value {
        let (prompt, completion) = (story::tokens(&self.everything), story::tokens(text));
        json!({
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion, "prompt_tokens_details": null
        })
    }

    fn chunks(
        &self,
        id: &str,
        text: &str,
        finish: &str,
        breaks: bool,
        trigger: Option<Trigger>,
    ) -> Vec<String> {
        let chunk = |choices: Value, usage: Value| {
            let mut chunk = json!({
                "id": id, "object": "chat.completion.chunk", "created": ids::unix_seconds(),
                "model": self.model, "choices": choices
            });
            if !usage.is_null() {
                chunk["usage"] = usage;
            }
            format!("data: {chunk}\n\n")
        };
        let delta = |delta: Value, finish: Option<&str>| {
            chunk(
                json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]),
                Value::Null,
            )
        };
        let mut events = vec![delta(json!({"role": "assistant", "content": ""}), None)];
        let mut pieces = sse::pieces(text, CHUNK);
        if breaks {
            pieces.truncate(2);
        }
        for piece in pieces {
            events.push(delta(json!({"content": piece}), None));
        }
        if breaks {
            events.push(format!("data: {}\n\n", broken_off()));
            events.push("data: [DONE]\n\n".to_owned());
            return events;
        }
        if trigger == Some(Trigger::Malformed) {
            events.push("data: {\"id\":\"chatcmpl-\n\n".to_owned());
            return events;
        }
        events.push(delta(json!({"content": ""}), Some(finish)));
        if self.has_usage {
            events.push(chunk(json!([]), self.usage(text)));
        }
        events.push("data: [DONE]\n\n".to_owned());
        events
    }
}

/// The error of an answer that began well.
fn broken_off() -> Value {
    json!({"error": {
        "message": "EngineCore encountered an issue.", "type": "InternalServerError",
        "param": null, "code": 500
    }})
}

fn no_such_model(model: &str) -> Refusal {
    chat_error(
        StatusCode::NOT_FOUND,
        "NotFoundError",
        &format!("The model `{model}` does not exist."),
    )
}

/// The text of a message: a string or parts of text. `None` when it is neither.
fn text_of(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().map(|part| part["text"].as_str()).collect(),
        _ => None,
    }
}

/// `GET /v1/models`.
pub(super) fn models() -> Response {
    reply::json(
        StatusCode::OK,
        &json!({"object": "list", "data": [{
            "id": SERVED, "object": "model", "created": ids::unix_seconds(), "owned_by": "vllm",
            "root": "Qwen/Qwen3-8B", "parent": null, "max_model_len": 32_768
        }]}),
    )
}
