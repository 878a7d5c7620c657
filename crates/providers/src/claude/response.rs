//! Anthropic's message → text and what it counted, or why there is none. Pure. A refusal comes with
//! status 200, also behind a beginning of text.

use super::{
    error, stream,
    wire::{Block, MessageReply, StopDetails, Usage},
};
use crate::{Failure, Job, Produced, Reply, Step, json, sse};
use domain::{ProviderFault, pricing};

/// Reads a message, whole or streamed.
pub fn message(job: &Job, reply: &Reply) -> Result<Step, Failure> {
    let message = if sse::is_stream(reply) {
        stream::whole(reply)?
    } else {
        whole(reply)?
    };
    let reason = message.stop_reason.as_deref().unwrap_or("missing");
    if reason == "refusal" {
        let details = message.stop_details.unwrap_or_default();
        return Err(refused(reply, details));
    }
    let text: String = message
        .content
        .unwrap_or_default()
        .iter()
        .filter_map(text)
        .collect();
    let is_cut = matches!(reason, "max_tokens" | "model_context_window_exceeded");
    if text.is_empty() || (is_cut && json::is_asked_for(job)) {
        return Err(nothing(reply, reason));
    }
    let request_id = reply.header("request-id").map(str::to_owned).or(message.id);
    Ok(Step::Done(Box::new(Produced {
        text: Some(text),
        media: Vec::new(),
        usage: usage(&message.usage.unwrap_or_default()),
        request_id,
    })))
}

fn whole(reply: &Reply) -> Result<MessageReply, Failure> {
    if !reply.is_success() {
        return Err(error::refusal(reply));
    }
    let message = serde_json::from_slice::<MessageReply>(&reply.body)
        .map_err(|_| Failure::unreadable(reply, "not a message"))?;
    match &message.error {
        Some(error) => Err(error::failure(reply, error)),
        None if message.content.is_none() && message.stop_reason.is_none() => {
            Err(Failure::unreadable(reply, "not a message"))
        }
        None => Ok(message),
    }
}

/// The text of a block that is for the reader; thinking and unknown kinds are not.
pub fn text(block: &Block) -> Option<&str> {
    block
        .text
        .as_deref()
        .filter(|_| block.kind.as_deref() == Some("text"))
}

fn refused(reply: &Reply, details: StopDetails) -> Failure {
    let category = details.category.unwrap_or_default();
    let explanation = details.explanation.unwrap_or_default();
    let what = format!("refusal {category}: {explanation}");
    Failure::told(ProviderFault::ContentBlocked, reply, what)
}

/// Why there is no whole text although nobody speaks of an error.
fn nothing(reply: &Reply, reason: &str) -> Failure {
    match reason {
        "max_tokens" => Failure::told(
            ProviderFault::BadRequest,
            reply,
            "the token limit was used up before the answer was whole",
        ),
        "model_context_window_exceeded" => Failure::told(
            ProviderFault::TooLarge,
            reply,
            "the context was used up before the answer was whole",
        ),
        _ => Failure::told(
            ProviderFault::Upstream,
            reply,
            format!("an empty answer, stop_reason {reason}"),
        ),
    }
}

/// The whole prompt, from the cache or not; we never ask for a cache to be written.
fn usage(told: &Usage) -> pricing::Usage {
    let prompt = [
        told.input_tokens,
        told.cache_creation_input_tokens,
        told.cache_read_input_tokens,
    ];
    pricing::Usage {
        input_tokens: told.input_tokens.map(|_| {
            let counts = prompt.into_iter().flatten();
            counts.fold(0, u64::saturating_add)
        }),
        output_tokens: told.output_tokens,
        ..pricing::Usage::default()
    }
}
