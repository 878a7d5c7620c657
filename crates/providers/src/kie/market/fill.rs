//! What a person asked for → the input of one market model, by its schema alone. What a model does
//! not take is refused here, before anything is paid.
//!
//! A field that nothing was chosen for is left out, unless it is required (its default then) or
//! fixed. Sound is always said, because some models have it on, and dearer, by themselves. A shape,
//! length or sound for a model without a field for it is left out: it has one of its own, or takes
//! it from the picture. A style of speaking has no field anywhere and is left out.

use super::{Entry, Field, Kind, Parameter, choices, entry, field, pictures};
use crate::{Failure, Job};
use domain::{ProviderFault, input::GenerationInput};
use serde_json::{Map, Value, json};

/// The sibling that follows pictures, for a model that works from text alone, at the same price.
const FROM_PICTURES: [(&str, &str); 12] = [
    (
        "bytedance/seedream-v4-text-to-image",
        "bytedance/seedream-v4-edit",
    ),
    ("flux-2/flex-text-to-image", "flux-2/flex-image-to-image"),
    ("flux-2/pro-text-to-image", "flux-2/pro-image-to-image"),
    ("google/nano-banana", "google/nano-banana-edit"),
    ("gpt-image-2-text-to-image", "gpt-image-2-image-to-image"),
    (
        "gpt-image/1.5-text-to-image",
        "gpt-image/1.5-image-to-image",
    ),
    ("grok-imagine/text-to-image", "grok-imagine/image-to-image"),
    ("ideogram/v3-text-to-image", "ideogram/v3-remix"),
    ("qwen/text-to-image", "qwen/image-to-image"),
    ("qwen2/text-to-image", "qwen2/image-edit"),
    ("seedream/4.5-text-to-image", "seedream/4.5-edit"),
    (
        "seedream/5-lite-text-to-image",
        "seedream/5-lite-image-to-image",
    ),
];

/// The model that takes over for this one when there are pictures.
fn sibling(model: &str) -> Option<&'static str> {
    FROM_PICTURES
        .iter()
        .find(|(id, _)| *id == model)
        .map(|(_, sibling)| *sibling)
}

fn refused(why: &str) -> Failure {
    Failure::ours(ProviderFault::BadRequest, why)
}

/// What was asked for, whatever the operation.
#[derive(Default)]
struct Wish<'a> {
    text: &'a str,
    aspect_ratio: Option<&'a str>,
    resolution: Option<&'a str>,
    seconds: Option<u32>,
    audio: Option<bool>,
    voice: Option<&'a str>,
    language: Option<&'a str>,
    seed: Option<u32>,
}

impl<'a> Wish<'a> {
    fn of(input: &'a GenerationInput) -> Self {
        let text = input.text();
        match input {
            GenerationInput::Image(input) => Self {
                text,
                aspect_ratio: input.aspect_ratio.as_deref(),
                resolution: input.resolution.as_deref(),
                seed: input.seed,
                ..Self::default()
            },
            GenerationInput::Video(input) => Self {
                text,
                aspect_ratio: input.aspect_ratio.as_deref(),
                resolution: input.resolution.as_deref(),
                seconds: input.duration_seconds,
                audio: input.audio,
                seed: input.seed,
                ..Self::default()
            },
            GenerationInput::Tts(input) => Self {
                text,
                voice: input.voice.as_deref(),
                language: input.language.as_deref(),
                seed: input.seed,
                ..Self::default()
            },
            GenerationInput::Llm(_) | GenerationInput::Music(_) => Self {
                text,
                ..Self::default()
            },
        }
    }
}

/// The model that does it and its input. `addresses` are those of the job's pictures.
///
/// # Errors
/// `ModelGone` for a model that the market does not have, `BadRequest` and `TooLarge` for what this
/// model does not take.
pub fn input(
    job: &Job,
    addresses: &[String],
) -> Result<(&'static str, Map<String, Value>), Failure> {
    let unknown = || Failure::ours(ProviderFault::ModelGone, "not a model of the market");
    let (mut model, mut chosen) = entry(&job.model).ok_or_else(unknown)?;
    if chosen.operation != Some(job.input.operation()) {
        return Err(refused("this model of the market makes something else"));
    }
    let sibling = sibling(model).filter(|_| !addresses.is_empty());
    if let Some(sibling) = sibling {
        (model, chosen) = entry(sibling).ok_or_else(unknown)?;
    }
    let fill = Fill {
        entry: chosen,
        is_sibling: sibling.is_some(),
        body: Map::new(),
    };
    Ok((model, fill.all(&Wish::of(&job.input), addresses)?))
}

