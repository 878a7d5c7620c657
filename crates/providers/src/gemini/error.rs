//! Gemini's error envelope (google.rpc.Status) → a classified failure. Pure.

use super::wire::ErrorBody;
use crate::{
    Failure, Reply,
    failure::fault_by_status,
    json::{number, text},
};
use domain::ProviderFault;
use serde_json::Value;
use std::time::Duration;

/// What an error object says.
pub fn failure(reply: &Reply, error: &ErrorBody) -> Failure {
    let message = error.message.as_deref().unwrap_or_default();
    let details = error.details.as_deref().unwrap_or_default();
    let code = number(error.code.as_ref())
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code))
        .unwrap_or(reply.status);
    let word = error.status.as_deref().unwrap_or_default();
    let fault = fault(code, word, message, details);
    let mut failure = Failure::told(fault, reply, format!("{word}: {message}"));
    failure.retry_after = failure
        .retry_after
        .or_else(|| details.iter().find_map(delay));
    // No wait that anybody sits through opens a quota of zero or of a day.
    if code == 429 && fault != ProviderFault::RateLimited {
        failure.retry_after = None;
        failure = failure.lasting();
    }
    failure
}

fn fault(code: u16, word: &str, message: &str, details: &[Value]) -> ProviderFault {
    let has_reason = |reason| {
        details
            .iter()
            .any(|detail| text(detail, "/reason") == Some(reason))
    };
    let lower = message.to_ascii_lowercase();
    if has_reason("API_KEY_INVALID") || has_reason("API_KEY_EXPIRED") {
        return ProviderFault::BadKey;
    }
    match code {
        400 if lower.contains("api key not valid") || lower.contains("api key expired") => {
            ProviderFault::BadKey
        }
        400 if word == "FAILED_PRECONDITION" => ProviderFault::Forbidden,
        400 if lower.contains("token count") && lower.contains("exceed") => ProviderFault::TooLarge,
        401 => ProviderFault::BadKey,
        402 => ProviderFault::NoCredit,
        403 => ProviderFault::Forbidden,
        429 if lower.contains("prepayment credits are depleted") => ProviderFault::NoCredit,
        429 if lower.contains("spending cap") || lower.contains("spend cap") => {
            ProviderFault::SpendLimit
        }
        429 if violations(details).any(is_zero) || says_zero(&lower) => ProviderFault::Forbidden,
        429 if violations(details).any(is_daily) => ProviderFault::SpendLimit,
        429 => ProviderFault::RateLimited,
        499 | 504 => ProviderFault::Timeout,
        503 => ProviderFault::Overloaded,
        other => fault_by_status(other),
    }
}

/// The wait in a `RetryInfo`, such as `"55.2s"`.
fn delay(detail: &Value) -> Option<Duration> {
    let seconds: f64 = text(detail, "/retryDelay")?
        .strip_suffix('s')?
        .parse()
        .ok()?;
    Duration::try_from_secs_f64(seconds.ceil().min(86_400.0)).ok()
}

/// The quotas that a `QuotaFailure` names.
fn violations(details: &[Value]) -> impl Iterator<Item = &Value> {
    details
        .iter()
        .filter_map(|detail| detail.pointer("/violations")?.as_array())
        .flatten()
}

/// Whether a quota of a day is used up.
fn is_daily(violation: &Value) -> bool {
    text(violation, "/quotaId").is_some_and(|quota| quota.contains("PerDay"))
}

/// Whether the account has no quota at all for this: the model is not on its tier.
fn is_zero(violation: &Value) -> bool {
    number(violation.get("quotaValue")) == Some(0)
}

/// The same, said in the message only.
fn says_zero(message: &str) -> bool {
    message.match_indices("limit: 0").any(|(at, found)| {
        let mut rest = message[at + found.len()..].chars();
        match rest.next() {
            Some('.') => rest.next().is_none_or(|next| !next.is_ascii_digit()),
            next => next.is_none_or(|next| !next.is_ascii_digit()),
        }
    })
}
