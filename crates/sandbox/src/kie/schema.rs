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
    /// Whether KIE documents it but serves it no longer.
    #[serde(default)]
    pub(super) ended: bool,
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
    min_items: Option<usize>,
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
            // An empty list of shots is right where a clip has one shot only.
            let no_shots = name == "multi_prompt" && input[name].is_array();
            if is_absent(&input[name]) && !no_shots {
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
            if is_address(name) {
                for url in strings(value) {
                    link::check(shared, headers, url)?;
                }
            }
            for (inner, value) in members(value) {
                for url in strings(value).filter(|_| is_address(inner)) {
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
        if let Some(items) = value.as_array()
            && self.min_items.is_some_and(|least| items.len() < least)
        {
            return Some("has too few items".to_owned());
        }
        let outside = number(value).is_some_and(|number| {
            self.minimum.is_some_and(|least| number < least)
                || self.maximum.is_some_and(|most| number > most)
        });
        outside.then(|| "is out of range".to_owned())
    }
}

/// Whether a field of this name holds the addresses of files.
fn is_address(name: &str) -> bool {
    name.contains("url")
        || matches!(
            name,
            "image"
                | "image_input"
                | "first_frame"
                | "reference_image"
                | "reference_video"
                | "reference_voice"
        )
}

/// The fields of the objects in an array.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_object).flatten()
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
        .filter(|item| !item.is_object())
        .map(|item| item.as_str().unwrap_or_default());
    single.into_iter().chain(many)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Field, MODELS, Model, is_address};
    use crate::testing::{post, quick};

    const KEY: [(&str, &str); 1] = [("authorization", "Bearer sandbox-key")];
    const FILE: &str = "https://example.com/file.png";

    fn value(name: &str, field: &Field) -> Value {
        if let Some(first) = field.r#enum.first() {
            return first.clone();
        }
        match field.r#type.as_str() {
            "array" if is_address(name) => json!([FILE]),
            "array" => json!([{"text": "A fox"}]),
            "boolean" => json!(false),
            "string" if is_address(name) => json!(FILE),
            "string" => json!("A fox in the snow"),
            _ => json!(field.minimum.unwrap_or(5.0).max(1.0)),
        }
    }

    fn input(model: &Model, names: impl Iterator<Item = String>) -> Value {
        let fields = names.map(|name| {
            let value = value(&name, &model.input[&name]);
            (name, value)
        });
        Value::Object(fields.collect::<Map<String, Value>>())
    }

    async fn code(id: &str, input: &Value) -> Value {
        let body = json!({"model": id, "input": input});
        let answer = post(&quick(), "/kie/api/v1/jobs/createTask", &KEY, &body).await;
        answer.json()["code"].clone()
    }

    #[tokio::test]
    async fn every_documented_model_takes_what_its_schema_requires_until_it_ends() {
        assert_eq!(MODELS.len(), 109);
        assert_eq!(MODELS.values().filter(|model| model.ended).count(), 8);
        for (id, model) in MODELS.iter() {
            let mut required = input(model, model.required.iter().cloned());
            if id == "grok-imagine/image-to-video" {
                required["image_urls"] = json!([FILE]);
            }
            let expected = if model.ended { 422 } else { 200 };
            assert_eq!(code(id, &required).await, expected, "{id}: {required}");
        }
    }

    #[tokio::test]
    async fn each_required_field_is_missed() {
        for (id, model) in MODELS.iter().filter(|(_, model)| !model.ended) {
            for missing in &model.required {
                let rest = model.required.iter().filter(|name| *name != missing);
                let code = code(id, &input(model, rest.cloned())).await;
                assert_eq!(code, 422, "{id} without {missing}");
            }
        }
    }

    #[tokio::test]
    async fn addresses_of_files_are_checked_wherever_they_stand() {
        let local = "https://127.0.0.1/file.png";
        for (id, extra) in [
            ("recraft/crisp-upscale", json!({"image": local})),
            ("nano-banana-pro", json!({"image_input": [local]})),
            (
                "happyhorse/reference-to-video",
                json!({"reference_image": [local]}),
            ),
            (
                "kling-3.0/video",
                json!({"kling_elements": [{"name": "fox", "element_input_urls": [local]}]}),
            ),
        ] {
            let model = Model::find(id).expect("a known model");
            let mut input = input(model, model.required.iter().cloned());
            assert_eq!(code(id, &input).await, 200, "{id}");
            for (name, value) in extra.as_object().expect("an object") {
                input[name] = value.clone();
            }
            assert_eq!(code(id, &input).await, 451, "{id}");
        }
    }
}
