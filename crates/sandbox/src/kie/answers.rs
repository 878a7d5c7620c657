//! KIE's envelope `{code, msg, data}`: the HTTP status is 200 whatever happened, the code tells.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

/// Code 200 with data.
pub(super) fn success(data: Value) -> Response {
    reply::envelope(200, "success", data)
}

/// An error in the envelope.
pub(super) fn failed(code: u16, message: &str) -> Refusal {
    reply::envelope(code, message, Value::Null).into()
}

/// Code 422: a value that does not validate.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(422, message)
}

/// Code 422 for a model that is not there or no longer.
pub(super) fn no_such_model() -> Refusal {
    invalid(
        "The model name you specified is not supported. Please verify it and try again using a supported model.",
    )
}

/// The error at creation that a trigger asks for; none when the task shall be created.
pub(super) fn at_creation(trigger: Trigger) -> Option<Refusal> {
    Some(match trigger {
        Trigger::ModelGone => no_such_model(),
        Trigger::ErrorIn200 | Trigger::ErrorInChoice | Trigger::StreamError => failed(
            500,
            "Server exception, please try again later or contact customer service",
        ),
        Trigger::Overloaded => Answers.down(),
        Trigger::Timeout => failed(
            408,
            "Upstream is currently experiencing service issues. No result received in 10 minutes.",
        ),
        Trigger::Forbidden => failed(505, "This feature is currently disabled"),
        Trigger::SpendLimit => failed(433, "The usage limit of this sub-key has been exceeded"),
        Trigger::TooLarge => invalid("The prompt length exceeds the maximum allowed"),
        Trigger::Blocked
        | Trigger::OutputBlocked
        | Trigger::Malformed
        | Trigger::Empty
        | Trigger::Truncated
        | Trigger::Fail => return None,
    })
}

/// KIE's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        self.bad_key()
    }

    fn bad_key(&self) -> Refusal {
        reply::json(
            StatusCode::OK,
            &json!({"code": 401, "msg": "You do not have access permissions"}),
        )
        .into()
    }

    fn no_credit(&self) -> Refusal {
        failed(
            402,
            "Credits insufficient : Your current balance isn't enough to run this request. Please top up to continue.",
        )
    }

    fn rate_limited(&self) -> Refusal {
        failed(
            429,
            "Your call frequency is too high. Please try again later.",
        )
    }

    fn down(&self) -> Refusal {
        failed(
            455,
            "The service is currently unavailable due to maintenance.",
        )
    }
}
