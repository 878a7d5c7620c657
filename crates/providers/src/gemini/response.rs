//! Gemini's answer → text, picture or sound, or why there is none. Pure.

use super::{
    error, stream,
    wire::{
        AnswerBlob, AnswerPart, Candidate, ErrorBody, GenerateReply, ModelsReply, UsageMetadata,
    },
};
use crate::{
    Failure, Job, KeyFindings, Media, Produced, Reply, Step,
    json::{self, part},
    sse, wav,
};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use domain::{Operation, ProviderFault, ProviderId, pricing::Usage};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the answer to `generateContent`, whole or streamed.
pub fn generated(job: &Job, reply: &Reply) -> Result<Step, Failure> {
    let operation = job.input.operation();
    let answer = if sse::is_stream(reply) {
        stream::whole(reply)?
    } else {
        parse(reply)?
    };
    if let Some(error) = part::<ErrorBody>(&answer.error) {
        return Err(error::failure(reply, &error));
    }
    if !reply.is_success() {
        return Err(Failure::unreadable(reply, "an error without its envelope"));
    }
    if let Some(reason) = answer
        .prompt_feedback
        .and_then(|feedback| feedback.block_reason)
    {
        return Err(Failure::told(
            ProviderFault::ContentBlocked,
            reply,
            format!("the prompt was blocked: {reason}"),
        ));
    }
    let Some(candidate) = answer.candidates.unwrap_or_default().into_iter().next() else {
        return Err(Failure::unreadable(reply, "no candidate"));
    };
    let reason = candidate.finish_reason.clone().unwrap_or_default();
    if is_block(&reason) {
        let message = candidate.finish_message.unwrap_or_default();
        return Err(Failure::told(
            ProviderFault::ContentBlocked,
            reply,
            format!("{reason}: {message}"),
        ));
    }
    if reason == "MAX_TOKENS" && json::is_asked_for(job) {
        return Err(nothing(reply, &reason, ""));
    }
    let parts = result_parts(candidate);
    let mut produced = match operation {
        Operation::Llm => text(reply, &reason, &parts)?,
        Operation::Tts => sound(reply, &reason, &parts)?,
        _ => picture(reply, &reason, &parts)?,
    };
    produced.usage = usage(operation, part(&answer.usage_metadata).unwrap_or_default());
    produced.request_id = answer.response_id;
    Ok(Step::Done(Box::new(produced)))
}

/// One object; errors may come as a list of one.
fn parse(reply: &Reply) -> Result<GenerateReply, Failure> {
    let unreadable = || Failure::unreadable(reply, "not an answer of the API");
    if reply.body.trim_ascii_start().starts_with(b"[") {
        let all: Vec<GenerateReply> =
            serde_json::from_slice(&reply.body).map_err(|_| unreadable())?;
        return all.into_iter().next().ok_or_else(unreadable);
    }
    serde_json::from_slice(&reply.body).map_err(|_| unreadable())
}

fn is_block(reason: &str) -> bool {
    matches!(
        reason,
        "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION"
    )
}

/// The parts of the result, without drafts and thinking.
fn result_parts(candidate: Candidate) -> Vec<AnswerPart> {
    let parts = candidate
        .content
        .and_then(|content| content.parts)
        .unwrap_or_default();
    parts
        .into_iter()
        .filter(|part| part.thought != Some(true))
        .collect()
}

fn written(parts: &[AnswerPart]) -> String {
    parts
        .iter()
        .filter_map(|part| part.text.as_deref())
        .collect()
}

fn blobs<'a>(parts: &'a [AnswerPart], kind: &'a str) -> impl Iterator<Item = &'a AnswerBlob> {
    parts
        .iter()
        .filter_map(|part| part.inline_data.as_ref())
        .filter(move |blob| blob.mime_type.starts_with(kind) && !blob.data.is_empty())
}

fn text(reply: &Reply, reason: &str, parts: &[AnswerPart]) -> Result<Produced, Failure> {
    let text = written(parts);
    if text.is_empty() {
        return Err(nothing(reply, reason, ""));
    }
    Ok(Produced {
        text: Some(text),
        ..Produced::default()
    })
}

