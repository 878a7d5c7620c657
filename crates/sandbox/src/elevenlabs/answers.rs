//! ElevenLabs' error answers: `detail` is an object with code and message, in old errors with a
//! status alone, and a list for values that do not validate. No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};

fn with_status(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply::json(status, body)
}

/// An error in the present form.
pub(super) fn failed(status: u16, kind: &str, code: &str, message: &str) -> Refusal {
    with_status(
        status,
        &json!({"detail": {
            "type": kind, "code": code, "message": message, "status": code,
            "request_id": "00000000000000000000000000000000", "param": null
        }}),
    )
    .into()
}

/// An error in the old form, which several endpoints still use.
pub(super) fn legacy(status: u16, code: &str, message: &str) -> Refusal {
    with_status(
        status,
        &json!({"detail": {"status": code, "message": message}}),
    )
    .into()
}

/// 422 for one field of the body.
pub(super) fn invalid(field: &str, message: &str, kind: &str) -> Refusal {
    with_status(
        422,
        &json!({"detail": [{"type": kind, "loc": ["body", field], "msg": message, "input": null}]}),
    )
    .into()
}

/// ElevenLabs' answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        failed(
            401,
            "authentication_error",
            "missing_api_key",
            "Neither authorization header nor xi-api-key received, please provide one.",
        )
    }

    fn bad_key(&self) -> Refusal {
        failed(
            401,
            "authentication_error",
            "invalid_api_key",
            "Invalid API key",
        )
    }

    fn no_credit(&self) -> Refusal {
        legacy(
            401,
            "quota_exceeded",
            "This request exceeds your quota of 10000. You have 0 credits remaining, while more \
             credits are required for this request.",
        )
    }

    fn rate_limited(&self) -> Refusal {
        failed(
            429,
            "rate_limit_error",
            "rate_limit_exceeded",
            "Too many requests. Please slow down.",
        )
    }

    fn down(&self) -> Refusal {
        failed(
            503,
            "service_unavailable",
            "service_unavailable",
            "The service is temporarily unavailable.",
        )
    }
}
