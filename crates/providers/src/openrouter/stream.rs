//! OpenRouter's stream (OpenRouter docs, streaming) → the same answer as without a stream. Its end
//! mark is `[DONE]`; a chunk with an error ends it too.

use super::{
    response::words,
    wire::{Answer, ChatReply, Choice},
};
use crate::{
    Failure, Reply,
    sse::{self, Event},
};
use serde_json::Value;

/// The chunks put together, or the one chunk that tells of an error.
pub fn whole(reply: &Reply) -> Result<ChatReply, Failure> {
    let mut whole = ChatReply::default();
    let mut choice = Choice::default();
    let (mut text, mut refusal) = (String::new(), String::new());
    for event in sse::events(&reply.body) {
        if is_end(&event) {
            choice.message = Some(Answer {
                content: Some(Value::String(text)),
                refusal: Some(refusal),
            });
            whole.choices = Some(vec![choice]);
            return Ok(whole);
        }
        let Ok(mut chunk) = serde_json::from_str::<ChatReply>(&event.data) else {
            return Err(sse::cut_off(reply));
        };
        if is_error(&chunk) {
            return Ok(chunk);
        }
        whole.id = whole.id.or(chunk.id);
        whole.usage = chunk.usage.or(whole.usage);
        if let Some(told) = first(&mut chunk.choices) {
            choice.finish_reason = told.finish_reason.or(choice.finish_reason);
            if let Some(delta) = told.delta {
                text.push_str(&words(&delta));
                refusal.push_str(delta.refusal.as_deref().unwrap_or_default());
            }
        }
    }
    Err(sse::cut_off(reply))
}

/// The text that a chunk adds.
pub fn delta(event: &Event) -> Option<String> {
    let mut chunk: ChatReply = serde_json::from_str(&event.data).ok()?;
    if is_error(&chunk) {
        return None;
    }
    let text = words(&first(&mut chunk.choices)?.delta?);
    (!text.is_empty()).then_some(text)
}

fn is_end(event: &Event) -> bool {
    event.data.trim() == "[DONE]"
}

fn is_error(chunk: &ChatReply) -> bool {
    let told = |error: &Option<Value>| error.as_ref().is_some_and(|error| !error.is_null());
    let choice = chunk.choices.as_ref().and_then(|choices| choices.first());
    told(&chunk.error) || choice.is_some_and(|choice| told(&choice.error))
}

fn first(choices: &mut Option<Vec<Choice>>) -> Option<Choice> {
    choices.take()?.into_iter().next()
}
