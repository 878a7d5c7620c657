//! The errors of an operation by their status: those that its handler names under `x-errors`, and
//! those that every route of its kind can answer.

use crate::web::problem::{MEDIA_TYPE, Problem};
use axum::http::StatusCode;
use domain::{ApiError, ErrorCode};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where a handler names its own.
const NAMED: &str = "x-errors";

/// The problems that can come with each status, by their codes.
type Possible = BTreeMap<u16, BTreeMap<String, Problem>>;

/// Puts the errors among the answers, by reference to `problems`, where each kind is once.
pub(super) fn add(
    path: &str,
    operation: &mut Map<String, Value>,
    problems: &mut Map<String, Value>,
) {
    let named: Vec<ErrorCode> = operation
        .remove(NAMED)
        .and_then(|codes| serde_json::from_value(codes).ok())
        .unwrap_or_default();
    let kind = Kind {
        has_body: operation.contains_key("requestBody"),
        has_address_parameters: path.contains('{'),
        has_other_parameters: operation
            .get("parameters")
            .and_then(Value::as_array)
            .is_some_and(|parameters| parameters.iter().any(|one| one["in"] != "path")),
    };
    let mut possible = Possible::new();
    for code in named.into_iter().chain(kind.codes()) {
        put(
            &mut possible,
            Problem::from(ApiError::new(code, words(code))),
        );
    }
    for status in kind.bare_statuses() {
        put(&mut possible, Problem::plain(status));
    }
    let answers = &mut operation["responses"];
    if answers.get("416").is_some() {
        put(
            &mut possible,
            Problem::plain(StatusCode::RANGE_NOT_SATISFIABLE),
        );
    }
    for (status, these) in possible {
        let codes: Vec<&str> = these.keys().map(String::as_str).collect();
        let name = format!("{status}_{}", codes.join("_or_"));
        answers[status.to_string()] = json!({ "$ref": format!("#/components/responses/{name}") });
        problems.insert(name, answer(status, &these));
    }
}

/// What of an operation decides about its errors.
struct Kind {
    has_body: bool,
    has_address_parameters: bool,
    has_other_parameters: bool,
}

impl Kind {
    fn codes(&self) -> Vec<ErrorCode> {
        // An access token that is none, or that is not for this, is refused wherever it is sent.
        let mut codes = vec![
            ErrorCode::Unauthenticated,
            ErrorCode::Forbidden,
            ErrorCode::RateLimited,
            ErrorCode::Internal,
        ];
        if self.has_body || self.has_other_parameters {
            codes.push(ErrorCode::InvalidInput);
        }
        if self.has_body {
            codes.push(ErrorCode::PayloadTooLarge);
        }
        codes
    }

    fn bare_statuses(&self) -> Vec<StatusCode> {
        let mut statuses = Vec::new();
        if self.has_body {
            statuses.extend([
                StatusCode::REQUEST_TIMEOUT,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ]);
        }
        if self.has_address_parameters {
            statuses.push(StatusCode::BAD_REQUEST);
        }
        statuses
    }
}

fn put(possible: &mut Possible, problem: Problem) {
    let code = json!(problem.error().code);
    possible
        .entry(problem.status().as_u16())
        .or_default()
        .insert(code.as_str().unwrap_or_default().to_owned(), problem);
}

fn answer(status: u16, problems: &BTreeMap<String, Problem>) -> Value {
    let titles: BTreeSet<&str> = problems.values().map(Problem::title).collect();
    let titles: Vec<&str> = titles.into_iter().collect();
    let codes: Vec<&String> = problems.keys().collect();
    let examples: Map<String, Value> = problems
        .iter()
        .map(|(code, problem)| (code.clone(), json!({ "value": problem })))
        .collect();
    let mut answer = json!({
        "description": titles.join("; "),
        "content": { MEDIA_TYPE: {
            "schema": { "allOf": [
                { "$ref": "#/components/schemas/Problem" },
                { "type": "object", "properties": { "code": { "enum": codes } } },
            ] },
            "examples": examples,
        } },
    });
    if status == 429 {
        answer["headers"] = json!({ "Retry-After": {
            "description": "Seconds to wait",
            "schema": { "type": "integer", "minimum": 0 },
        } });
    }
    answer
}

/// What such an error says, as an example.
fn words(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unauthenticated => "Sign in and try again.",
        ErrorCode::Forbidden => "Only its owner can do this.",
        ErrorCode::NotFound => "There is no such project, or it is not yours.",
        ErrorCode::InvalidInput => "This field is required.",
        ErrorCode::Conflict => "This was changed elsewhere meanwhile.",
        ErrorCode::ApiKeyRequired => "Add an API key for KIE.ai in Settings.",
        ErrorCode::KeyUnavailable => "The stored key cannot be read any more. Enter it again.",
        ErrorCode::ModelUnavailable => "This model is not offered. Choose another model.",
        ErrorCode::EndpointNotAllowed => "This address is not allowed as an endpoint.",
        ErrorCode::BudgetExceeded => "Your budget for this month is used up.",
        ErrorCode::RateLimited => "Too many requests. Wait a moment and try again.",
        ErrorCode::ProviderError => "The provider is overloaded. Try again in a few minutes.",
        ErrorCode::PayloadTooLarge => "The request is larger than this address takes.",
        ErrorCode::Internal => "Something went wrong on the server. Try again in a moment.",
    }
}
