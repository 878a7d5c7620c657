//! The parameters of a job that a model offers a choice of: sizes, lengths, voices. Most can have a
//! default, set once instead of each time: it holds where the chosen model offers that value, and a
//! request's own word comes before it.

use crate::Map;
use crate::{Operation, catalog::Capabilities, input::GenerationInput};
use serde::{Deserialize, Serialize};

/// A parameter that can have a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// Size, such as `2K` or `720p`.
    Resolution,
    /// Shape, such as `16:9`.
    AspectRatio,
    /// Length in whole seconds.
    DurationSeconds,
    /// With sound: `true` or `false`.
    Audio,
    /// A voice id of the model.
    Voice,
    /// Language as an ISO 639-1 code.
    Language,
    /// The most tokens of answer.
    MaxOutputTokens,
    /// Without singing: `true` or `false`.
    Instrumental,
}

impl Parameter {
    /// Every parameter.
    pub const ALL: [Self; 8] = [
        Self::Resolution,
        Self::AspectRatio,
        Self::DurationSeconds,
        Self::Audio,
        Self::Voice,
        Self::Language,
        Self::MaxOutputTokens,
        Self::Instrumental,
    ];

    /// The parameters of an operation that can have a default, in the order in which they are shown.
    #[must_use]
    pub const fn of(operation: Operation) -> &'static [Self] {
        match operation {
            Operation::Llm => &[Self::MaxOutputTokens],
            Operation::Image => &[Self::Resolution, Self::AspectRatio],
            Operation::Video => &[
                Self::Resolution,
                Self::AspectRatio,
                Self::DurationSeconds,
                Self::Audio,
            ],
            Operation::Tts => &[Self::Voice, Self::Language],
            Operation::Music => &[Self::DurationSeconds],
        }
    }

    /// The parameters of an operation that a request is asked for by a choice.
    #[must_use]
    pub const fn asked(operation: Operation) -> &'static [Self] {
        match operation {
            Operation::Llm => &[],
            Operation::Music => &[Self::DurationSeconds, Self::Instrumental],
            _ => Self::of(operation),
        }
    }

    /// The id that is stored and sent; also the name of the input's field.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::AspectRatio => "aspect_ratio",
            Self::DurationSeconds => "duration_seconds",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Language => "language",
            Self::MaxOutputTokens => "max_output_tokens",
            Self::Instrumental => "instrumental",
        }
    }

    /// The parameter with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|parameter| parameter.as_str() == id)
    }

    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Resolution => "Resolution",
            Self::AspectRatio => "Aspect ratio",
            Self::DurationSeconds => "Duration",
            Self::Audio => "Sound",
            Self::Voice => "Voice",
            Self::Language => "Language",
            Self::MaxOutputTokens => "Longest answer",
            Self::Instrumental => "Singing",
        }
    }

    /// What a model offers for it, as values with their names; empty where it offers no choice. Of
    /// answers, which may have any length, some lengths.
    #[must_use]
    pub fn offered(self, can: &Capabilities) -> Vec<(String, String)> {
        let plain = |list: &[String]| list.iter().map(|one| (one.clone(), one.clone())).collect();
        match self {
            Self::Resolution => plain(&can.resolutions),
            Self::AspectRatio => plain(&can.aspect_ratios),
            Self::Language => plain(&can.languages),
            Self::DurationSeconds => {
                let lengths = can.durations.iter();
                lengths
                    .map(|seconds| (seconds.to_string(), format!("{seconds} s")))
                    .collect()
            }
            Self::Voice => {
                let voices = can.voices.iter();
                voices
                    .map(|voice| (voice.id.clone(), voice.name.clone()))
                    .collect()
            }
            Self::Audio if can.audio => vec![
                ("false".to_owned(), "off".to_owned()),
                ("true".to_owned(), "on".to_owned()),
            ],
            Self::Audio => Vec::new(),
            Self::MaxOutputTokens => ["1000", "2000", "4000", "8000", "16000"]
                .map(|most| (most.to_owned(), format!("{most} tokens")))
                .into(),
            Self::Instrumental => vec![
                ("false".to_owned(), "sung".to_owned()),
                ("true".to_owned(), "instrumental".to_owned()),
            ],
        }
    }

    /// Whether a text can be a value of this parameter at all, whatever the model.
    #[must_use]
    pub fn accepts(self, value: &str) -> bool {
        let short =
            |most: usize| (1..=most).contains(&value.len()) && !value.chars().any(char::is_control);
        let number = |low: u32, high: u32| {
            value
                .parse::<u32>()
                .is_ok_and(|number| (low..=high).contains(&number))
        };
        match self {
            Self::Resolution | Self::AspectRatio | Self::Language => short(16),
            Self::Voice => short(128),
            Self::DurationSeconds => number(1, 600),
            Self::Audio | Self::Instrumental => matches!(value, "true" | "false"),
            Self::MaxOutputTokens => number(16, 128_000),
        }
    }
}

