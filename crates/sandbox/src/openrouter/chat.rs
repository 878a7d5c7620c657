//! OpenRouter's chat completions, unary and streamed (API reference, chat completion and streaming).
//! Usage and cost always come back; errors after the stream began come inside it.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::answers::{self, Answers};
use super::catalogue::Model;
use super::request::Request;
use crate::keys::{self, Key};
use crate::reply::{self, Refusal};
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{ids, sse, story};

/// How many characters a streamed chunk has, about.
const CHUNK: usize = 24;

/// `POST /chat/completions`.
pub(super) async fn complete(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = keys::admit(&shared, keys::bearer(&headers), &Answers).await?;
    let request = Request::read(&body)?;
    key.pays(&Answers)?;
    let trigger = Trigger::find(&request.everything);
    if let Some(refusal) = trigger.and_then(|trigger| request.refusal(trigger)) {
        return Err(refusal);
    }
    let answer = Answer::write(&request, trigger, format!("gen-{}", shared.ids.hex()));
    let mut response = if request.stream {
        sse::events(answer.chunks(trigger), shared.config.stream_pause)
    } else {
        answer.unary(trigger)
    };
    reply::set_header(response.headers_mut(), "x-generation-id", &answer.id);
    remember(&shared, &key, &request, &answer);
    Ok(response)
}

/// What is answered, before it takes a form.
struct Answer {
    id: String,
    created: u64,
    model: &'static Model,
    text: String,
    finish: &'static str,
    usage: Value,
    cost: f64,
}

impl Answer {
    fn write(request: &Request, trigger: Option<Trigger>, id: String) -> Self {
        let mut text = request.text();
        let mut finish = "stop";
        let limit = match trigger {
            Some(Trigger::Truncated) => Some(story::tokens(&text) / 2),
            Some(Trigger::Empty | Trigger::OutputBlocked) => Some(0),
            _ => request.limit,
        };
        if let Some(limit) = limit.filter(|limit| story::tokens(&text) > *limit) {
            text = story::truncate(&text, limit);
            finish = "length";
        }
        match trigger {
            Some(Trigger::Empty) => finish = "stop",
            Some(Trigger::OutputBlocked) => finish = "content_filter",
            _ => {}
        }
        let prompt = story::tokens(&request.everything);
        let completion = story::tokens(&text);
        let (prompt_cost, completion_cost) = request.model.cost(prompt, completion);
        let cost = prompt_cost + completion_cost;
        let usage = json!({
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion, "cost": cost, "is_byok": false,
            "cost_details": {
                "upstream_inference_cost": null,
                "upstream_inference_prompt_cost": prompt_cost,
                "upstream_inference_completions_cost": completion_cost,
                "server_tool_cost": null
            },
            "prompt_tokens_details": {
                "cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0, "video_tokens": 0
            },
            "completion_tokens_details": {
                "reasoning_tokens": 0, "audio_tokens": 0, "image_tokens": 0
            }
        });
        Self {
            id,
            created: ids::unix_seconds(),
            model: request.model,
            text,
            finish,
            usage,
            cost,
        }
    }

    fn native_finish(&self) -> &'static str {
        match (self.model.provider, self.finish) {
            ("Anthropic", "stop") => "end_turn",
            ("Anthropic", "length") => "max_tokens",
            ("Google AI Studio", "stop") => "STOP",
            (_, finish) => finish,
        }
    }

    fn unary(&self, trigger: Option<Trigger>) -> Response {
        if let Some(Trigger::ErrorIn200 | Trigger::StreamError) = trigger {
            let body = answers::error(
                502,
                "Provider returned error",
                json!({"error_type": "provider_unavailable", "provider_name": self.model.provider}),
            );
            return reply::json(StatusCode::OK, &body);
        }
        let mut body = json!({
            "id": self.id, "object": "chat.completion", "created": self.created,
            "model": self.model.id, "provider": self.model.provider,
            "system_fingerprint": null, "service_tier": null,
            "choices": [{
                "index": 0, "logprobs": null,
                "finish_reason": self.finish, "native_finish_reason": self.native_finish(),
                "message": {
                    "role": "assistant", "content": self.text, "refusal": null, "reasoning": null
                }
            }],
            "usage": self.usage
        });
        match trigger {
            Some(Trigger::Malformed) => reply::broken_json(&body),
            Some(Trigger::ErrorInChoice) => {
                let choice = &mut body["choices"][0];
                choice["finish_reason"] = json!("error");
                choice["error"] = broken_off();
                choice["message"]["content"] = json!(story::truncate(&self.text, 8));
                reply::json(StatusCode::OK, &body)
            }
            _ => reply::json(StatusCode::OK, &body),
        }
    }

    fn chunks(&self, trigger: Option<Trigger>) -> Vec<String> {
        let mut events = vec![": OPENROUTER PROCESSING\n\n".to_owned()];
        let mut pieces = sse::pieces(&self.text, CHUNK);
        let breaks = matches!(
            trigger,
            Some(Trigger::StreamError | Trigger::ErrorInChoice | Trigger::ErrorIn200)
        );
        if breaks {
            pieces.truncate(2);
        }
        events.push(self.event(json!([choice("", None, None)]), None));
        for piece in pieces {
            events.push(self.event(json!([choice(&piece, None, None)]), None));
        }
        if breaks {
            let mut chunk = self.chunk(json!([choice("", Some("error"), None)]));
            chunk["error"] = broken_off();
            events.push(data(&chunk));
            return events;
        }
        if trigger == Some(Trigger::Malformed) {
            events.push("data: {\"id\":\"gen-\n\n".to_owned());
            return events;
        }
        let last = choice("", Some(self.finish), Some(self.native_finish()));
        events.push(self.event(json!([last]), None));
        events.push(self.event(json!([]), Some(&self.usage)));
        events.push("data: [DONE]\n\n".to_owned());
        events
    }

    fn chunk(&self, choices: Value) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created,
            "model": self.model.id, "provider": self.model.provider, "choices": choices
        })
    }

    fn event(&self, choices: Value, usage: Option<&Value>) -> String {
        let mut chunk = self.chunk(choices);
        if let Some(usage) = usage {
            chunk["usage"] = usage.clone();
        }
        data(&chunk)
    }
}

/// The error of an answer that began well.
fn broken_off() -> Value {
    json!({
        "code": 502, "message": "Provider disconnected",
        "metadata": {"error_type": "provider_unavailable", "provider_code": "disconnected"}
    })
}

fn choice(content: &str, finish: Option<&str>, native: Option<&str>) -> Value {
    json!({
        "index": 0, "delta": {"role": "assistant", "content": content},
        "finish_reason": finish, "native_finish_reason": native, "logprobs": null
    })
}

fn data(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

fn remember(shared: &Shared, key: &Key, request: &Request, answer: &Answer) {
    let (prompt, completion) = (
        &answer.usage["prompt_tokens"],
        &answer.usage["completion_tokens"],
    );
    shared.generations.add(
        key.owner,
        json!({
            "id": answer.id, "total_cost": answer.cost, "usage": answer.cost,
            "created_at": answer.created, "model": answer.model.id,
            "provider_name": answer.model.provider, "streamed": request.stream,
            "cancelled": false, "is_byok": false, "upstream_inference_cost": null,
            "tokens_prompt": prompt, "tokens_completion": completion,
            "native_tokens_prompt": prompt, "native_tokens_completion": completion,
            "native_tokens_reasoning": 0, "native_tokens_cached": 0,
            "finish_reason": answer.finish, "native_finish_reason": answer.native_finish(),
            "latency": 120, "generation_time": 240, "origin": ""
        }),
    );
}
