//! Reads JSON of strangers: a field of the wrong type is a missing field, so that one changed
//! detail does not lose a result that was paid for.

use crate::{Failure, Job};
use domain::{ProviderFault, input::GenerationInput};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

/// A part of an answer that is read on its own.
pub type Raw = Option<Box<RawValue>>;

/// The part in its shape, or `None` where it has another one.
pub fn part<T: DeserializeOwned>(raw: &Raw) -> Option<T> {
    raw.as_ref()
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// For `deserialize_with`: the value, or `None` where it has another shape.
pub fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// A whole number that some write as text.
pub fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "codes are small; `as` saturates"
            )]
            (float.fract() == 0.0).then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The text at a JSON pointer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// Whether the answer has to be JSON of a schema. One that was cut at its limit is none.
pub fn is_asked_for(job: &Job) -> bool {
    matches!(&job.input, GenerationInput::Llm(input) if input.json_schema.is_some())
}

/// A JSON schema given as text.
pub fn schema(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            Failure::ours(
                ProviderFault::BadRequest,
                "the JSON schema is not an object",
            )
        })
}
