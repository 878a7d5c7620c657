//! KIE's market: one call for many models, each with an input schema of its own. The schemas are
//! data (`inputs.json`); here is which field takes which of our parameters. Nothing is guessed.
//!
//! `inputs.json` holds every model of the market (KIE docs, one page per model, of 2026-04-29) with
//! the operation that it can serve, if any. Beyond the pages' own words: field names lose stray
//! blanks; a length that a page gives in words is a range or a list; a field is `required` also
//! where KIE would choose for us something that costs; `fixed` is what is always sent, never chosen.

mod fill;
mod pictures;
mod record;

pub use fill::input;
pub use record::finished;

use domain::Operation;
use serde::Deserialize;
use serde_json::{Number, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// A model of the market.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it can make for us; `None` where it needs what we do not have.
    #[serde(rename = "for")]
    pub operation: Option<Operation>,
    /// Its fields.
    pub input: BTreeMap<String, Field>,
}

/// A field of a model's input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The only values allowed; empty where any is.
    #[serde(default, rename = "enum")]
    pub values: Vec<Value>,
    /// The least number.
    #[serde(default)]
    pub min: Option<Number>,
    /// The greatest number.
    #[serde(default)]
    pub max: Option<Number>,
    /// The most characters.
    #[serde(default)]
    pub longest: Option<usize>,
    /// The most entries.
    #[serde(default)]
    pub most: Option<usize>,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
    /// What it is when nothing is chosen.
    #[serde(default)]
    pub default: Option<Value>,
    /// What it always is.
    #[serde(default)]
    pub fixed: Option<Value>,
    /// The fields of each entry.
    #[serde(default)]
    pub of: BTreeMap<String, Self>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A text, also a number or an address as text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list of texts.
    List,
    /// A list of objects.
    Objects,
    /// A list of lists.
    Lists,
}

static ENTRIES: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("inputs.json")).expect("the data is part of this crate")
});

/// Every model of the market.
pub fn entries() -> &'static BTreeMap<String, Entry> {
    &ENTRIES
}

/// The model with this id, with the id as the data spells it.
pub fn entry(model: &str) -> Option<(&'static str, &'static Entry)> {
    entries()
        .get_key_value(model)
        .map(|(id, entry)| (id.as_str(), entry))
}

/// What a person can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// What to show or say.
    Text,
    /// The shape.
    AspectRatio,
    /// The size.
    Resolution,
    /// The length in seconds.
    Duration,
    /// Whether there is sound.
    Audio,
    /// Who speaks.
    Voice,
    /// In which language.
    Language,
    /// The number that makes a result repeatable.
    Seed,
}

impl Parameter {
    /// The names that it goes by, each model uses one of them.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["prompt", "text", "dialogue"],
            Self::AspectRatio => &["aspect_ratio", "ratio", "image_size"],
            Self::Resolution => &["resolution", "image_resolution", "quality", "size", "mode"],
            Self::Duration => &["duration", "n_frames"],
            Self::Audio => &["sound", "audio", "generate_audio"],
            Self::Voice => &["voice"],
            Self::Language => &["language_code"],
            Self::Seed => &["seed"],
        }
    }
}

/// The field of this model that takes the parameter. A field that always holds the same is none.
pub fn field(entry: &Entry, parameter: Parameter) -> Option<(&str, &Field)> {
    parameter.names().iter().find_map(|name| {
        let (name, field) = entry.input.get_key_value(*name)?;
        field.fixed.is_none().then_some((name.as_str(), field))
    })
}

/// What this field offers: as a person chooses it, and as it is sent. Empty where it takes anything.
pub fn choices(parameter: Parameter, field: &Field) -> Vec<(String, Value)> {
    let end = |number: &Option<Number>| number.as_ref().and_then(Number::as_u64);
    match (end(&field.min), end(&field.max)) {
        (Some(least), Some(most)) if parameter == Parameter::Duration => {
            return (least..=most)
                .map(|seconds| (seconds.to_string(), json!(seconds)))
                .collect();
        }
        _ => {}
    }
    field
        .values
        .iter()
        .filter_map(|value| {
            let text = value.as_str()?;
            Some((offered(parameter, text, field)?.to_owned(), value.clone()))
        })
        .collect()
}

/// Our word for a value of the market: shapes in words (qwen, ideogram, seedream 4, sora) and
/// qualities that stand for sizes (seedream 4.5 and 5). `None` for a value that is not offered.
fn offered<'a>(parameter: Parameter, value: &'a str, field: &Field) -> Option<&'a str> {
    use Parameter::{AspectRatio, Resolution};
    let is_seedream = || field.values.iter().any(|value| value == "basic");
    Some(match (parameter, value) {
        // The same shape as `square_hd`, only coarser.
        (AspectRatio, "square") => return None,
        (AspectRatio, "square_hd") => "1:1",
        (AspectRatio, "portrait_4_3") => "3:4",
        (AspectRatio, "portrait_3_2") => "2:3",
        (AspectRatio, "portrait_16_9" | "portrait") => "9:16",
        (AspectRatio, "landscape_4_3") => "4:3",
        (AspectRatio, "landscape_3_2") => "3:2",
        (AspectRatio, "landscape_16_9" | "landscape") => "16:9",
        (AspectRatio, "landscape_21_9") => "21:9",
        (Resolution, "basic") => "2K",
        (Resolution, "high") if is_seedream() => "4K",
        _ => value,
    })
}

#[cfg(test)]
mod tests;
