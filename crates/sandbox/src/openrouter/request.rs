//! Reading a chat completion request with OpenRouter's checks, and the error that a trigger in it
//! asks for. It must build no success.

use serde_json::{Value, json};

use super::answers;
use super::catalogue::Model;
use crate::reply::Refusal;
use crate::trigger::Trigger;
use crate::{schema_sample, story};

/// What was asked, after the checks that the real service makes.
pub(super) struct Request {
    pub(super) model: &'static Model,
    /// The id as the caller wrote it.
    asked_model: String,
    /// The text of the last user message.
    pub(super) prompt: String,
    /// The text of all messages.
    pub(super) everything: String,
    pub(super) stream: bool,
    pub(super) limit: Option<u64>,
    format: Value,
}

impl Request {
    /// Reads a body; refuses what the real service refuses.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| answers::invalid("Request body is not valid JSON"))?;
        let messages = body["messages"]
            .as_array()
            .filter(|messages| !messages.is_empty())
            .ok_or_else(|| {
                answers::invalid("Input required: specify \"prompt\" or \"messages\"")
            })?;
        let mut prompt = String::new();
        let mut everything = String::new();
        for (index, message) in messages.iter().enumerate() {
            let role = message["role"].as_str().unwrap_or_default();
            if !["system", "developer", "user", "assistant", "tool"].contains(&role) {
                return Err(answers::invalid(&format!(
                    "messages.{index}.role: Invalid discriminator value"
                )));
            }
            let text = content_text(&message["content"]).ok_or_else(|| {
                answers::invalid(&format!("messages.{index}.content: Invalid input"))
            })?;
            everything.push_str(&text);
            everything.push('\n');
            if role == "user" {
                prompt = text;
            }
        }
        if let Some(temperature) = body.get("temperature").filter(|value| !value.is_null())
            && !temperature
                .as_f64()
                .is_some_and(|value| (0.0..=2.0).contains(&value))
        {
            return Err(answers::invalid("temperature: must be between 0 and 2"));
        }
        let limit = read_limit(&body)?;
        let asked_model = match &body["model"] {
            Value::Null => "openrouter/auto".to_owned(),
            Value::String(model) => model.clone(),
            _ => return Err(answers::invalid("model: Expected string")),
        };
        let model =
            Model::find(&asked_model).ok_or_else(|| answers::unknown_model(&asked_model))?;
        Ok(Self {
            model,
            asked_model,
            prompt,
            everything,
            stream: body["stream"].as_bool().unwrap_or(false),
            limit,
            format: body["response_format"].clone(),
        })
    }

    /// The HTTP error that a trigger asks for; none when it asks for a bad success.
    pub(super) fn refusal(&self, trigger: Trigger) -> Option<Refusal> {
        let model = self.model;
        let response = match trigger {
            Trigger::ModelGone => return Some(answers::deprecated_model(&self.asked_model)),
            Trigger::Blocked => answers::failed(
                403,
                &format!(
                    "{} requires moderation on {}. Your input was flagged.",
                    model.id, model.provider
                ),
                json!({
                    "error_type": "content_policy_violation", "reasons": ["violence"],
                    "flagged_input": self.prompt.chars().take(100).collect::<String>(),
                    "provider_name": model.provider, "model_slug": model.id
                }),
            ),
            Trigger::Forbidden => answers::failed(
                403,
                "This key may not use this model.",
                json!({"error_type": "permission_denied"}),
            ),
            Trigger::SpendLimit => answers::failed(
                403,
                "Key limit exceeded (monthly limit).",
                json!({
                    "error_type": "permission_denied", "limit_source": "openrouter_key_limit",
                    "scope": "key", "limit_usd": 10.0, "spend_usd": 10.01,
                    "resets_at": "2026-12-01T00:00:00Z"
                }),
            ),
            Trigger::TooLarge => answers::failed(
                413,
                "Request payload is too large.",
                json!({"error_type": "payload_too_large"}),
            ),
            Trigger::Timeout => answers::failed(
                408,
                "The request timed out.",
                json!({"error_type": "timeout"}),
            ),
            Trigger::Overloaded => answers::failed(
                529,
                "Provider is overloaded",
                json!({"error_type": "provider_overloaded", "provider_name": model.provider}),
            ),
            Trigger::Fail => answers::failed(
                500,
                "Internal Server Error",
                json!({"error_type": "server"}),
            ),
            Trigger::OutputBlocked
            | Trigger::Malformed
            | Trigger::ErrorIn200
            | Trigger::ErrorInChoice
            | Trigger::StreamError
            | Trigger::Empty
            | Trigger::Truncated => return None,
        };
        Some(response.into())
    }

    /// The text of the answer: a story, or JSON when that was asked for.
    pub(super) fn text(&self) -> String {
        match self.format["type"].as_str() {
            Some("json_schema") => {
                schema_sample::sample(&self.format["json_schema"]["schema"], &self.prompt)
                    .to_string()
            }
            Some("json_object") => schema_sample::film(&self.prompt).to_string(),
            _ => story::text(&self.prompt),
        }
    }
}

/// The text of a message's content: a string, parts, or null. `None` when it is none of these.
fn content_text(content: &Value) -> Option<String> {
    match content {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            parts
                .iter()
                .try_fold(String::new(), |text, part| match part["type"].as_str()? {
                    "text" => Some(text + part["text"].as_str()?),
                    _ => Some(text),
                })
        }
        _ => None,
    }
}

fn read_limit(body: &Value) -> Result<Option<u64>, Refusal> {
    for name in ["max_completion_tokens", "max_tokens"] {
        match &body[name] {
            Value::Null => {}
            value => {
                return value
                    .as_u64()
                    .filter(|limit| *limit >= 1)
                    .map(Some)
                    .ok_or_else(|| {
                        answers::invalid(&format!("{name}: must be a positive integer"))
                    });
            }
        }
    }
    Ok(None)
}
