//! What a person asks for, per operation, with the limits that hold for everybody. The limits of
//! the chosen model are checked here too; the text is passed on as given.

use crate::{
    FieldError, Operation,
    catalog::{Capabilities, Model},
};
use serde::{Deserialize, Serialize};

/// The longest text in characters that is accepted at all; more is [`InputProblem::TooLarge`].
pub const MAX_TEXT_CHARACTERS: usize = 200_000;
/// The most reference pictures of one request.
pub const MAX_REFERENCE_IMAGES: usize = 14;

/// The largest seed that every provider with seeds takes.
pub const MAX_SEED: u32 = 2_147_483_647;

/// The tokens that a Claude model may think beyond the wished length of its answer.
pub const THINKING_TOKENS: u32 = 4_096;

/// Text from a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LlmInput {
    /// What to write.
    pub prompt: String,
    /// Who the model is to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The most tokens of answer. Thinking counts as answer, but at Claude, where it may come on
    /// top: see [`THINKING_TOKENS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// A JSON schema, as JSON text, that the answer must fit. In the HTTP API it is an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub json_schema: Option<String>,
    /// Whether the text is wanted while it is written.
    #[serde(default)]
    pub stream: bool,
}

/// A picture from a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImageInput {
    /// What to show.
    pub prompt: String,
    /// Shape, such as `16:9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// Size: `1K`, `2K` or `4K`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// Pictures to follow: output ids or data URLs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_images: Vec<String>,
    /// The number that makes a result repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// A clip.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VideoInput {
    /// What happens.
    pub prompt: String,
    /// The first picture: an output id, a data URL or an https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Size, such as `720p`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// Shape, such as `16:9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<String>,
    /// With sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// The number that makes a result repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// Spoken text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TtsInput {
    /// What to say.
    pub text: String,
    /// Who says it: a voice id of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Language as an ISO 639-1 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How to say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// The number that makes a result repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// Music.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MusicInput {
    /// What it should be like.
    pub prompt: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its genre and mood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// The words to sing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lyrics: Option<String>,
    /// Without singing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrumental: Option<bool>,
    /// Length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// The number that makes a result repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GenerationInput {
    /// Text.
    Llm(LlmInput),
    /// A picture.
    Image(ImageInput),
    /// A clip.
    Video(VideoInput),
    /// Voiceover.
    Tts(TtsInput),
    /// Music.
    Music(MusicInput),
}

/// Why an input is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputProblem {
    /// Some fields are wrong; each says how to put it right.
    Invalid(Vec<FieldError>),
    /// A text is beyond every limit.
    TooLarge {
        /// The field.
        field: &'static str,
    },
}

