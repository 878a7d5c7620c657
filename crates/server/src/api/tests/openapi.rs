//! The description of the API: complete, sound in itself, and as it is kept in `docs/openapi.json`.

use crate::api;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

const KEPT: &str = "../../docs/openapi.json";
/// With this variable the kept one is written anew.
const RENEW: &str = "RENEW_OPENAPI";

/// Every operation with its method and path.
fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = api::document()["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn the_kept_description_is_that_of_the_code() {
    let document = serde_json::to_string_pretty(api::document()).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    if std::env::var_os(RENEW).is_some() {
        fs::write(&path, &document).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == document,
        "docs/openapi.json is not what the code says. Look at what has changed, and renew it with: {RENEW}=1 cargo test -p server the_kept_description"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_can_fail() {
    let mut names = BTreeSet::new();
    for (at, operation) in operations() {
        let text = |key: &str| operation[key].as_str().unwrap_or_default().to_owned();
        assert!(names.insert(text("operationId")), "{at}: the name is taken");
        assert!(!text("summary").is_empty(), "{at}: no summary");
        assert_ne!(operation["tags"][0], "", "{at}: no area");
        assert!(operation.get("x-errors").is_none(), "{at}: unread errors");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{at}");
        for status in ["401", "403", "429", "500"] {
            assert!(answers.contains_key(status), "{at}: {status}");
        }
        for (status, answer) in answers {
            let about = &api::resolve(answer)["description"];
            assert_ne!(about.as_str().unwrap_or_default(), "", "{at}: {status}");
        }
    }
    assert!(names.len() > 50, "{}", names.len());
}

#[test]
fn everything_that_is_named_is_described() {
    let document = api::document();
    let mut found = BTreeSet::new();
    references(document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference}");
    }
}

#[test]
fn every_body_that_must_be_sent_has_an_example() {
    for (at, operation) in operations() {
        let body = &operation["requestBody"];
        if body["required"] != true {
            continue;
        }
        let schema = &body["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap_or_default();
        let described = api::document().pointer(name.trim_start_matches('#'));
        let example = described.map(|schema| &schema["example"]);
        assert!(example.is_some_and(|one| !one.is_null()), "{at}: {schema}");
    }
}

#[test]
fn a_secret_can_be_sent_and_is_never_answered() {
    let document = api::document();
    for (schema, member) in [
        ("KeyInput", "key"),
        ("KeyInput", "secret"),
        ("KeyTestInput", "key"),
        ("SignIn", "password"),
        ("ChangePassword", "new_password"),
        ("Confirm", "code"),
        ("SignUp", "password"),
    ] {
        let member = &document["components"]["schemas"][schema]["properties"][member];
        assert_eq!(member["format"], "password", "{schema}");
        assert_eq!(member["writeOnly"], true, "{schema}");
    }
}
