//! OpenRouter's answer → text, cost, or a classified failure. Pure.

use super::{
    stream,
    wire::{Answer, ChatReply, Choice, CostDetails, KeyReply, Usage},
};
use crate::{
    Failure, Job, KeyFindings, Produced, Reply, Step, decimal,
    failure::fault_by_status,
    json::{self, number, part, text},
    sse,
};
use domain::{ProviderFault, ProviderId, money::MicroUsd, pricing};
use serde_json::Value;
use std::time::Duration;

/// Dollars in millionths.
const MICROS: u64 = 1_000_000;

/// Reads a chat completion, whole or streamed. Both places of an error are looked at before the
/// content.
pub fn chat(job: &Job, reply: &Reply) -> Result<Step, Failure> {
    let answer = if sse::is_stream(reply) {
        stream::whole(reply)?
    } else {
        serde_json::from_slice::<ChatReply>(&reply.body)
            .map_err(|_| Failure::unreadable(reply, "not a chat completion"))?
    };
    if let Some(error) = answer.error.as_ref().filter(|error| !error.is_null()) {
        return Err(failure(reply, error));
    }
    if !reply.is_success() {
        return Err(Failure::unreadable(reply, "an error without its envelope"));
    }
    let Some(choice) = answer.choices.unwrap_or_default().into_iter().next() else {
        return Err(Failure::unreadable(reply, "no choice"));
    };
    if let Some(error) = choice.error.as_ref().filter(|error| !error.is_null()) {
        return Err(failure(reply, error));
    }
    if choice.finish_reason.as_deref() == Some("error") {
        let what = "an error without a word about it";
        return Err(Failure::told(ProviderFault::Upstream, reply, what));
    }
    let text = choice.message.as_ref().map(words).unwrap_or_default();
    let is_cut = choice.finish_reason.as_deref() == Some("length");
    if text.is_empty() || (is_cut && json::is_asked_for(job)) {
        return Err(empty(reply, &choice));
    }
    let request_id = reply
        .header("x-generation-id")
        .map(str::to_owned)
        .or(answer.id);
    let usage = part::<Usage>(&answer.usage).map(usage).unwrap_or_default();
    Ok(Step::Done(Box::new(Produced {
        text: Some(text),
        media: Vec::new(),
        usage,
        request_id,
    })))
}

/// The text of an answer or of a piece of one: one string, or the text parts of a list.
pub fn words(answer: &Answer) -> String {
    match &answer.content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| text(part, "/text"))
            .collect(),
        _ => String::new(),
    }
}

/// Why there is no whole text although nobody speaks of an error.
fn empty(reply: &Reply, choice: &Choice) -> Failure {
    let refusal = match &choice.message {
        Some(Answer {
            refusal: Some(refusal),
            ..
        }) if !refusal.is_empty() => Some(refusal.clone()),
        _ => None,
    };
    match (refusal, choice.finish_reason.as_deref()) {
        (Some(refusal), _) => Failure::told(ProviderFault::ContentBlocked, reply, refusal),
        (None, Some("content_filter")) => Failure::told(
            ProviderFault::ContentBlocked,
            reply,
            "finish_reason content_filter",
        ),
        (None, Some("length")) => Failure::told(
            ProviderFault::BadRequest,
            reply,
            "the token limit was used up before the answer was whole",
        ),
        (None, reason) => Failure::told(
            ProviderFault::Upstream,
            reply,
            format!(
                "an empty answer, finish_reason {}",
                reason.unwrap_or("missing")
            ),
        ),
    }
}

/// With the account's own key upstream, that spend comes on top of OpenRouter's charge.
fn usage(told: Usage) -> pricing::Usage {
    let cost = |raw: &crate::json::Raw| raw.as_ref().and_then(|raw| decimal::micros(raw, MICROS));
    let charged = cost(&told.cost);
    let upstream = part::<CostDetails>(&told.cost_details)
        .and_then(|details| cost(&details.upstream_inference_cost))
        .filter(|_| told.is_byok == Some(true));
    pricing::Usage {
        input_tokens: told.prompt_tokens,
        output_tokens: told.completion_tokens,
        cost: charged.map(|charged| charged.plus(upstream.unwrap_or(MicroUsd::ZERO))),
        ..pricing::Usage::default()
    }
}

/// Classifies an error object, from its most to its least specific word.
fn failure(reply: &Reply, error: &Value) -> Failure {
    let message = text(error, "/message")
        .or(error.as_str())
        .unwrap_or("an error without a message");
    let fault = fault(reply, error, message);
    let mut failure = Failure::told(fault, reply, message);
    let asked = number(error.pointer("/availability/retry_after"))
        .or_else(|| number(error.pointer("/metadata/retry_after")))
        .and_then(|seconds| u64::try_from(seconds).ok());
    failure.retry_after = failure
        .retry_after
        .or(asked.map(|seconds| Duration::from_secs(seconds.min(86_400))));
    failure
}

