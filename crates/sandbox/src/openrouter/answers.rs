//! OpenRouter's error answers (API reference, errors and limits): HTTP status equal to `error.code`,
//! a message, and `metadata.error_type` from a stable vocabulary. No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::ids;
use crate::keys::Refusals;
use crate::reply::{self, Refusal};

/// The user that errors after the key check name.
const USER: &str = "user_2simulated0000000000000000";

/// An error with metadata, as it stands in a body.
pub(super) fn error(code: u16, message: &str, metadata: Value) -> Value {
    json!({"error": {"code": code, "message": message, "metadata": metadata}, "user_id": USER})
}

/// The same as an HTTP answer whose status is the code.
pub(super) fn failed(code: u16, message: &str, metadata: Value) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply::json(status, &error(code, message, metadata))
}

/// 400 for a body that cannot be used.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(400, message, json!({"error_type": "invalid_request"})).into()
}

/// 400 for a model that never existed.
pub(super) fn unknown_model(model: &str) -> Refusal {
    let mut body = error(
        400,
        &format!("{model} is not a valid model ID"),
        json!({"error_type": "invalid_request"}),
    );
    body["error"]["availability"] = availability("model_not_found", model);
    reply::json(StatusCode::BAD_REQUEST, &body).into()
}

/// 404 for a model that is no longer served.
pub(super) fn deprecated_model(model: &str) -> Refusal {
    let mut body = error(
        404,
        &format!("{model} has been deprecated"),
        json!({"error_type": "not_found"}),
    );
    body["error"]["availability"] = availability("model_deprecated", model);
    reply::json(StatusCode::NOT_FOUND, &body).into()
}

fn availability(code: &str, model: &str) -> Value {
    json!({"code": code, "retryable": false, "requested_models": [model], "fallback_models": []})
}

/// OpenRouter's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        let body = json!({"error": {"code": 401, "message": "Missing Authentication header"}});
        reply::json(StatusCode::UNAUTHORIZED, &body).into()
    }

    fn bad_key(&self) -> Refusal {
        let body = json!({"error": {"code": 401, "message": "User not found.",
            "metadata": {"error_type": "authentication"}}});
        reply::json(StatusCode::UNAUTHORIZED, &body).into()
    }

    fn no_credit(&self) -> Refusal {
        failed(
            402,
            "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
            json!({"error_type": "payment_required", "limit_source": "openrouter_credits"}),
        )
        .into()
    }

    fn rate_limited(&self) -> Refusal {
        let mut response = failed(
            429,
            "Rate limit exceeded: requests-per-minute.",
            json!({"error_type": "rate_limit_exceeded"}),
        );
        let headers = response.headers_mut();
        reply::set_header(headers, "retry-after", "2");
        reply::set_header(headers, "x-ratelimit-limit", "20");
        reply::set_header(headers, "x-ratelimit-remaining", "0");
        let reset = ids::unix_millis() + 2_000;
        reply::set_header(headers, "x-ratelimit-reset", &reset.to_string());
        response.into()
    }

    fn down(&self) -> Refusal {
        failed(
            503,
            "No available model provider that meets your routing requirements",
            json!({"error_type": "provider_unavailable"}),
        )
        .into()
    }
}
