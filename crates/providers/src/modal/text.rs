//! The text of a deployment: whole JSON of several shapes, or the event stream of an
//! OpenAI-compatible server. A stream that just stops is never taken for a text.

use super::response::{by_words, complaint};
use crate::{
    Failure, Job, Produced, Reply,
    failure::fault_by_status,
    json::{self, number, text},
    sse::{self, Event},
};
use domain::{ProviderFault, pricing::Usage};
use serde_json::Value;

/// What an answer says, whole or put together from its events.
#[derive(Default)]
struct Told {
    text: String,
    refusal: String,
    finish: Option<String>,
    usage: Usage,
    id: Option<String>,
}

/// Reads a text.
pub fn read(job: &Job, reply: &Reply) -> Result<Produced, Failure> {
    let told = if is_stream(reply) {
        stream(reply)?
    } else {
        whole(reply)?
    };
    let is_cut = told.finish.as_deref() == Some("length");
    if told.text.is_empty() || (is_cut && json::is_asked_for(job)) {
        return Err(empty(reply, &told));
    }
    Ok(Produced {
        text: Some(told.text),
        media: Vec::new(),
        usage: told.usage,
        request_id: told.id,
    })
}

/// The text that an event adds.
pub fn delta(event: &Event) -> Option<String> {
    let value: Value = serde_json::from_str(&event.data).ok()?;
    let added = text(&value, "/choices/0/delta/content")?;
    (!added.is_empty()).then(|| added.to_owned())
}

fn is_stream(reply: &Reply) -> bool {
    let told = reply.header("content-type").unwrap_or_default();
    told.starts_with("text/event-stream")
        || ["data:", "event:", ":"]
            .iter()
            .any(|start| reply.body.starts_with(start.as_bytes()))
}

fn whole(reply: &Reply) -> Result<Told, Failure> {
    let Ok(value) = serde_json::from_slice::<Value>(&reply.body) else {
        return Err(Failure::unreadable(reply, "a text that is not JSON").lasting());
    };
    if let Some(told) = complaint(&value) {
        return Err(failed(reply, &value, told));
    }
    let mut told = Told::default();
    let places = [
        "/choices/0/message/content",
        "/response",
        "/text",
        "/content",
    ];
    let found = value.as_str().map(str::to_owned).or_else(|| {
        places
            .iter()
            .filter_map(|at| value.pointer(at))
            .map(content)
            .find(|text| !text.is_empty())
    });
    told.text = found.unwrap_or_default();
    told.refusal = text(&value, "/choices/0/message/refusal")
        .unwrap_or_default()
        .to_owned();
    told.note(&value);
    Ok(told)
}

/// A text, or the text parts of a list.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| text(part, "/text"))
            .collect(),
        _ => String::new(),
    }
}

fn stream(reply: &Reply) -> Result<Told, Failure> {
    let mut told = Told::default();
    let mut ended = false;
    for event in sse::events(&reply.body) {
        if event.data.trim() == "[DONE]" {
            ended = true;
            break;
        }
        let Ok(value) = serde_json::from_str::<Value>(&event.data) else {
            continue;
        };
        if let Some(complaint) = complaint(&value) {
            return Err(failed(reply, &value, complaint));
        }
        told.text
            .push_str(text(&value, "/choices/0/delta/content").unwrap_or_default());
        told.refusal
            .push_str(text(&value, "/choices/0/delta/refusal").unwrap_or_default());
        told.note(&value);
    }
    if ended || told.finish.is_some() {
        return Ok(told);
    }
    let failure = Failure::told(ProviderFault::Upstream, reply, "the stream broke off");
    Err(failure.lasting().uncertain())
}

impl Told {
    fn note(&mut self, value: &Value) {
        let tokens = |at| value.pointer(at).and_then(Value::as_u64);
        if let Some(finish) = text(value, "/choices/0/finish_reason") {
            self.finish = Some(finish.to_owned());
        }
        self.usage.input_tokens = tokens("/usage/prompt_tokens").or(self.usage.input_tokens);
        self.usage.output_tokens = tokens("/usage/completion_tokens").or(self.usage.output_tokens);
        if self.id.is_none() {
            self.id = text(value, "/id").map(str::to_owned);
        }
    }
}

/// An error inside a success: by its own code where it has one.
fn failed(reply: &Reply, value: &Value, told: String) -> Failure {
    let code = ["/error/code", "/code"]
        .iter()
        .find_map(|at| number(value.pointer(at)))
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code));
    let fault = code.map_or(ProviderFault::Upstream, fault_by_status);
    let fault = by_words(fault, &told);
    Failure::told(fault, reply, told).lasting()
}

/// Why there is no whole text although nobody speaks of an error.
fn empty(reply: &Reply, told: &Told) -> Failure {
    let finish = told.finish.as_deref();
    let (fault, why) = match finish {
        _ if !told.refusal.is_empty() => (ProviderFault::ContentBlocked, told.refusal.clone()),
        Some("content_filter") => (
            ProviderFault::ContentBlocked,
            "finish_reason content_filter".to_owned(),
        ),
        Some("length") => (
            ProviderFault::BadRequest,
            "the token limit was used up before the answer was whole".to_owned(),
        ),
        other => (
            ProviderFault::Upstream,
            format!("no text, finish_reason {}", other.unwrap_or("missing")),
        ),
    };
    Failure::told(fault, reply, why).lasting()
}
