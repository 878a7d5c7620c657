//! Input schemas of KIE's market models (data in `models.json`, from KIE's documentation) and the
//! checks of an input against them. Fields that a model does not know are ignored, as KIE does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::{answers, link};
use crate::reply::Refusal;
use crate::shared::Shared;

/// What a model makes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Image,
    Video,
    Audio,
    Text,
}

/// A model of the market.
#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) kind: Kind,
    required: Vec<String>,
    input: BTreeMap<String, Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    r#type: String,
    #[serde(default)]
    r#enum: Vec<Value>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    max_items: Option<usize>,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

static MODELS: LazyLock<BTreeMap<String, Model>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("models.json")).expect("the data file is part of this crate")
});

impl Model {
    /// The model with this id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.get(id)
    }

    /// Checks an input: required fields, types, choices, lengths, ranges, and URLs.
    pub(super) fn check(
        &self,
        shared: &Shared,
        headers: &HeaderMap,
        input: &Value,
    ) -> Result<(), Refusal> {
        for name in &self.required {
            if is_absent(&input[name]) {
                return Err(answers::invalid(&format!("{name} is required")));
            }
        }
        for (name, field) in &self.input {
            let value = &input[name];
            if value.is_null() {
                continue;
            }
            if let Some(complaint) = field.complaint(value) {
                return Err(answers::invalid(&format!("{name} {complaint}")));
            }
            if name.contains("url") || name == "image_input" {
                for url in strings(value) {
                    link::check(shared, headers, url)?;
                }
            }
        }
        Ok(())
    }
}

impl Field {
    fn complaint(&self, value: &Value) -> Option<String> {
        let fits = match self.r#type.as_str() {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            // Numbers are accepted as text too.
            _ => number(value).is_some(),
        };
        if !fits {
            return Some(format!("must be a {}", self.r#type));
        }
        if !self.r#enum.is_empty() && !self.r#enum.iter().any(|choice| same(choice, value)) {
            return Some("is not within the range of allowed options".to_owned());
        }
        if let Some(text) = value.as_str() {
            let length = text.chars().count();
            if self.max_length.is_some_and(|most| length > most) {
                return Some("exceeds the maximum length".to_owned());
            }
            if self.min_length.is_some_and(|least| length < least) {
                return Some("is below the minimum length".to_owned());
            }
        }
        if let Some(items) = value.as_array()
            && self.max_items.is_some_and(|most| items.len() > most)
        {
            return Some("has too many items".to_owned());
        }
        let outside = number(value).is_some_and(|number| {
            self.minimum.is_some_and(|least| number < least)
                || self.maximum.is_some_and(|most| number > most)
        });
        outside.then(|| "is out of range".to_owned())
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A number, or text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}

fn same(choice: &Value, value: &Value) -> bool {
    choice == value || (choice.is_number() && number(choice) == number(value))
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let single = value.as_str().filter(|text| !text.is_empty());
    let many = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item.as_str().unwrap_or_default());
    single.into_iter().chain(many)
}
