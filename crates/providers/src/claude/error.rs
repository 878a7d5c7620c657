//! Anthropic's error envelope (Anthropic docs, errors) → a classified failure. Pure. An empty
//! account and a reached limit come with status 400 or 429 and are told by their words.

use super::wire::{ErrorBody, MessageReply};
use crate::{Failure, Reply, failure::fault_by_status};
use domain::ProviderFault;

/// Why an answer is none.
pub fn refusal(reply: &Reply) -> Failure {
    let parsed = serde_json::from_slice::<MessageReply>(&reply.body).ok();
    match parsed.and_then(|parsed| parsed.error) {
        Some(error) => failure(reply, &error),
        None => Failure::unreadable(reply, "not an answer of the API"),
    }
}

/// What an error object says, in a body or in the middle of a stream.
pub fn failure(reply: &Reply, error: &ErrorBody) -> Failure {
    let kind = error.kind.as_deref().unwrap_or_default();
    let message = error.message.as_deref().unwrap_or_default();
    let details = error.details.as_ref();
    let code = details
        .and_then(|details| details.error_code.as_deref())
        .unwrap_or_default();
    let fault = fault(reply.status, kind, code, message);
    Failure::told(fault, reply, format!("{kind} {code}: {message}"))
}

fn fault(status: u16, kind: &str, code: &str, message: &str) -> ProviderFault {
    let lower = message.to_ascii_lowercase();
    if code.ends_with("spend_limit_reached") {
        return ProviderFault::SpendLimit;
    }
    match kind {
        "invalid_request_error" | "rate_limit_error" if is_spend_limit(&lower) => {
            ProviderFault::SpendLimit
        }
        "invalid_request_error" if lower.contains("credit balance is too low") => {
            ProviderFault::NoCredit
        }
        "invalid_request_error" if lower.contains("prompt is too long") => ProviderFault::TooLarge,
        "invalid_request_error" => ProviderFault::BadRequest,
        "authentication_error" => ProviderFault::BadKey,
        "billing_error" => ProviderFault::NoCredit,
        "permission_error" => ProviderFault::Forbidden,
        "not_found_error" => ProviderFault::ModelGone,
        "request_too_large" => ProviderFault::TooLarge,
        "rate_limit_error" => ProviderFault::RateLimited,
        "conflict_error" | "api_error" => ProviderFault::Upstream,
        "timeout_error" => ProviderFault::Timeout,
        "overloaded_error" => ProviderFault::Overloaded,
        _ => fault_by_status(status),
    }
}

/// The sentence of a limit that the account set for itself or for a workspace.
fn is_spend_limit(lower: &str) -> bool {
    lower.contains("api usage limits") || lower.contains("you will regain access on")
}
