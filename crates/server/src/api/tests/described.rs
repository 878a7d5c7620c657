//! Whether an answer is one that the description of the API tells of. Every answer of every test is
//! held against it.

use crate::api;
use serde_json::Value;

/// The operation at an address, by its description; `None` where nothing is.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let asked: Vec<&str> = path.split('/').collect();
    let is_parameter = |part: &&str| part.starts_with('{');
    let paths = api::document()["paths"].as_object()?;
    let (_, item) = paths
        .iter()
        .filter(|(template, _)| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == asked.len()
                && parts
                    .iter()
                    .zip(&asked)
                    .all(|(part, asked)| is_parameter(part) || part == asked)
        })
        .min_by_key(|(template, _)| template.split('/').filter(is_parameter).count())?;
    item.get(method.to_lowercase())
}

/// Panics at an answer that is not described: a status, a kind of body, or a code.
pub fn check(method: &str, path: &str, status: u16, kind: &str, body: &Value) {
    let Some(operation) = operation(method, path) else {
        return;
    };
    let at = format!("{method} {path} answers {status} {body}");
    let answer = &operation["responses"][status.to_string()];
    let answer = api::resolve(answer);
    assert!(answer.is_object(), "{at}: this status is not described");
    let kinds = answer["content"].as_object();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // An answer without a body says what kind the body would be of.
    let kind = if status == 304 { "" } else { kind };
    let is_described = kinds.map_or(kind.is_empty(), |kinds| {
        kinds.keys().any(|one| one == kind || one == "*/*")
    });
    assert!(is_described, "{at}: {kind} is not described");
    if kind == "application/problem+json" {
        let parts = &answer["content"][kind]["schema"]["allOf"];
        let codes = parts[1]["properties"]["code"]["enum"].as_array().unwrap();
        assert!(
            codes.contains(&body["code"]),
            "{at}: this code is not described"
        );
    }
}
