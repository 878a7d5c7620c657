//! Reading a message request with the checks that Anthropic makes whatever the model: names, types,
//! roles, blocks. What depends on the model is in `rules`; no answer but a refusal is built here.

use serde_json::Value;

use super::answers;
use super::catalogue::Model;
use crate::reply::Refusal;
use crate::{schema_sample, story};

const FIELDS: [&str; 22] = [
    "model",
    "messages",
    "max_tokens",
    "system",
    "metadata",
    "stop_sequences",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "thinking",
    "output_config",
    "tools",
    "tool_choice",
    "service_tier",
    "inference_geo",
    "cache_control",
    "container",
    "context_management",
    "diagnostics",
    "mcp_servers",
    "speed",
];
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
/// What a picture counts, about, in tokens.
const PICTURE_TOKENS: u64 = 1_500;

/// Whether the answer thinks, and whether the caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    Off,
    Omitted,
    Summarized,
}

/// What was asked.
pub(super) struct Request {
    pub(super) model: &'static Model,
    /// The text of the last user message.
    pub(super) prompt: String,
    /// The text of the system prompt and of all messages.
    pub(super) everything: String,
    pictures: u64,
    pub(super) stream: bool,
    pub(super) max_tokens: u64,
    pub(super) stop_sequences: Vec<String>,
    pub(super) thinking: Thinking,
    pub(super) effort: String,
    /// `output_config.format.schema`, or null.
    schema: Value,
}

impl Request {
    /// Reads a body; refuses what the real service refuses.
    pub(super) fn read(body: &Value) -> Result<Self, Refusal> {
        if let Some(name) = body
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys())
            .find(|name| !FIELDS.contains(&name.as_str()))
        {
            return Err(extra(name));
        }
        let id = match &body["model"] {
            Value::Null => return Err(missing("model")),
            Value::String(id) => id,
            _ => return Err(no_string("model")),
        };
        let max_tokens = match &body["max_tokens"] {
            Value::Null => return Err(missing("max_tokens")),
            value => value.as_u64().filter(|limit| *limit >= 1).ok_or_else(|| {
                answers::invalid("max_tokens: Input should be greater than or equal to 1")
            })?,
        };
        let mut everything = text_of("system", &body["system"], &mut 0)?;
        let mut pictures = 0;
        let mut prompt = String::new();
        for (index, message) in messages(body)?.iter().enumerate() {
            let role = message["role"].as_str().unwrap_or_default();
            if !["user", "assistant"].contains(&role) {
                return Err(answers::invalid(&format!(
                    "messages.{index}.role: Input should be 'user' or 'assistant'"
                )));
            }
            let place = format!("messages.{index}.content");
            if message["content"].is_null() {
                return Err(missing(&place));
            }
            let text = text_of(&place, &message["content"], &mut pictures)?;
            if text.trim().is_empty() && message["content"].is_string() {
                return Err(answers::invalid(&format!(
                    "{place}: text content blocks must be non-empty"
                )));
            }
            everything.push('\n');
            everything.push_str(&text);
            if role == "user" {
                prompt = text;
            }
        }
        let model = Model::find(id)
            .filter(|model| !model.is_retired())
            .ok_or_else(|| answers::no_such_model(id))?;
        Ok(Self {
            model,
            prompt,
            everything,
            pictures,
            stream: body["stream"].as_bool().unwrap_or(false),
            max_tokens,
            stop_sequences: body["stop_sequences"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|sequence| Some(sequence.as_str()?.to_owned()))
                .collect(),
            thinking: thinking(model, &body["thinking"]),
            effort: body["output_config"]["effort"]
                .as_str()
                .unwrap_or(model.default_effort())
                .to_owned(),
            schema: schema(&body["output_config"]["format"])?,
        })
    }

    /// The text of the answer: a story, or JSON when a schema was given.
    pub(super) fn text(&self) -> String {
        if self.schema.is_null() {
            story::text(&self.prompt)
        } else {
            schema_sample::sample(&self.schema, &self.prompt).to_string()
        }
    }

    /// What the request counts in tokens.
    pub(super) fn input_tokens(&self) -> u64 {
        story::tokens(&self.everything) + PICTURE_TOKENS * self.pictures
    }
}

