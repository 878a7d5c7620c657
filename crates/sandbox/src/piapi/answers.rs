//! PiAPI's envelope `{code, data, message}`, whose code repeats the HTTP status.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

/// Code 200 with data.
pub(super) fn success(data: Value) -> Response {
    reply::json(
        StatusCode::OK,
        &json!({"code": 200, "data": data, "message": "success"}),
    )
}

/// An error with its status.
pub(super) fn failed(status: StatusCode, message: &str) -> Refusal {
    reply::json(
        status,
        &json!({"code": status.as_u16(), "data": null, "message": message}),
    )
    .into()
}

/// 400: a wrong model, task type or field.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(StatusCode::BAD_REQUEST, message)
}

/// The error at creation that a trigger asks for; none when the task shall be created.
pub(super) fn at_creation(trigger: Trigger) -> Option<Refusal> {
    Some(match trigger {
        Trigger::ModelGone => invalid("this model is no longer available"),
        Trigger::Overloaded => Answers.down(),
        Trigger::Timeout => failed(StatusCode::GATEWAY_TIMEOUT, "upstream timeout"),
        Trigger::Forbidden => failed(
            StatusCode::FORBIDDEN,
            "this model is not available on your plan",
        ),
        Trigger::SpendLimit => Answers.no_credit(),
        Trigger::TooLarge => invalid("input: prompt is too long"),
        Trigger::Blocked
        | Trigger::OutputBlocked
        | Trigger::Malformed
        | Trigger::ErrorIn200
        | Trigger::ErrorInChoice
        | Trigger::StreamError
        | Trigger::Empty
        | Trigger::Truncated
        | Trigger::Fail => return None,
    })
}

/// PiAPI's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        self.bad_key()
    }

    fn bad_key(&self) -> Refusal {
        failed(StatusCode::UNAUTHORIZED, "Invalid API key")
    }

    fn no_credit(&self) -> Refusal {
        failed(StatusCode::PAYMENT_REQUIRED, "insufficient credits")
    }

    fn rate_limited(&self) -> Refusal {
        failed(StatusCode::TOO_MANY_REQUESTS, "too many requests")
    }

    fn down(&self) -> Refusal {
        failed(
            StatusCode::SERVICE_UNAVAILABLE,
            "the service is temporarily unavailable",
        )
    }
}
