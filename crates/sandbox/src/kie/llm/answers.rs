//! The errors of KIE's chat endpoints, in both of their shapes: an `error` object with the HTTP
//! status for 400, 401 and 429, the envelope for everything else. No success is built here.

use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::kie::answers as market;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

fn failed(status: StatusCode, kind: &str, message: &str) -> Refusal {
    reply::json(
        status,
        &json!({"error": {"message": message, "type": kind, "param": null, "code": null}}),
    )
    .into()
}

/// 400 for a body that cannot be used.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(StatusCode::BAD_REQUEST, "invalid_request_error", message)
}

/// The error that stands in the middle of a stream.
pub(super) fn broken_off() -> Value {
    json!({"error": {"message": "The upstream connection was lost", "type": "server_error", "code": 500}})
}

/// The error that a trigger asks for; none when it asks for a bad success or when the error comes
/// inside of a stream.
pub(super) fn of_trigger(trigger: Trigger, stream: bool) -> Option<Refusal> {
    match trigger {
        Trigger::Blocked => Some(invalid(
            "Your prompt was flagged because it may violate our content policy.",
        )),
        Trigger::Fail => Some(
            reply::json(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({"code": 500, "msg": "Internal server error", "data": null}),
            )
            .into(),
        ),
        Trigger::StreamError if stream => None,
        other => market::at_creation(other),
    }
}

/// KIE's answers to keys at these endpoints.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        self.bad_key()
    }

    fn bad_key(&self) -> Refusal {
        failed(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            "You do not have access permissions",
        )
    }

    fn no_credit(&self) -> Refusal {
        market::Answers.no_credit()
    }

    fn rate_limited(&self) -> Refusal {
        failed(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_error",
            "Your call frequency is too high. Please try again later.",
        )
    }

    fn down(&self) -> Refusal {
        market::Answers.down()
    }
}
