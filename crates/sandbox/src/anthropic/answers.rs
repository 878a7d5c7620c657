//! Anthropic's error answers: `{"type": "error", "error": {type, message}, "request_id"}` with an
//! HTTP status for each error type (API reference, errors). No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

/// The id that errors name; answers to good requests have ids of their own.
const REQUEST: &str = "req_011simulated00000000000";

/// An error as it stands in a body or in an `error` event.
pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({
        "type": "error", "error": {"type": kind, "message": message}, "request_id": REQUEST
    })
}

/// The same as an HTTP answer.
pub(super) fn failed(status: u16, kind: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = reply::json(status, &error(kind, message));
    reply::set_header(response.headers_mut(), "request-id", REQUEST);
    response
}

/// 400 for a request that cannot be used.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(400, "invalid_request_error", message).into()
}

/// 404 for a model that never existed or is retired.
pub(super) fn no_such_model(id: &str) -> Refusal {
    failed(404, "not_found_error", &format!("model: {id}")).into()
}

/// 413 for a request of too many bytes.
pub(super) fn too_large() -> Refusal {
    failed(
        413,
        "request_too_large",
        "Request exceeds the maximum allowed number of bytes.",
    )
    .into()
}

/// The HTTP error that a trigger asks for; none when it asks for a bad success or when the error
/// comes inside of a stream.
pub(super) fn of_trigger(trigger: Trigger, model: &str, stream: bool) -> Option<Refusal> {
    let (status, kind, message) = match trigger {
        Trigger::ModelGone => return Some(no_such_model(model)),
        Trigger::Overloaded => (529, "overloaded_error", "Overloaded"),
        Trigger::StreamError if !stream => (529, "overloaded_error", "Overloaded"),
        Trigger::Fail => (500, "api_error", "Internal server error"),
        Trigger::ErrorIn200 | Trigger::ErrorInChoice if !stream => {
            (500, "api_error", "Internal server error")
        }
        Trigger::Timeout => (504, "timeout_error", "The request timed out."),
        Trigger::Forbidden => (
            403,
            "permission_error",
            "Your API key does not have permission to use the specified resource.",
        ),
        Trigger::SpendLimit => (
            400,
            "invalid_request_error",
            "You have reached your specified API usage limits. You will regain access on \
             2026-12-01 at 00:00 UTC.",
        ),
        Trigger::TooLarge => return Some(too_large()),
        Trigger::Blocked
        | Trigger::OutputBlocked
        | Trigger::Malformed
        | Trigger::ErrorIn200
        | Trigger::ErrorInChoice
        | Trigger::StreamError
        | Trigger::Empty
        | Trigger::Truncated => return None,
    };
    Some(failed(status, kind, message).into())
}

/// Anthropic's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        failed(401, "authentication_error", "x-api-key header is required").into()
    }

    fn bad_key(&self) -> Refusal {
        failed(401, "authentication_error", "invalid x-api-key").into()
    }

    fn no_credit(&self) -> Refusal {
        invalid(
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & \
             Billing to upgrade or purchase credits.",
        )
    }

    fn rate_limited(&self) -> Refusal {
        let mut response = failed(
            429,
            "rate_limit_error",
            "This request would exceed your organization's rate limit of 50 requests per minute.",
        );
        let headers = response.headers_mut();
        reply::set_header(headers, "retry-after", "2");
        reply::set_header(headers, "anthropic-ratelimit-requests-limit", "50");
        reply::set_header(headers, "anthropic-ratelimit-requests-remaining", "0");
        response.into()
    }

    fn down(&self) -> Refusal {
        failed(529, "overloaded_error", "Overloaded").into()
    }
}
