//! Text models on KIE, in the three forms that its docs describe: OpenAI's chat with the model in
//! the path, Anthropic's messages, OpenAI's responses. Streaming is always said, because KIE streams
//! by itself; the model's thinking is never asked for.
//!
//! A limit for the answer is documented for Claude only, a JSON schema for chat only; the limit is
//! left out elsewhere and a schema refused.

mod answer;
mod request;
mod stream;

pub use request::call;
pub use stream::delta;

use super::error::{Asked, told};
use crate::{
    Failure, Job, Reply, Step,
    json::{self, number, text},
};
use domain::ProviderFault;
use serde_json::Value;

/// How a model is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `/{model}/v1/chat/completions`.
    Chat,
    /// `/claude/v1/messages`.
    Messages,
    /// `/codex/v1/responses`.
    Responses,
}

impl Form {
    /// The form of this model; `None` for one that KIE does not have.
    pub fn of(model: &str) -> Option<Self> {
        match model {
            "gpt-5-2" => Some(Self::Chat),
            "gpt-5-4" | "gpt-5-5" => Some(Self::Responses),
            _ if model.starts_with("gemini-") => Some(Self::Chat),
            _ if model.starts_with("claude-") => Some(Self::Messages),
            _ => None,
        }
    }
}

/// Reads the whole answer, streamed or not.
///
/// # Errors
/// The classified [`Failure`]. A stream that was cut off may have been charged.
pub fn read(form: Form, job: &Job, reply: &Reply) -> Result<Step, Failure> {
    let whole = if is_stream(reply) {
        stream::whole(form, reply)?
    } else {
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
            return Err(Failure::unreadable(reply, "not an answer of a text model"));
        };
        if let Some(failure) = complaint(reply, &body) {
            return Err(failure);
        }
        answer::whole(form, &body)
    };
    whole.finish(job, reply)
}

/// By how it begins, because KIE does not always state a type and some stand-ins state a wrong one.
fn is_stream(reply: &Reply) -> bool {
    let body = reply.body.trim_ascii_start();
    let begins = |start: &&[u8]| body.starts_with(start);
    let stated = reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    [&b"data:"[..], b"event:", b":"].iter().any(begins) || (stated && !body.starts_with(b"{"))
}

/// The failure that an answer or an event tells of: KIE's envelope also inside a 200, or an error
/// in the words of OpenAI and Anthropic.
fn complaint(reply: &Reply, body: &Value) -> Option<Failure> {
    let code = number(body.get("code")).filter(|code| !matches!(code, 0 | 200));
    let error = ["/error", "/response/error"]
        .iter()
        .find_map(|place| body.pointer(place).filter(|error| !error.is_null()));
    if code.is_none() && error.is_none() && reply.is_success() {
        return None;
    }
    let error = error.unwrap_or(body);
    let message = ["/message", "", "/msg"]
        .iter()
        .find_map(|place| text(error, place))
        .unwrap_or("an error without a message");
    let kind = text(error, "/type").unwrap_or_default();
    let code = code
        .or_else(|| number(error.get("code")).filter(|code| *code >= 400))
        .or_else(|| by_kind(kind))
        .or((!reply.is_success()).then_some(i64::from(reply.status)))
        .unwrap_or(500);
    Some(told(reply, code, message, Asked::Text))
}

/// The code that stands for an error of this type.
fn by_kind(kind: &str) -> Option<i64> {
    Some(match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "overloaded_error" => 503,
        _ => return None,
    })
}

/// What a whole answer comes to.
#[derive(Default)]
struct Whole {
    text: String,
    /// What the model says when it will not answer.
    refusal: String,
    id: Option<String>,
    /// Why it stopped, in the words of its form.
    stopped: Option<String>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    /// What was charged, in KIE's credits.
    credits: Option<Value>,
}

impl Whole {
    fn finish(self, job: &Job, reply: &Reply) -> Result<Step, Failure> {
        let fail = |fault, why: String| Err(Failure::told(fault, reply, why).lasting());
        let stopped = self.stopped.as_deref().unwrap_or("missing");
        let is_refused = matches!(stopped, "content_filter" | "refusal" | "sensitive");
        if is_refused || (self.text.is_empty() && !self.refusal.is_empty()) {
            let why = format!("the model refused ({stopped}): {}", self.refusal);
            return fail(ProviderFault::ContentBlocked, why);
        }
        let is_cut = matches!(stopped, "length" | "max_tokens" | "max_output_tokens");
        if is_cut && (self.text.is_empty() || json::is_asked_for(job)) {
            let why = "the token limit was used up before the answer was whole";
            return fail(ProviderFault::BadRequest, why.to_owned());
        }
        if self.text.is_empty() {
            let why = format!("an empty answer, stopped by {stopped}");
            return fail(ProviderFault::Upstream, why);
        }
        Ok(answer::step(self))
    }
}
