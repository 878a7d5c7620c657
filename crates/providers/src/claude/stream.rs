//! Anthropic's stream of named events (Messages API, streaming) → the same message as without a
//! stream. Its end mark is `message_stop`; unknown events are passed over.

use super::{
    error,
    response::text,
    wire::{Block, Delta, MessageReply, StreamEvent, Usage},
};
use crate::{
    Failure, Reply,
    sse::{self, Event},
};

/// The events put together.
pub fn whole(reply: &Reply) -> Result<MessageReply, Failure> {
    let mut whole = MessageReply::default();
    let mut usage = Usage::default();
    let mut written = String::new();
    for event in sse::events(&reply.body) {
        let Ok(told) = serde_json::from_str::<StreamEvent>(&event.data) else {
            return Err(sse::cut_off(reply));
        };
        if let Some(error) = &told.error {
            return Err(error::failure(reply, error));
        }
        written.push_str(added(&told).unwrap_or_default());
        if let Some(message) = told.message {
            whole.id = message.id;
            count(&mut usage, message.usage);
        }
        match told.kind.as_deref() {
            Some("message_delta") => {
                let delta = told.delta.unwrap_or_default();
                whole.stop_reason = delta.stop_reason.or(whole.stop_reason);
                whole.stop_details = delta.stop_details.or(whole.stop_details);
                count(&mut usage, told.usage);
            }
            Some("message_stop") => {
                whole.usage = Some(usage);
                whole.content = Some(vec![Block {
                    kind: Some("text".to_owned()),
                    text: Some(written),
                }]);
                return Ok(whole);
            }
            _ => {}
        }
    }
    Err(sse::cut_off(reply))
}

/// The text that an event adds.
pub fn delta(event: &Event) -> Option<String> {
    let told: StreamEvent = serde_json::from_str(&event.data).ok()?;
    let text = added(&told)?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn added(told: &StreamEvent) -> Option<&str> {
    match told.kind.as_deref()? {
        "content_block_start" => text(told.content_block.as_ref()?),
        "content_block_delta" => match told.delta.as_ref()? {
            Delta {
                kind: Some(kind),
                text: Some(text),
                ..
            } if kind == "text_delta" => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Later counts are whole and take the place of earlier ones.
fn count(usage: &mut Usage, told: Option<Usage>) {
    let told = told.unwrap_or_default();
    for (count, told) in [
        (&mut usage.input_tokens, told.input_tokens),
        (
            &mut usage.cache_creation_input_tokens,
            told.cache_creation_input_tokens,
        ),
        (
            &mut usage.cache_read_input_tokens,
            told.cache_read_input_tokens,
        ),
        (&mut usage.output_tokens, told.output_tokens),
    ] {
        *count = told.or(*count);
    }
}