fn picture(reply: &Reply, reason: &str, parts: &[AnswerPart]) -> Result<Produced, Failure> {
    let media = blobs(parts, "image/")
        .map(|blob| {
            let bytes = decode(reply, blob)?;
            Ok(Media::Bytes {
                bytes,
                media_type: Some(blob.mime_type.clone()),
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    if media.is_empty() {
        return Err(nothing(reply, reason, &written(parts)));
    }
    Ok(Produced {
        media,
        ..Produced::default()
    })
}

/// Sound comes as one WAV file or as raw samples, which may be split over several parts.
fn sound(reply: &Reply, reason: &str, parts: &[AnswerPart]) -> Result<Produced, Failure> {
    let mut blobs = blobs(parts, "audio/");
    let Some(first) = blobs.next() else {
        return Err(nothing(reply, reason, ""));
    };
    let mut bytes = decode(reply, first)?;
    if !bytes.starts_with(b"RIFF") {
        let mut all = Vec::from(bytes);
        for more in blobs.filter(|more| more.mime_type == first.mime_type) {
            all.extend_from_slice(&decode(reply, more)?);
        }
        bytes = Bytes::from(all);
    }
    let (bytes, media_type) = wav::playable(bytes, &first.mime_type);
    let media = vec![Media::Bytes {
        bytes,
        media_type: Some(media_type),
    }];
    Ok(Produced {
        media,
        ..Produced::default()
    })
}

fn decode(reply: &Reply, blob: &AnswerBlob) -> Result<Bytes, Failure> {
    BASE64
        .decode(&blob.data)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .map(Bytes::from)
        .ok_or_else(|| Failure::told(ProviderFault::Upstream, reply, "the media is not base64"))
}

/// Why there is nothing of what was asked for. Words in place of a picture are no block: a model
/// that blocks says so by its reason.
fn nothing(reply: &Reply, reason: &str, words: &str) -> Failure {
    match reason {
        "MAX_TOKENS" => Failure::told(
            ProviderFault::BadRequest,
            reply,
            "the token limit was used up before the result was whole",
        ),
        _ => Failure::told(
            ProviderFault::Upstream,
            reply,
            format!("no result, finishReason {reason}: {words}"),
        ),
    }
}

/// What is billed: thinking counts as answer; speech is counted in tokens of sound.
fn usage(operation: Operation, told: UsageMetadata) -> Usage {
    let answer = match (told.candidates_token_count, told.thoughts_token_count) {
        (None, None) => None,
        (answer, thoughts) => Some(answer.unwrap_or(0).saturating_add(thoughts.unwrap_or(0))),
    };
    let is_sound = operation == Operation::Tts;
    Usage {
        input_tokens: told.prompt_token_count,
        output_tokens: answer.filter(|_| !is_sound),
        audio_tokens: answer.filter(|_| is_sound),
        ..Usage::default()
    }
}

/// Reads one page of models. It comes even when the prepaid credit is used up.
pub fn models(provider: ProviderId, reply: &Reply) -> KeyFindings {
    match listed(reply) {
        Ok(_) => KeyFindings::accepted(
            KeyFindings::untold("Google does not tell how much credit is left."),
            KeyFindings::good("The key may list models."),
        ),
        Err(failure) => KeyFindings::failed(provider, &failure),
    }
}

/// A page of models, or why there is none.
pub fn listed(reply: &Reply) -> Result<ModelsReply, Failure> {
    let unreadable = || Failure::unreadable(reply, "not a list of models");
    let list: ModelsReply = serde_json::from_slice(&reply.body).map_err(|_| unreadable())?;
    if let Some(error) = part::<ErrorBody>(&list.error) {
        return Err(error::failure(reply, &error));
    }
    if reply.is_success() && list.error.is_none() && list.models.is_some() {
        Ok(list)
    } else {
        Err(unreadable())
    }
}