/// 400 for a field that is not there.
fn missing(place: &str) -> Refusal {
    answers::invalid(&format!("{place}: Field required"))
}

/// 400 for a field that nobody knows.
fn extra(place: &str) -> Refusal {
    answers::invalid(&format!("{place}: Extra inputs are not permitted"))
}

fn no_string(place: &str) -> Refusal {
    answers::invalid(&format!("{place}: Input should be a valid string"))
}

fn messages(body: &Value) -> Result<&Vec<Value>, Refusal> {
    match &body["messages"] {
        Value::Null => Err(missing("messages")),
        Value::Array(messages) if messages.is_empty() => Err(answers::invalid(
            "messages: at least one message is required",
        )),
        Value::Array(messages) => Ok(messages),
        _ => Err(answers::invalid("messages: Input should be a valid array")),
    }
}

fn thinking(model: &Model, asked: &Value) -> Thinking {
    let thinks = match asked["type"].as_str() {
        Some("disabled") => false,
        Some(_) => true,
        None => model.thinks_by_default(),
    };
    match (thinks, asked["display"].as_str()) {
        (false, _) => Thinking::Off,
        (true, Some("summarized")) => Thinking::Summarized,
        (true, _) => Thinking::Omitted,
    }
}

fn schema(format: &Value) -> Result<Value, Refusal> {
    match format["type"].as_str() {
        None if format.is_null() => Ok(Value::Null),
        Some("json_schema") if format["schema"].is_object() => Ok(format["schema"].clone()),
        Some("json_schema") => Err(missing("output_config.format.schema")),
        _ => Err(answers::invalid(
            "output_config.format.type: Input should be 'json_schema'",
        )),
    }
}

/// The text of a system prompt or of a message: a string or blocks. Counts pictures.
fn text_of(place: &str, content: &Value, pictures: &mut u64) -> Result<String, Refusal> {
    let blocks = match content {
        Value::Null => return Ok(String::new()),
        Value::String(text) => return Ok(text.clone()),
        Value::Array(blocks) => blocks,
        _ => return Err(no_string(place)),
    };
    let mut text = String::new();
    for (index, block) in blocks.iter().enumerate() {
        let place = format!("{place}.{index}");
        match block["type"].as_str() {
            Some("text") => match block["text"].as_str() {
                Some("") => {
                    return Err(answers::invalid(
                        "messages: text content blocks must be non-empty",
                    ));
                }
                Some(part) => text.push_str(part),
                None => return Err(missing(&format!("{place}.text"))),
            },
            Some("image") => {
                picture(&format!("{place}.image.source"), &block["source"])?;
                *pictures += 1;
            }
            Some("document" | "thinking" | "redacted_thinking" | "tool_use" | "tool_result") => {}
            _ => {
                return Err(answers::invalid(&format!(
                    "{place}: Input tag does not match any of the expected tags"
                )));
            }
        }
    }
    Ok(text)
}

fn picture(place: &str, source: &Value) -> Result<(), Refusal> {
    match source["type"].as_str() {
        Some("url") if source["url"].is_string() => Ok(()),
        Some("url") => Err(missing(&format!("{place}.url"))),
        Some("base64") => {
            if !source["data"].is_string() {
                return Err(missing(&format!("{place}.data")));
            }
            let media_type = source["media_type"].as_str().unwrap_or_default();
            if PICTURES.contains(&media_type) {
                Ok(())
            } else {
                Err(answers::invalid(&format!(
                    "{place}.base64.media_type: Input should be 'image/jpeg', 'image/png', \
                     'image/gif' or 'image/webp'"
                )))
            }
        }
        _ => Err(missing(&format!("{place}.type"))),
    }
}
