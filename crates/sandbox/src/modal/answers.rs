//! What goes wrong at an endpoint: lines of text from Modal itself, `{"detail": …}` from FastAPI, and
//! `{"error": …}` from vLLM. No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};
use crate::trigger::Trigger;

fn line(status: StatusCode, text: &'static str) -> Refusal {
    reply::typed(status, "text/plain; charset=utf-8", text).into()
}

/// Modal's answer for an address behind which nothing runs.
pub(super) fn not_deployed() -> Refusal {
    line(
        StatusCode::NOT_FOUND,
        "modal-http: app for invoked web endpoint is not deployed",
    )
}

/// Modal's answer for a call that it does not know, or no longer.
pub(super) fn unknown_call() -> Refusal {
    line(
        StatusCode::NOT_FOUND,
        "modal-http: function call was not found or has expired",
    )
}

/// FastAPI's answer for another method.
pub(super) fn wrong_method(allowed: &'static str) -> Response {
    let mut response = reply::json(
        StatusCode::METHOD_NOT_ALLOWED,
        &json!({"detail": "Method Not Allowed"}),
    );
    reply::set_header(response.headers_mut(), "allow", allowed);
    response
}

/// One entry of FastAPI's list: what is wrong at which place.
pub(super) fn problem(kind: &str, location: Value, message: &str) -> Value {
    json!({"type": kind, "loc": location, "msg": message, "input": null})
}

/// The entry for a field that is missing in the `body` or the `query`.
pub(super) fn missing(place: &str, field: &str) -> Value {
    problem("missing", json!([place, field]), "Field required")
}

/// FastAPI's answer for values that do not validate.
pub(super) fn invalid(problems: &[Value]) -> Refusal {
    reply::json(
        StatusCode::UNPROCESSABLE_ENTITY,
        &json!({"detail": problems}),
    )
    .into()
}

/// An error that the app raised itself.
pub(super) fn raised(status: StatusCode, detail: &str) -> Refusal {
    reply::json(status, &json!({"detail": detail})).into()
}

/// vLLM's error.
pub(super) fn chat_error(status: StatusCode, kind: &str, message: &str) -> Refusal {
    reply::json(
        status,
        &json!({"error": {
            "message": message, "type": kind, "param": null, "code": status.as_u16()
        }}),
    )
    .into()
}

/// The error that a trigger asks for; none when it asks for a bad success.
pub(super) fn refusal(trigger: Trigger) -> Option<Refusal> {
    Some(match trigger {
        Trigger::Blocked | Trigger::OutputBlocked => raised(
            StatusCode::BAD_REQUEST,
            "The prompt was rejected by the safety checker",
        ),
        Trigger::ModelGone => not_deployed(),
        Trigger::Fail => line(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Trigger::Overloaded => Answers.down(),
        Trigger::Timeout => line(
            StatusCode::GATEWAY_TIMEOUT,
            "modal-http: the function exceeded its timeout",
        ),
        Trigger::Forbidden => raised(StatusCode::FORBIDDEN, "Forbidden"),
        Trigger::SpendLimit => Answers.no_credit(),
        Trigger::TooLarge => raised(StatusCode::PAYLOAD_TOO_LARGE, "The input is too large"),
        Trigger::Malformed
        | Trigger::ErrorIn200
        | Trigger::ErrorInChoice
        | Trigger::StreamError
        | Trigger::Empty
        | Trigger::Truncated => return None,
    })
}

/// Modal's answers to proxy tokens. The codes for lack of money and for overload are no documented
/// ones; they are what a gateway says.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        line(
            StatusCode::UNAUTHORIZED,
            "modal-http: missing credentials for proxy authorization",
        )
    }

    fn bad_key(&self) -> Refusal {
        line(
            StatusCode::UNAUTHORIZED,
            "modal-http: invalid credentials for proxy authorization",
        )
    }

    fn no_credit(&self) -> Refusal {
        line(
            StatusCode::PAYMENT_REQUIRED,
            "modal-http: workspace spend limit reached",
        )
    }

    fn rate_limited(&self) -> Refusal {
        line(
            StatusCode::TOO_MANY_REQUESTS,
            "modal-http: too many requests",
        )
    }

    fn down(&self) -> Refusal {
        line(
            StatusCode::SERVICE_UNAVAILABLE,
            "modal-http: no container is available",
        )
    }
}