impl GenerationInput {
    /// Which operation this is.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Llm(_) => Operation::Llm,
            Self::Image(_) => Operation::Image,
            Self::Video(_) => Operation::Video,
            Self::Tts(_) => Operation::Tts,
            Self::Music(_) => Operation::Music,
        }
    }

    /// The prompt or the text to speak.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Llm(input) => &input.prompt,
            Self::Image(input) => &input.prompt,
            Self::Video(input) => &input.prompt,
            Self::Tts(input) => &input.text,
            Self::Music(input) => &input.prompt,
        }
    }

    /// The pictures that the input names: output ids, data URLs or https URLs.
    #[must_use]
    pub fn images(&self) -> Vec<&str> {
        match self {
            Self::Image(input) => input.reference_images.iter().map(String::as_str).collect(),
            Self::Video(input) => input.image.as_deref().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Fills in what was left open with the model's own defaults, so that what is priced is what is
    /// sent.
    pub fn fill_defaults(&mut self, can: &Capabilities) {
        let fill = |wish: &mut Option<String>, offered: &[String]| {
            if wish.is_none() {
                *wish = offered.first().cloned();
            }
        };
        match self {
            Self::Llm(_) => {}
            Self::Music(music) => {
                music.duration_seconds = music.duration_seconds.or(can.durations.first().copied());
            }
            Self::Image(image) => {
                fill(&mut image.resolution, &can.resolutions);
                fill(&mut image.aspect_ratio, &can.aspect_ratios);
            }
            Self::Video(video) => {
                fill(&mut video.resolution, &can.resolutions);
                fill(&mut video.aspect_ratio, &can.aspect_ratios);
                video.duration_seconds = video.duration_seconds.or(can.durations.first().copied());
                if can.audio && video.audio.is_none() {
                    video.audio = Some(false);
                }
            }
            Self::Tts(tts) => {
                if tts.voice.is_none() {
                    tts.voice = can.voices.first().map(|voice| voice.id.clone());
                }
            }
        }
    }

    /// Checks the general limits and those of the model, if it is a listed one.
    ///
    /// # Errors
    /// [`InputProblem::TooLarge`] for a text beyond every limit, otherwise every wrong field.
    pub fn check(&self, model: Option<&Model>) -> Result<(), InputProblem> {
        let mut check = Check {
            model,
            wrong: Vec::new(),
        };
        match self {
            Self::Llm(input) => {
                check.text("prompt", &input.prompt, true)?;
                check.optional_text("system", input.system.as_deref())?;
                check.optional_text("json_schema", input.json_schema.as_deref())?;
                check.range("max_output_tokens", input.max_output_tokens, 16, 128_000);
            }
            Self::Image(input) => {
                check.text("prompt", &input.prompt, true)?;
                check.one_of("resolution", input.resolution.as_deref(), |can| {
                    &can.resolutions
                });
                check.one_of("aspect_ratio", input.aspect_ratio.as_deref(), |can| {
                    &can.aspect_ratios
                });
                check.reference_images(&input.reference_images);
                check.seed(input.seed);
            }
            Self::Video(input) => {
                check.text("prompt", &input.prompt, input.image.is_none())?;
                check.one_of("resolution", input.resolution.as_deref(), |can| {
                    &can.resolutions
                });
                check.one_of("aspect_ratio", input.aspect_ratio.as_deref(), |can| {
                    &can.aspect_ratios
                });
                check.duration(input.duration_seconds);
                check.first_image(input);
                check.seed(input.seed);
            }
            Self::Tts(input) => {
                check.text("text", &input.text, true)?;
                check.optional_text("style", input.style.as_deref())?;
                check.voice(input.voice.as_deref());
                check.language(input.language.as_deref());
                check.seed(input.seed);
            }
            Self::Music(input) => {
                check.text("prompt", &input.prompt, input.lyrics.is_none())?;
                check.optional_text("lyrics", input.lyrics.as_deref())?;
                check.optional_text("style", input.style.as_deref())?;
                check.short("title", input.title.as_deref(), 80);
                check.length(input.duration_seconds);
                check.seed(input.seed);
            }
        }
        if check.wrong.is_empty() {
            Ok(())
        } else {
            Err(InputProblem::Invalid(check.wrong))
        }
    }
}

struct Check<'a> {
    model: Option<&'a Model>,
    wrong: Vec<FieldError>,
}

