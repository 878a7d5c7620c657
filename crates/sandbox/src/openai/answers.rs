//! OpenAI's error answers: `{"error": {message, type, param, code}}` (API reference, error codes).
//! No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

/// An error as it stands in a body or in an event.
pub(super) fn error(kind: &str, code: Option<&str>, param: Option<&str>, message: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}

fn failed(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply::json(status, body)
}

/// 400 for one field.
pub(super) fn invalid(param: &str, code: &str, message: &str) -> Refusal {
    let body = error("invalid_request_error", Some(code), Some(param), message);
    failed(400, &body).into()
}

/// 400 for a body that is no JSON object.
pub(super) fn unreadable() -> Refusal {
    let message = "We could not parse the JSON body of your request.";
    failed(400, &error("invalid_request_error", None, None, message)).into()
}

/// 400 for a text that is too long.
pub(super) fn too_long(param: &str, most: usize) -> Refusal {
    invalid(
        param,
        "string_above_max_length",
        &format!(
            "Invalid '{param}': string too long. Expected a string with maximum length {most}."
        ),
    )
}

/// 404 for a model that never existed or is shut down.
pub(super) fn no_such_model(id: &str) -> Refusal {
    let message = format!("The model `{id}` does not exist or you do not have access to it.");
    let body = error(
        "invalid_request_error",
        Some("model_not_found"),
        None,
        &message,
    );
    failed(404, &body).into()
}

/// What a trouble of the server looks like, in a body or in an event.
pub(super) fn server_error() -> Value {
    error(
        "server_error",
        Some("server_error"),
        None,
        "The server had an error while processing your request. Sorry about that!",
    )
}

/// The HTTP error that a trigger asks for; none when it asks for a bad success or when the error
/// comes inside of a stream.
pub(super) fn of_trigger(trigger: Trigger, model: &str, events: bool) -> Option<Refusal> {
    let (status, kind, code, message) = match trigger {
        Trigger::ModelGone => return Some(no_such_model(model)),
        Trigger::TooLarge => return Some(too_long("input", super::request::LONGEST)),
        Trigger::Blocked | Trigger::OutputBlocked => (
            400,
            "invalid_request_error",
            "content_policy_violation",
            "Your request was rejected as a result of our safety system.",
        ),
        Trigger::Fail => return Some(failed(500, &server_error()).into()),
        Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError if !events => {
            return Some(failed(500, &server_error()).into());
        }
        Trigger::Overloaded => return Some(Answers.down()),
        Trigger::Timeout => (
            504,
            "server_error",
            "timeout",
            "The request took too long to process.",
        ),
        Trigger::Forbidden => (
            403,
            "invalid_request_error",
            "missing_scope",
            "You have insufficient permissions for this operation. Missing scopes: \
             api.model.audio.request.",
        ),
        Trigger::SpendLimit => (
            429,
            "insufficient_quota",
            "credit_balance_exhausted",
            "The credit balance of this organization is exhausted.",
        ),
        Trigger::Malformed
        | Trigger::ErrorIn200
        | Trigger::ErrorInChoice
        | Trigger::StreamError
        | Trigger::Empty
        | Trigger::Truncated => return None,
    };
    Some(failed(status, &error(kind, Some(code), None, message)).into())
}

/// OpenAI's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        let message = "You didn't provide an API key. You need to provide your API key in an \
                       Authorization header using Bearer auth (i.e. Authorization: Bearer \
                       YOUR_KEY).";
        failed(401, &error("invalid_request_error", None, None, message)).into()
    }

    fn bad_key(&self) -> Refusal {
        let message = "Incorrect API key provided. You can find your API key at \
                       https://platform.openai.com/account/api-keys.";
        failed(
            401,
            &error(
                "invalid_request_error",
                Some("invalid_api_key"),
                None,
                message,
            ),
        )
        .into()
    }

    fn no_credit(&self) -> Refusal {
        let message = "You exceeded your current quota, please check your plan and billing \
                       details.";
        failed(
            429,
            &error(
                "insufficient_quota",
                Some("insufficient_quota"),
                None,
                message,
            ),
        )
        .into()
    }

    fn rate_limited(&self) -> Refusal {
        let message = "Rate limit reached on requests per min (RPM): Limit 500, Used 500, \
                       Requested 1. Please try again in 2s.";
        let mut response = failed(
            429,
            &error("requests", Some("rate_limit_exceeded"), None, message),
        );
        let headers = response.headers_mut();
        reply::set_header(headers, "retry-after", "2");
        reply::set_header(headers, "retry-after-ms", "2000");
        reply::set_header(headers, "x-ratelimit-limit-requests", "500");
        reply::set_header(headers, "x-ratelimit-remaining-requests", "0");
        reply::set_header(headers, "x-ratelimit-reset-requests", "2s");
        response.into()
    }

    fn down(&self) -> Refusal {
        let message = "The server is currently overloaded. Please try again later.";
        failed(
            503,
            &error("server_error", Some("server_is_overloaded"), None, message),
        )
        .into()
    }
}