struct Fill<'a> {
    entry: &'a Entry,
    is_sibling: bool,
    body: Map<String, Value>,
}

impl Fill<'_> {
    fn all(mut self, wish: &Wish<'_>, addresses: &[String]) -> Result<Map<String, Value>, Failure> {
        for (name, field) in &self.entry.input {
            if let Some(fixed) = &field.fixed {
                self.body.insert(name.clone(), fixed.clone());
            }
        }
        self.text(wish)?;
        pictures::fill(&mut self.body, self.entry, addresses)?;
        let seconds = wish.seconds.map(|seconds| seconds.to_string());
        self.choice(Parameter::AspectRatio, wish.aspect_ratio, false)?;
        self.choice(Parameter::Resolution, wish.resolution, true)?;
        self.choice(Parameter::Duration, seconds.as_deref(), false)?;
        self.choice(Parameter::Language, wish.language, true)?;
        if !self.body.contains_key("dialogue") {
            self.choice(Parameter::Voice, wish.voice, true)?;
        }
        if let Some((name, _)) = field(self.entry, Parameter::Audio) {
            self.body
                .insert(name.to_owned(), json!(wish.audio.unwrap_or(false)));
        }
        self.seed(wish.seed)?;
        for (name, field) in &self.entry.input {
            if field.required && !self.body.contains_key(name) {
                let default = field
                    .default
                    .as_ref()
                    .ok_or_else(|| refused("this model needs what we do not have"))?;
                self.body.insert(name.clone(), default.clone());
            }
        }
        Ok(self.body)
    }

    /// The prompt as it is. A dialogue is one line of one voice.
    fn text(&mut self, wish: &Wish<'_>) -> Result<(), Failure> {
        let Some((name, field)) = field(self.entry, Parameter::Text) else {
            return Err(refused("this model takes no text"));
        };
        if field
            .longest
            .is_some_and(|most| wish.text.chars().count() > most)
        {
            let why = "the text is longer than this model takes";
            return Err(Failure::ours(ProviderFault::TooLarge, why));
        }
        let value = if field.kind == Kind::Objects {
            let voices = field
                .of
                .get("voice")
                .ok_or_else(|| refused("a dialogue without voices"))?;
            let voice = match wish.voice {
                Some(voice) => value_of(Parameter::Voice, voices, voice),
                None => voices.values.first().cloned(),
            };
            let voice = voice.ok_or_else(|| refused("this model does not have this voice"))?;
            json!([{ "text": wish.text, "voice": voice }])
        } else {
            json!(wish.text)
        };
        self.body.insert(name.to_owned(), value);
        Ok(())
    }

    /// A choice in the words of the model. Where it has no field for it, the choice is refused if
    /// `strict`; a sibling that took over has fewer fields than what the person chose from.
    fn choice(
        &mut self,
        parameter: Parameter,
        wish: Option<&str>,
        strict: bool,
    ) -> Result<(), Failure> {
        let Some(wish) = wish else { return Ok(()) };
        let Some((name, field)) = field(self.entry, parameter) else {
            return if strict && !self.is_sibling {
                Err(refused("this model does not take this choice"))
            } else {
                Ok(())
            };
        };
        let value = value_of(parameter, field, wish)
            .ok_or_else(|| refused("this model does not offer this choice"))?;
        self.body.insert(name.to_owned(), value);
        Ok(())
    }

    fn seed(&mut self, seed: Option<u32>) -> Result<(), Failure> {
        let Some(seed) = seed else { return Ok(()) };
        match field(self.entry, Parameter::Seed) {
            Some((name, field)) => {
                let value = if field.kind == Kind::Text {
                    json!(seed.to_string())
                } else {
                    json!(seed)
                };
                self.body.insert(name.to_owned(), value);
                Ok(())
            }
            None if self.is_sibling => Ok(()),
            None => Err(refused("this model takes no seed")),
        }
    }
}

/// The value that stands for this choice, whatever its case; any text where the field takes any.
fn value_of(parameter: Parameter, field: &Field, wish: &str) -> Option<Value> {
    let choices = choices(parameter, field);
    if choices.is_empty() {
        return Some(json!(wish));
    }
    choices
        .iter()
        .find(|(offered, _)| offered == wish)
        .or_else(|| {
            choices
                .iter()
                .find(|(offered, _)| offered.eq_ignore_ascii_case(wish))
        })
        .map(|(_, value)| value.clone())
}

#[cfg(test)]
pub fn siblings() -> impl Iterator<Item = (&'static str, &'static str)> {
    FROM_PICTURES.into_iter()
}
