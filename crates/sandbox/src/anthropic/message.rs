//! A message in Anthropic's two forms: one JSON object, or named events (API reference, create a
//! message, streaming). It must not decide what is answered.

use serde_json::{Value, json};

use crate::sse;

/// How many characters a streamed chunk has, about.
const CHUNK: usize = 24;
const SIGNATURE: &str = "c2ltdWxhdGVk";

/// The thinking before an answer.
pub(crate) struct Thought {
    /// What is shown of it; empty when the caller gets none of it.
    pub(crate) shown: String,
    /// How many output tokens it took.
    pub(crate) tokens: u64,
}

/// What is answered.
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) thought: Option<Thought>,
    /// The text; none for an answer without a text block.
    pub(crate) text: Option<String>,
    pub(crate) stop_reason: &'static str,
    pub(crate) stop_sequence: Option<String>,
    pub(crate) input_tokens: u64,
    /// With those of the thinking.
    pub(crate) output_tokens: u64,
}

impl Message {
    /// The answer as one object.
    pub(crate) fn body(&self) -> Value {
        let mut content = Vec::new();
        if let Some(thought) = &self.thought {
            content.push(json!({
                "type": "thinking", "thinking": thought.shown, "signature": SIGNATURE
            }));
        }
        if let Some(text) = &self.text {
            content.push(json!({"type": "text", "text": text, "citations": null}));
        }
        let mut body = self.opening();
        body["content"] = Value::Array(content);
        body["stop_reason"] = json!(self.stop_reason);
        body["stop_sequence"] = json!(self.stop_sequence);
        body["stop_details"] = self.stop_details();
        body["usage"]["output_tokens"] = json!(self.output_tokens);
        if let Some(thought) = &self.thought {
            body["usage"]["output_tokens_details"] = json!({"thinking_tokens": thought.tokens});
        }
        body
    }

    /// The answer as events.
    pub(crate) fn events(&self) -> Vec<String> {
        let mut events = vec![event(&json!({
            "type": "message_start", "message": self.opening()
        }))];
        let mut index = 0;
        if let Some(thought) = &self.thought {
            let empty = json!({"type": "thinking", "thinking": "", "signature": ""});
            let mut deltas: Vec<Value> = match thought.shown.as_str() {
                "" => vec![json!({"type": "thinking_delta", "thinking": ""})],
                shown => sse::pieces(shown, CHUNK)
                    .into_iter()
                    .map(|piece| json!({"type": "thinking_delta", "thinking": piece}))
                    .collect(),
            };
            deltas.push(json!({"type": "signature_delta", "signature": SIGNATURE}));
            block(&mut events, index, &empty, deltas);
            index += 1;
        }
        if let Some(text) = &self.text {
            let empty = json!({"type": "text", "text": ""});
            let deltas = sse::pieces(text, CHUNK)
                .into_iter()
                .map(|piece| json!({"type": "text_delta", "text": piece}))
                .collect();
            block(&mut events, index, &empty, deltas);
        }
        events.push(event(&json!({
            "type": "message_delta",
            "delta": {
                "stop_reason": self.stop_reason, "stop_sequence": self.stop_sequence,
                "stop_details": self.stop_details()
            },
            "usage": {"output_tokens": self.output_tokens}
        })));
        events.push(event(&json!({"type": "message_stop"})));
        events
    }

    fn opening(&self) -> Value {
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model,
            "content": [], "stop_reason": null, "stop_sequence": null, "stop_details": null,
            "usage": {
                "input_tokens": self.input_tokens, "output_tokens": 1,
                "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0
                },
                "service_tier": "standard", "inference_geo": "global"
            }
        })
    }

    fn stop_details(&self) -> Value {
        match self.stop_reason {
            "refusal" => json!({
                "type": "refusal", "category": "general_harms",
                "explanation": "The simulated provider declined this request."
            }),
            _ => Value::Null,
        }
    }
}

/// One named event; its name is the type of its data.
pub(crate) fn event(data: &Value) -> String {
    let name = data["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

fn block(events: &mut Vec<String>, index: usize, empty: &Value, deltas: Vec<Value>) {
    events.push(event(&json!({
        "type": "content_block_start", "index": index, "content_block": empty
    })));
    if index == 0 {
        events.push(event(&json!({"type": "ping"})));
    }
    for delta in deltas {
        events.push(event(&json!({
            "type": "content_block_delta", "index": index, "delta": delta
        })));
    }
    events.push(event(
        &json!({"type": "content_block_stop", "index": index}),
    ));
}
