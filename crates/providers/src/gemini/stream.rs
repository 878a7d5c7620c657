//! Gemini's stream (Gemini API reference, streamGenerateContent) → the same answer as without a
//! stream. It has no end mark of its own: a finish reason or a block is the end.

use super::wire::{AnswerContent, Candidate, GenerateReply};
use crate::{
    Failure, Reply,
    sse::{self, Event},
};

/// The chunks put together, or the one chunk that tells of an error.
pub fn whole(reply: &Reply) -> Result<GenerateReply, Failure> {
    let mut whole = GenerateReply::default();
    let mut candidate = Candidate::default();
    let mut parts = Vec::new();
    for event in sse::events(&reply.body) {
        let Ok(chunk) = serde_json::from_str::<GenerateReply>(&event.data) else {
            return Err(sse::cut_off(reply));
        };
        if chunk.error.is_some() {
            return Ok(chunk);
        }
        whole.response_id = whole.response_id.or(chunk.response_id);
        whole.usage_metadata = chunk.usage_metadata.or(whole.usage_metadata);
        whole.prompt_feedback = chunk
            .prompt_feedback
            .filter(|feedback| feedback.block_reason.is_some())
            .or(whole.prompt_feedback);
        let first = chunk.candidates.unwrap_or_default().into_iter().next();
        if let Some(told) = first {
            candidate.finish_reason = told.finish_reason.or(candidate.finish_reason);
            candidate.finish_message = told.finish_message.or(candidate.finish_message);
            parts.extend(
                told.content
                    .and_then(|content| content.parts)
                    .into_iter()
                    .flatten(),
            );
        }
    }
    if candidate.finish_reason.is_none() && whole.prompt_feedback.is_none() {
        return Err(sse::cut_off(reply));
    }
    candidate.content = Some(AnswerContent { parts: Some(parts) });
    whole.candidates = Some(vec![candidate]);
    Ok(whole)
}

/// The text that a chunk adds, without thinking.
pub fn delta(event: &Event) -> Option<String> {
    let chunk: GenerateReply = serde_json::from_str(&event.data).ok()?;
    let first = chunk.candidates?.into_iter().next()?;
    let text: String = first
        .content?
        .parts?
        .into_iter()
        .filter(|part| part.thought != Some(true))
        .filter_map(|part| part.text)
        .collect();
    (!text.is_empty()).then_some(text)
}
