//! OpenAI's error envelope (OpenAI docs, error codes) → a classified failure. Pure. The code is the
//! word that counts, then the type, then the status.

use super::wire::{ErrorBody, ErrorReply};
use crate::{Failure, Reply, failure::fault_by_status};
use domain::ProviderFault;

/// Why an answer is none.
pub fn refusal(reply: &Reply) -> Failure {
    let parsed = serde_json::from_slice::<ErrorReply>(&reply.body).ok();
    match parsed.and_then(|parsed| parsed.error) {
        Some(error) => failure(reply, &error),
        None => Failure::unreadable(reply, "not an answer of the API"),
    }
}

/// What an error object says, in a body or in the middle of a stream.
pub fn failure(reply: &Reply, error: &ErrorBody) -> Failure {
    let code = error.code.as_deref().unwrap_or_default();
    let kind = error.kind.as_deref().unwrap_or_default();
    let message = error.message.as_deref().unwrap_or_default();
    let fault = if lacks_scope(error) {
        ProviderFault::Forbidden
    } else {
        by_word(code)
            .or_else(|| by_word(kind))
            .unwrap_or_else(|| fault_by_status(reply.status))
    };
    Failure::told(fault, reply, format!("{kind} {code}: {message}"))
}

/// Whether the key is good and may not do this one thing.
pub fn lacks_scope(error: &ErrorBody) -> bool {
    let message = error.message.as_deref().unwrap_or_default();
    error.code.as_deref() == Some("missing_scope")
        || message.to_ascii_lowercase().contains("missing scopes")
}

fn by_word(word: &str) -> Option<ProviderFault> {
    Some(match word {
        "invalid_api_key" | "account_deactivated" => ProviderFault::BadKey,
        "insufficient_quota" | "credit_balance_exhausted" | "billing_not_active" => {
            ProviderFault::NoCredit
        }
        "billing_hard_limit_reached" => ProviderFault::SpendLimit,
        "unsupported_country_region_territory" => ProviderFault::Forbidden,
        "model_not_found" => ProviderFault::ModelGone,
        "string_above_max_length" => ProviderFault::TooLarge,
        "content_policy_violation" | "moderation_blocked" => ProviderFault::ContentBlocked,
        "rate_limit_exceeded" => ProviderFault::RateLimited,
        "slow_down" | "server_is_overloaded" => ProviderFault::Overloaded,
        _ => return None,
    })
}
