//! The answer of a text model as events → its text and what was counted. A stream counts only with
//! its end; one that was cut off may have been charged.

use super::{Form, Whole, answer, complaint};
use crate::{
    Failure, Reply,
    json::text,
    sse::{Event, events},
};
use domain::ProviderFault;
use serde_json::Value;

/// The mark behind the last event.
const DONE: &str = "[DONE]";

/// The text that this event adds.
pub fn delta(form: Form, event: &Event) -> Option<String> {
    let data = serde_json::from_str::<Value>(&event.data).ok()?;
    added(form, &data).map(str::to_owned)
}

fn added(form: Form, data: &Value) -> Option<&str> {
    let added = match form {
        Form::Chat => text(data, "/choices/0/delta/content"),
        Form::Messages => {
            let is_text = text(data, "/delta/type") == Some("text_delta");
            text(data, "/delta/text").filter(|_| is_text)
        }
        Form::Responses => {
            let is_text = text(data, "/type") == Some("response.output_text.delta");
            text(data, "/delta").filter(|_| is_text)
        }
    };
    added.filter(|text| !text.is_empty())
}

/// The whole answer.
///
/// # Errors
/// What an event tells of, or a stream without its end.
pub fn whole(form: Form, reply: &Reply) -> Result<Whole, Failure> {
    let mut whole = Whole::default();
    let mut ended = false;
    for event in events(&reply.body) {
        if event.data.trim() == DONE {
            ended = true;
            continue;
        }
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            continue;
        };
        if let Some(failure) = complaint(reply, &data) {
            // What was written until then may have been charged; before that nothing was.
            return Err(if whole.text.is_empty() {
                failure
            } else {
                failure.lasting().uncertain()
            });
        }
        ended |= take(form, &mut whole, &data);
    }
    if ended {
        return Ok(whole);
    }
    let failure = Failure::told(
        ProviderFault::Upstream,
        reply,
        "the stream ended before its end",
    );
    Err(failure.lasting().uncertain())
}

/// Takes over what one event says; `true` for the last one of its form.
fn take(form: Form, whole: &mut Whole, data: &Value) -> bool {
    let owned = |pointer: &str| text(data, pointer).map(str::to_owned);
    whole.text.push_str(added(form, data).unwrap_or_default());
    answer::counted(whole, data);
    match form {
        Form::Chat => {
            whole.id = whole.id.take().or_else(|| owned("/id"));
            if let Some(refusal) = text(data, "/choices/0/delta/refusal") {
                whole.refusal.push_str(refusal);
            }
            let stopped = owned("/choices/0/finish_reason");
            let is_last = stopped.is_some();
            whole.stopped = stopped.or(whole.stopped.take());
            is_last
        }
        Form::Messages => {
            if let Some(message) = data.get("message") {
                whole.id = text(message, "/id").map(str::to_owned);
                answer::counted(whole, message);
            }
            whole.stopped = owned("/delta/stop_reason").or(whole.stopped.take());
            text(data, "/type") == Some("message_stop")
        }
        Form::Responses => {
            let kind = text(data, "/type").unwrap_or_default();
            let Some(response) = data.get("response") else {
                return false;
            };
            whole.id = whole
                .id
                .take()
                .or_else(|| text(response, "/id").map(str::to_owned));
            let is_last = matches!(kind, "response.completed" | "response.incomplete");
            if is_last {
                answer::counted(whole, response);
                let mut last = Whole::default();
                answer::responses(&mut last, response);
                whole.stopped = last.stopped;
                whole.refusal = last.refusal;
                if !last.text.is_empty() {
                    whole.text = last.text;
                }
            }
            is_last
        }
    }
}
