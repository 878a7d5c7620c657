//! What the three forms have in common: messages as text, the model, the answer's text and its
//! length. It must know no form of answer.

use http::HeaderMap;
use serde_json::Value;

use super::answers;
use super::models::{Form, Model};
use crate::kie::{answers as market, link};
use crate::reply::Refusal;
use crate::shared::Shared;
use crate::trigger::Trigger;
use crate::{schema_sample, story};

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Length,
    Filtered,
}

/// What was asked.
pub(super) struct Request {
    pub(super) model: &'static Model,
    prompt: String,
    everything: String,
    pub(super) trigger: Option<Trigger>,
    pub(super) stream: bool,
}

/// What is answered.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) end: End,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) credits: f64,
}

/// The body as a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| answers::invalid("The request body is not valid JSON"))
}

impl Request {
    /// Reads the messages of a body. The stream is on unless it is turned off.
    pub(super) fn read(
        shared: &Shared,
        headers: &HeaderMap,
        body: &Value,
        id: &str,
        form: Form,
    ) -> Result<Self, Refusal> {
        let mut everything = String::new();
        for name in ["system", "instructions"] {
            if let Some(text) = text_of(shared, headers, &body[name])? {
                everything.push_str(&text);
                everything.push('\n');
            }
        }
        let mut prompt = String::new();
        let name = match form {
            Form::Responses => "input",
            Form::Completions | Form::Messages => "messages",
        };
        match &body[name] {
            Value::String(text) if form == Form::Responses => prompt.clone_from(text),
            Value::Array(messages) if !messages.is_empty() => {
                for message in messages {
                    let role = message["role"].as_str().unwrap_or_default();
                    if !["developer", "system", "user", "assistant", "tool"].contains(&role) {
                        return Err(answers::invalid("messages: the role is not known"));
                    }
                    let text = text_of(shared, headers, &message["content"])?.unwrap_or_default();
                    everything.push_str(&text);
                    everything.push('\n');
                    if role == "user" {
                        prompt = text;
                    }
                }
            }
            _ => return Err(answers::invalid(&format!("{name} is required"))),
        }
        if form == Form::Responses && everything.is_empty() {
            everything.clone_from(&prompt);
        }
        let model = Model::find(id, form).ok_or_else(market::no_such_model)?;
        Ok(Self {
            model,
            trigger: Trigger::find(&everything).or(Trigger::find(&prompt)),
            prompt,
            everything,
            stream: body["stream"].as_bool().unwrap_or(true),
        })
    }

    /// Writes a story, or JSON for `schema`, no longer than `limit` tokens.
    pub(super) fn write(&self, schema: Option<&Value>, limit: Option<u64>) -> Written {
        let mut text = match schema {
            Some(schema) => schema_sample::sample(schema, &self.prompt).to_string(),
            None => story::text(&self.prompt),
        };
        let whole = story::tokens(&text);
        let (limit, mut end) = match self.trigger {
            Some(Trigger::OutputBlocked) => (whole / 2, End::Filtered),
            Some(Trigger::Truncated) => (whole / 2, End::Length),
            Some(Trigger::Empty) => (0, End::Finished),
            _ => (limit.unwrap_or(whole), End::Length),
        };
        if limit < whole {
            text = story::truncate(&text, limit);
        } else {
            end = End::Finished;
        }
        let input_tokens = story::tokens(&self.everything);
        let output_tokens = story::tokens(&text);
        Written {
            text,
            end,
            input_tokens,
            output_tokens,
            credits: self.model.credits(input_tokens, output_tokens),
        }
    }
}

/// The text of a content: a string or parts. Addresses in parts must be ones that KIE can fetch.
fn text_of(
    shared: &Shared,
    headers: &HeaderMap,
    content: &Value,
) -> Result<Option<String>, Refusal> {
    let parts = match content {
        Value::Null => return Ok(None),
        Value::String(text) => return Ok(Some(text.clone())),
        Value::Array(parts) => parts,
        _ => return Err(answers::invalid("content: must be text or parts")),
    };
    let mut text = String::new();
    for part in parts {
        match part["type"].as_str() {
            Some("text" | "input_text" | "output_text") => {
                text.push_str(part["text"].as_str().unwrap_or_default());
            }
            Some("image_url" | "input_image") => {
                let url = part["image_url"]["url"]
                    .as_str()
                    .or(part["image_url"].as_str())
                    .unwrap_or_default();
                link::check(shared, headers, url)?;
            }
            Some(_) => {}
            None => return Err(answers::invalid("content: a part has no type")),
        }
    }
    Ok(Some(text))
}