fn fault(reply: &Reply, error: &Value, message: &str) -> ProviderFault {
    if let Some(fault) = text(error, "/availability/code").and_then(by_availability) {
        return fault;
    }
    let status = [error.get("code"), error.get("http_status")]
        .into_iter()
        .find_map(|code| number(code).and_then(|code| u16::try_from(code).ok()))
        .filter(|status| (400..600).contains(status))
        .unwrap_or(reply.status);
    let metadata = error.get("metadata").unwrap_or(&Value::Null);
    let limit = text(metadata, "/limit_source").unwrap_or_default();
    match status {
        402 => return by_limit(limit, metadata),
        403 if limit.ends_with("_budget") || limit == "openrouter_key_limit" => {
            return ProviderFault::SpendLimit;
        }
        403 if ["reasons", "flagged_input", "patterns"]
            .iter()
            .any(|sign| metadata.get(sign).is_some_and(|value| !value.is_null())) =>
        {
            return ProviderFault::ContentBlocked;
        }
        _ => {}
    }
    let kind = ["/metadata/error_type", "/error_type", "/code"]
        .iter()
        .find_map(|pointer| text(error, pointer))
        .unwrap_or_default();
    if status == 400 && message.contains("is not a valid model") {
        return ProviderFault::ModelGone;
    }
    by_type(kind)
        .or_else(|| by_availability(kind))
        .unwrap_or_else(|| fault_by_status(status))
}

fn by_limit(limit: &str, metadata: &Value) -> ProviderFault {
    match limit {
        "openrouter_key_limit" => ProviderFault::SpendLimit,
        "openrouter_in_flight_budget" => ProviderFault::RateLimited,
        _ if text(metadata, "/reason") == Some("in_flight_budget_exhausted") => {
            ProviderFault::RateLimited
        }
        _ => ProviderFault::NoCredit,
    }
}

fn by_availability(code: &str) -> Option<ProviderFault> {
    Some(match code {
        "model_not_found"
        | "no_endpoints"
        | "model_deprecated"
        | "model_unavailable_upstream"
        | "free_variant_ended" => ProviderFault::ModelGone,
        "wrong_endpoint" | "privacy_restricted" | "constraint_filtered" => {
            ProviderFault::BadRequest
        }
        "region_restricted" => ProviderFault::Forbidden,
        "capacity_exhausted" => ProviderFault::RateLimited,
        "temporarily_unavailable" => ProviderFault::Overloaded,
        _ => return None,
    })
}

/// The stable vocabulary of `error.metadata.error_type`; `None` for words that say nothing more
/// than the status.
fn by_type(kind: &str) -> Option<ProviderFault> {
    Some(match kind {
        "context_length_exceeded"
        | "token_limit_exceeded"
        | "string_too_long"
        | "payload_too_large"
        | "image_too_large" => ProviderFault::TooLarge,
        "authentication" => ProviderFault::BadKey,
        "permission_denied" => ProviderFault::Forbidden,
        "payment_required" => ProviderFault::NoCredit,
        "rate_limit_exceeded" => ProviderFault::RateLimited,
        "provider_overloaded" | "provider_unavailable" => ProviderFault::Overloaded,
        "max_tokens_exceeded"
        | "invalid_request"
        | "invalid_prompt"
        | "precondition_failed"
        | "unprocessable"
        | "invalid_image"
        | "image_too_small"
        | "unsupported_image_format"
        | "image_not_found"
        | "image_download_failed" => ProviderFault::BadRequest,
        "not_found" => ProviderFault::ModelGone,
        "content_policy_violation" | "refusal" => ProviderFault::ContentBlocked,
        "timeout" => ProviderFault::Timeout,
        "server" | "server_error" => ProviderFault::Upstream,
        _ => return None,
    })
}

/// Reads `GET /key`. The account's balance is not visible to a normal key; only the key's own cap is.
pub fn key(reply: &Reply) -> KeyFindings {
    let parsed = serde_json::from_slice::<KeyReply>(&reply.body).ok();
    let Some(data) = parsed
        .and_then(|parsed| parsed.data)
        .filter(|_| reply.is_success())
    else {
        return KeyFindings::failed(ProviderId::OpenRouter, &refusal(reply));
    };
    let quota = match data.limit_remaining {
        Some(left) if left <= 0.0 => {
            KeyFindings::bad("The spending limit of this key is used up. Raise it at OpenRouter.")
        }
        Some(_) => KeyFindings::good("The spending limit of this key is not used up."),
        None => KeyFindings::untold("OpenRouter does not show the account's balance to this key."),
    };
    KeyFindings::accepted(
        quota,
        KeyFindings::good("OpenRouter's list of models is public."),
    )
}

/// Why there is no answer of the kind that was asked for.
pub fn refusal(reply: &Reply) -> Failure {
    match serde_json::from_slice::<ChatReply>(&reply.body) {
        Ok(ChatReply {
            error: Some(error), ..
        }) if !error.is_null() => failure(reply, &error),
        _ => Failure::unreadable(reply, "not an answer of the API"),
    }
}
