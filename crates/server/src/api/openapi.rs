//! The description of this API, made of the routes themselves (OpenAPI 3.1). A handler says its
//! address, its input and its answer in `#[utoipa::path]`, and under `x-errors` the codes that only it
//! can answer; what follows from the kind of a route is added here: its name, its area, the
//! parameters of its address, the errors that every such route can answer.

mod areas;
mod errors;
mod parameters;
mod words;

use crate::web;
use axum::http::{Method, header::CONTENT_TYPE};
use domain::{budget::Refused, scope::Scope};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::{
    ToSchema,
    openapi::{InfoBuilder, OpenApi, RefOr, Server, schema::Schema},
};

/// What the document says of itself.
const ABOUT: &str = "Choose per operation who generates your film, with whose key and which model. \
With the session cookie, a request that changes something has to carry the `Origin` of this site; programs come with a token. \
Errors are `application/problem+json` with a `code` of a closed list.";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| describe(super::routes().into_openapi()));

/// The document.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// What a part of the document stands for, where it only says where to look.
#[must_use]
pub fn resolve(part: &'static Value) -> &'static Value {
    let target = part["$ref"].as_str().unwrap_or_default();
    match document().pointer(target.trim_start_matches('#')) {
        Some(target) if !part["$ref"].is_null() => target,
        _ => part,
    }
}

/// This document
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses((status = 200, body = Object)),
    security(())
)]
pub async fn get() -> ([(axum::http::HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, "application/json")], document().to_string())
}

/// The document of routes that have said what only they know.
fn describe(mut api: OpenApi) -> Value {
    api.info = InfoBuilder::new()
        .title("Film Generator")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    api.servers = Some(vec![Server::new("/api/v1")]);
    let schemas = &mut api.components.get_or_insert_default().schemas;
    schemas.extend(described::<web::problem::Members<'_>>());
    schemas.extend(described::<Refused>());
    let mut document = json!(api);
    // It is only sent, and so not among the members that can be read.
    document["components"]["schemas"]["ErrorMembers"]["properties"]["budget"] = json!({
        "$ref": "#/components/schemas/BudgetRefusal",
        "description": "`BUDGET_EXCEEDED`: whose, what is left of it, and when it starts anew.",
    });
    document["components"]["securitySchemes"] = json!({
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "film_session",
            "description": "The cookie that signing in sets; `__Host-film_session` where the site is served over HTTPS.",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal access token, `fgp_…`, with the scope that is named beside it.",
        },
    });
    open_parts(&mut document["components"]["schemas"]);
    document["tags"] = areas::tags();
    let mut problems = Map::new();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Value::Object(operation) = operation {
                    complete(path, method, operation, &mut problems);
                }
            }
        }
    }
    document["components"]["responses"] = Value::Object(problems);
    words::tidy(&mut document);
    document
}

/// The schema of a type with those that it names.
fn described<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

/// What is part of another schema forbids no members beside its own: they are the other's.
fn open_parts(schemas: &mut Value) {
    let parts: Vec<String> = schemas
        .as_object()
        .into_iter()
        .flat_map(|schemas| schemas.values())
        .filter_map(|schema| schema["allOf"].as_array())
        .flatten()
        .filter_map(|part| part["$ref"].as_str()?.rsplit('/').next())
        .map(str::to_owned)
        .collect();
    for part in parts {
        if let Some(part) = schemas[part].as_object_mut() {
            part.remove("additionalProperties");
        }
    }
}

/// Adds to one operation what follows from its kind, and to `problems` what it can answer of them.
fn complete(
    path: &str,
    method: &str,
    operation: &mut Map<String, Value>,
    problems: &mut Map<String, Value>,
) {
    operation.insert("operationId".to_owned(), json!(name(path, method)));
    operation.insert("tags".to_owned(), json!([areas::of(path)]));
    parameters::add(path, operation);
    let answers = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    for (status, answer) in answers.into_iter().flatten() {
        answer["description"] = json!(reason(status));
    }
    errors::add(path, operation, problems);
    if !operation.contains_key("security") {
        let mut ways = vec![json!({ "session": [] })];
        if let Some(scope) = scope(path, method) {
            ways.push(json!({ "token": [scope] }));
        }
        operation.insert("security".to_owned(), json!(ways));
    }
}

/// The scope that a token needs for an operation; `None` where no token will do.
fn scope(path: &str, method: &str) -> Option<Scope> {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).ok()?;
    web::scopes::needed(&method, path)
}

/// The name of an operation: its method and the words of its address.
fn name(path: &str, method: &str) -> String {
    path.split(['/', '-', '.'])
        .map(|word| word.trim_matches(['{', '}']))
        .filter(|word| !word.is_empty())
        .fold(method.to_owned(), |mut name, word| {
            name.push('_');
            name.push_str(word);
            name
        })
}

/// What a status says, in words.
fn reason(status: &str) -> &'static str {
    let status = status.parse::<axum::http::StatusCode>().ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}
