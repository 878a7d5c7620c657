//! Gemini's error answers: Google's status object with code, message, status name and details. The
//! HTTP status equals the code. No success is built here.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::keys::Refusals;
use crate::reply::{self, Refusal};

/// The error object of a Google API.
pub(super) fn error(code: u16, status: &str, message: &str, details: Value) -> Value {
    let mut body = json!({"error": {"code": code, "message": message, "status": status}});
    if details
        .as_array()
        .is_some_and(|details| !details.is_empty())
    {
        body["error"]["details"] = details;
    }
    body
}

/// The same as an HTTP answer.
pub(super) fn failed(code: u16, status: &str, message: &str, details: Value) -> Response {
    let http = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply::json(http, &error(code, status, message, details))
}

/// 400 `INVALID_ARGUMENT`.
pub(super) fn invalid(message: &str) -> Refusal {
    failed(400, "INVALID_ARGUMENT", message, json!([])).into()
}

/// 400 for one field, named in the details as Google does.
pub(super) fn invalid_field(field: &str, message: &str) -> Refusal {
    failed(
        400,
        "INVALID_ARGUMENT",
        message,
        json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": message}]
        }]),
    )
    .into()
}

/// 404 for a model that does not exist or is shut down.
pub(super) fn no_such_model(model: &str, method: &str) -> Refusal {
    let message = format!(
        "models/{model} is not found for API version v1beta, or is not supported for {method}. \
         Call ListModels to see the list of available models and their supported methods."
    );
    failed(404, "NOT_FOUND", &message, json!([])).into()
}

/// 429 with the violated quota and the time to wait.
pub(super) fn quota(quota_id: &str, retry_seconds: u32) -> Refusal {
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details.\n\
         Please retry in {retry_seconds}s."
    );
    failed(
        429,
        "RESOURCE_EXHAUSTED",
        &message,
        json!([
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{
                    "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_requests",
                    "quotaId": quota_id,
                    "quotaDimensions": {"location": "global"},
                    "quotaValue": "10"
                }]
            },
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": format!("{retry_seconds}s")
            }
        ]),
    )
    .into()
}

/// Gemini's answers to keys.
pub(super) struct Answers;

impl Refusals for Answers {
    fn missing_key(&self) -> Refusal {
        failed(
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity). \
             Please use API Key or other form of API consumer identity to call this API.",
            json!([]),
        )
        .into()
    }

    fn bad_key(&self) -> Refusal {
        failed(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            json!([
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID", "domain": "googleapis.com",
                    "metadata": {"service": "generativelanguage.googleapis.com"}
                },
                {
                    "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                    "locale": "en-US",
                    "message": "API key not valid. Please pass a valid API key."
                }
            ]),
        )
        .into()
    }

    fn no_credit(&self) -> Refusal {
        failed(
            429,
            "RESOURCE_EXHAUSTED",
            "Your prepayment credits are depleted. Please go to AI Studio to manage your billing.",
            json!([]),
        )
        .into()
    }

    fn rate_limited(&self) -> Refusal {
        quota("GenerateRequestsPerMinutePerProjectPerModel", 2)
    }

    fn down(&self) -> Refusal {
        failed(
            503,
            "UNAVAILABLE",
            "The model is overloaded. Please try again later.",
            json!([]),
        )
        .into()
    }
}