impl Check<'_> {
    fn refuse(&mut self, field: &str, message: String) {
        self.wrong.push(FieldError {
            field: format!("input.{field}"),
            message,
        });
    }

    fn text(
        &mut self,
        field: &'static str,
        text: &str,
        required: bool,
    ) -> Result<(), InputProblem> {
        // Bytes bound characters from above, so a huge text is refused without being counted.
        let characters = if text.len() > MAX_TEXT_CHARACTERS * 4 {
            usize::MAX
        } else {
            text.chars().count()
        };
        if characters > MAX_TEXT_CHARACTERS {
            return Err(InputProblem::TooLarge { field });
        }
        if required && text.trim().is_empty() {
            self.refuse(field, "Write something first.".to_owned());
        }
        if text.contains(char::from(0)) {
            self.refuse(field, "Take out the invisible NUL character.".to_owned());
        }
        let limit = self
            .model
            .map_or(0, |model| model.can.max_characters as usize);
        if limit > 0 && characters > limit {
            self.refuse(
                field,
                format!("This model takes up to {limit} characters; this is {characters}."),
            );
        }
        Ok(())
    }

    fn optional_text(
        &mut self,
        field: &'static str,
        text: Option<&str>,
    ) -> Result<(), InputProblem> {
        text.map_or(Ok(()), |text| self.text(field, text, false))
    }

    fn short(&mut self, field: &str, text: Option<&str>, limit: usize) {
        if text.is_some_and(|text| text.chars().count() > limit) {
            self.refuse(field, format!("Keep it to {limit} characters."));
        }
    }

    fn range(&mut self, field: &str, value: Option<u32>, low: u32, high: u32) {
        if value.is_some_and(|value| !(low..=high).contains(&value)) {
            self.refuse(field, format!("Choose a number from {low} to {high}."));
        }
    }

    fn one_of(
        &mut self,
        field: &str,
        value: Option<&str>,
        offered: impl Fn(&crate::catalog::Capabilities) -> &Vec<String>,
    ) {
        let (Some(value), Some(model)) = (value, self.model) else {
            return;
        };
        let offered = offered(&model.can);
        if offered.is_empty() {
            self.refuse(
                field,
                format!("{} does not take this. Leave it out.", model.name),
            );
        } else if !offered.iter().any(|one| one == value) {
            self.refuse(
                field,
                format!("{} takes: {}.", model.name, offered.join(", ")),
            );
        }
    }

    fn duration(&mut self, seconds: Option<u32>) {
        let (Some(seconds), Some(model)) = (seconds, self.model) else {
            return;
        };
        if !model.can.durations.contains(&seconds) {
            let offered: Vec<String> = model.can.durations.iter().map(u32::to_string).collect();
            self.refuse(
                "duration_seconds",
                format!("{} makes clips of: {} s.", model.name, offered.join(", ")),
            );
        }
    }

    /// Music: one of the lengths that the model offers, or any sensible one where it offers none.
    fn length(&mut self, seconds: Option<u32>) {
        if self
            .model
            .is_some_and(|model| !model.can.durations.is_empty())
        {
            self.duration(seconds);
        } else {
            self.range("duration_seconds", seconds, 10, 360);
        }
    }

    fn seed(&mut self, seed: Option<u32>) {
        if seed.is_some() && self.model.is_some_and(|model| !model.can.seed) {
            self.refuse("seed", "This model takes no seed. Leave it out.".to_owned());
        } else {
            self.range("seed", seed, 0, MAX_SEED);
        }
    }

    fn first_image(&mut self, input: &VideoInput) {
        let Some(model) = self.model else { return };
        if model.can.needs_image && input.image.is_none() {
            self.refuse("image", format!("{} needs a first picture.", model.name));
        }
        if !model.can.needs_image && model.can.reference_images == 0 && input.image.is_some() {
            self.refuse(
                "image",
                format!(
                    "{} works from text alone. Leave the picture out.",
                    model.name
                ),
            );
        }
    }

    fn reference_images(&mut self, images: &[String]) {
        let limit = self
            .model
            .map_or(MAX_REFERENCE_IMAGES, |model| {
                model.can.reference_images as usize
            })
            .min(MAX_REFERENCE_IMAGES);
        if images.is_empty()
            && let Some(model) = self.model
            && model.can.needs_image
        {
            self.refuse(
                "reference_images",
                format!("{} needs at least one picture.", model.name),
            );
        }
        if images.len() > limit {
            self.refuse(
                "reference_images",
                format!("Use at most {limit} reference pictures."),
            );
        }
    }

    fn voice(&mut self, voice: Option<&str>) {
        let (Some(voice), Some(model)) = (voice, self.model) else {
            return;
        };
        if !model.can.voices.iter().any(|one| one.id == voice) {
            self.refuse("voice", format!("{} does not have this voice.", model.name));
        }
    }

    fn language(&mut self, language: Option<&str>) {
        let (Some(language), Some(model)) = (language, self.model) else {
            return;
        };
        let offered = &model.can.languages;
        if offered.is_empty() {
            self.refuse(
                "language",
                format!("{} finds the language by itself. Leave it out.", model.name),
            );
        } else if !offered.iter().any(|one| one == language) {
            self.refuse(
                "language",
                format!("{} speaks: {}.", model.name, offered.join(", ")),
            );
        }
    }
}