impl std::fmt::Display for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl GenerationInput {
    /// The value of a parameter; empty where it is left open, or where there is no such thing.
    #[must_use]
    pub fn parameter(&self, parameter: Parameter) -> String {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let switch = |on: Option<bool>| on.map(|on| on.to_string());
        match (self, parameter) {
            (Self::Llm(input), Parameter::MaxOutputTokens) => number(input.max_output_tokens),
            (Self::Image(input), Parameter::Resolution) => input.resolution.clone(),
            (Self::Image(input), Parameter::AspectRatio) => input.aspect_ratio.clone(),
            (Self::Video(input), Parameter::Resolution) => input.resolution.clone(),
            (Self::Video(input), Parameter::AspectRatio) => input.aspect_ratio.clone(),
            (Self::Video(input), Parameter::DurationSeconds) => number(input.duration_seconds),
            (Self::Video(input), Parameter::Audio) => switch(input.audio),
            (Self::Tts(input), Parameter::Voice) => input.voice.clone(),
            (Self::Tts(input), Parameter::Language) => input.language.clone(),
            (Self::Music(input), Parameter::DurationSeconds) => number(input.duration_seconds),
            (Self::Music(input), Parameter::Instrumental) => switch(input.instrumental),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Sets a parameter; empty leaves it open, and so does what is no value for it.
    pub fn set_parameter(&mut self, parameter: Parameter, value: &str) {
        let text = (!value.is_empty()).then(|| value.to_owned());
        match (self, parameter) {
            (Self::Llm(input), Parameter::MaxOutputTokens) => {
                input.max_output_tokens = value.parse().ok();
            }
            (Self::Image(input), Parameter::Resolution) => input.resolution = text,
            (Self::Image(input), Parameter::AspectRatio) => input.aspect_ratio = text,
            (Self::Video(input), Parameter::Resolution) => input.resolution = text,
            (Self::Video(input), Parameter::AspectRatio) => input.aspect_ratio = text,
            (Self::Video(input), Parameter::DurationSeconds) => {
                input.duration_seconds = value.parse().ok();
            }
            (Self::Video(input), Parameter::Audio) => input.audio = value.parse().ok(),
            (Self::Tts(input), Parameter::Voice) => input.voice = text,
            (Self::Tts(input), Parameter::Language) => input.language = text,
            (Self::Music(input), Parameter::DurationSeconds) => {
                input.duration_seconds = value.parse().ok();
            }
            (Self::Music(input), Parameter::Instrumental) => {
                input.instrumental = value.parse().ok();
            }
            _ => {}
        }
    }
}

/// The defaults that hold for an input: of what it leaves open, those that the model offers.
/// `default_of` gives the default of a parameter.
#[must_use]
pub fn defaults<'a>(
    input: &GenerationInput,
    can: &Capabilities,
    default_of: impl Fn(Parameter) -> Option<&'a str>,
) -> Map<Parameter, String> {
    let holds = |parameter: Parameter| {
        let value = default_of(parameter)?;
        let offered = match parameter {
            Parameter::MaxOutputTokens => parameter.accepts(value),
            _ => parameter.offered(can).iter().any(|(one, _)| one == value),
        };
        let open = input.parameter(parameter).is_empty();
        (offered && open).then(|| (parameter, value.to_owned()))
    };
    Parameter::of(input.operation())
        .iter()
        .filter_map(|parameter| holds(*parameter))
        .collect()
}

/// Puts defaults into an input.
pub fn fill(input: &mut GenerationInput, defaults: &Map<Parameter, String>) {
    for (parameter, value) in defaults {
        input.set_parameter(*parameter, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{ImageInput, LlmInput, VideoInput};

    fn prefer<'a>(
        input: &mut GenerationInput,
        can: &Capabilities,
        default_of: impl Fn(Parameter) -> Option<&'a str>,
    ) {
        let holding = defaults(input, can, default_of);
        fill(input, &holding);
    }

    #[test]
    fn every_parameter_reads_back_and_belongs_to_an_operation() {
        for parameter in Parameter::ALL {
            assert_eq!(Parameter::parse(parameter.as_str()), Some(parameter));
            let belongs = |operation: &Operation| {
                Parameter::of(*operation).contains(&parameter)
                    || Parameter::asked(*operation).contains(&parameter)
            };
            assert!(Operation::ALL.iter().any(belongs), "{parameter}");
        }
        assert_eq!(Parameter::parse("prompt"), None);
    }

    fn can() -> Capabilities {
        Capabilities {
            resolutions: vec!["1K".into(), "2K".into()],
            durations: vec![5, 10],
            audio: true,
            ..Capabilities::default()
        }
    }

    #[test]
    fn a_default_fills_what_was_left_open() {
        let mut input = GenerationInput::Video(VideoInput::default());
        prefer(&mut input, &can(), |parameter| match parameter {
            Parameter::DurationSeconds => Some("10"),
            Parameter::Audio => Some("true"),
            Parameter::Resolution => Some("2K"),
            _ => None,
        });
        let GenerationInput::Video(video) = input else {
            panic!("a clip was asked for");
        };
        assert_eq!(
            (
                video.duration_seconds,
                video.audio,
                video.resolution.as_deref(),
                video.aspect_ratio
            ),
            (Some(10), Some(true), Some("2K"), None)
        );
    }

    #[test]
    fn a_word_of_the_request_comes_before_a_default() {
        let mut input = GenerationInput::Image(ImageInput {
            resolution: Some("1K".into()),
            ..ImageInput::default()
        });
        prefer(&mut input, &can(), |_| Some("2K"));
        let GenerationInput::Image(image) = input else {
            panic!("a picture was asked for");
        };
        assert_eq!(image.resolution.as_deref(), Some("1K"));
    }

    #[test]
    fn a_default_that_the_model_does_not_offer_is_left_out() {
        let mut input = GenerationInput::Image(ImageInput::default());
        prefer(&mut input, &can(), |_| Some("4K"));
        assert_eq!(input, GenerationInput::Image(ImageInput::default()));
    }

    #[test]
    fn the_longest_answer_is_any_sensible_number() {
        for (value, taken) in [("2000", Some(2_000)), ("0", None), ("many", None)] {
            let mut input = GenerationInput::Llm(LlmInput::default());
            prefer(&mut input, &Capabilities::default(), |_| Some(value));
            let GenerationInput::Llm(llm) = input else {
                panic!("text was asked for");
            };
            assert_eq!(llm.max_output_tokens, taken, "{value}");
        }
    }

    #[test]
    fn nonsense_is_no_value() {
        for (parameter, value) in [
            (Parameter::Audio, "yes"),
            (Parameter::DurationSeconds, "-1"),
            (Parameter::Resolution, ""),
            (Parameter::Resolution, "a size that nobody offers"),
            (Parameter::Voice, "a\nb"),
        ] {
            assert!(!parameter.accepts(value), "{parameter} {value:?}");
        }
    }
}
