//! KIE's codes and sentences → a classified failure. The code in the body counts; the HTTP status
//! only where there is none. Pure.

use super::wire::Envelope;
use crate::{Failure, Reply, content_policy::is_content_policy, json::number};
use domain::ProviderFault;

/// What a call was for, as far as it changes the meaning of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An upload or the test of a key.
    Other,
    /// The paid request.
    Create,
    /// A poll.
    Poll,
    /// The paid request for a text, answered at once.
    Text,
}

/// The opened envelope, or the failure that it tells of.
pub fn open(reply: &Reply, asked: Asked) -> Result<Envelope, Failure> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&reply.body) else {
        let failure = Failure::unreadable(reply, "not an answer of the API");
        // An answer of 200 that cannot be read may stand for a task that was created.
        return Err(match asked {
            Asked::Create if reply.is_success() => failure.lasting().uncertain(),
            Asked::Poll => failure.passing(),
            _ => failure,
        });
    };
    let stated = number(envelope.code.as_ref());
    let code = match stated {
        Some(200 | 0) => None,
        Some(code) => Some(code),
        None if reply.is_success() => None,
        None => Some(i64::from(reply.status)),
    };
    let Some(code) = code.or((envelope.success == Some(false)).then_some(500)) else {
        return Ok(envelope);
    };
    let message = envelope.msg.or(envelope.message).unwrap_or_default();
    Err(told(reply, code, &message, asked))
}

/// The failure that this code and sentence stand for.
pub fn told(reply: &Reply, code: i64, message: &str, asked: Asked) -> Failure {
    let fault = fault(code, message, asked);
    let failure = Failure::told(fault, reply, format!("code {code}: {message}"));
    let passing =
        matches!(code, 408 | 429 | 455) || (code >= 500 && !matches!(code, 501 | 505 | 531));
    if passing { failure } else { failure.lasting() }
}

fn fault(code: i64, message: &str, asked: Asked) -> ProviderFault {
    let is_content = is_content_policy(message);
    match code {
        401 => ProviderFault::BadKey,
        402 => ProviderFault::NoCredit,
        403 => ProviderFault::Forbidden,
        433 => ProviderFault::SpendLimit,
        408 | 504 | 524 => ProviderFault::Timeout,
        429 => ProviderFault::RateLimited,
        455 | 502 | 503 => ProviderFault::Overloaded,
        413 if asked == Asked::Create => ProviderFault::ContentBlocked,
        413 => ProviderFault::TooLarge,
        400 | 422 | 501 | 531 if is_content => ProviderFault::ContentBlocked,
        422 if names_model(message) => ProviderFault::ModelGone,
        404 | 505 if matches!(asked, Asked::Create | Asked::Text) => ProviderFault::ModelGone,
        400 | 409 | 422 | 451 if asked != Asked::Poll => ProviderFault::BadRequest,
        _ => ProviderFault::Upstream,
    }
}

/// What a failed task says. It has ended: nothing of it passes by waiting.
pub fn task_failed(reply: &Reply, code: Option<i64>, message: &str) -> Failure {
    let fault = if is_content_policy(message) {
        ProviderFault::ContentBlocked
    } else {
        match code {
            Some(402) => ProviderFault::NoCredit,
            Some(408) => ProviderFault::Timeout,
            Some(413) => ProviderFault::ContentBlocked,
            Some(400 | 422 | 451) => ProviderFault::BadRequest,
            Some(429) => ProviderFault::RateLimited,
            Some(433) => ProviderFault::SpendLimit,
            Some(455 | 503) => ProviderFault::Overloaded,
            _ => ProviderFault::Upstream,
        }
    };
    Failure::told(fault, reply, format!("the task failed: {message}")).lasting()
}

fn names_model(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("model")
        && [
            "not support",
            "not exist",
            "not found",
            "unsupported",
            "offline",
            "discontinued",
        ]
        .iter()
        .any(|sign| message.contains(sign))
}
