//! The parameters that a model offers a choice of: what it offers, and where the choice stands in a
//! draft and in what is asked for. The step and the confirmation show the same.

use super::Draft;
use domain::{Operation, catalog::Model, input::GenerationInput};

/// A parameter with a list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// Size.
    Resolution,
    /// Shape.
    AspectRatio,
    /// Length.
    Duration,
    /// With or without sound.
    Sound,
    /// Who speaks.
    Voice,
    /// In which language.
    Language,
    /// Sung or not.
    Singing,
}

impl Parameter {
    /// Those of an operation, in their order.
    #[must_use]
    pub const fn of(operation: Operation) -> &'static [Self] {
        match operation {
            Operation::Llm => &[],
            Operation::Image => &[Self::Resolution, Self::AspectRatio],
            Operation::Video => &[
                Self::Resolution,
                Self::AspectRatio,
                Self::Duration,
                Self::Sound,
            ],
            Operation::Tts => &[Self::Voice, Self::Language],
            Operation::Music => &[Self::Duration, Self::Singing],
        }
    }

    /// Its name in an input.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::AspectRatio => "aspect_ratio",
            Self::Duration => "duration_seconds",
            Self::Sound => "audio",
            Self::Voice => "voice",
            Self::Language => "language",
            Self::Singing => "instrumental",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Resolution => "Resolution",
            Self::AspectRatio => "Aspect ratio",
            Self::Duration => "Duration",
            Self::Sound => "Sound",
            Self::Voice => "Voice",
            Self::Language => "Language",
            Self::Singing => "Singing",
        }
    }

    /// Values with what is shown for them; none where the model offers no choice. Empty stands
    /// first and leaves it to the model.
    #[must_use]
    pub fn options(self, model: &Model) -> Vec<(String, String)> {
        let pair = |value: &str, shown: &str| (value.to_owned(), shown.to_owned());
        let plain = |list: &[String]| list.iter().map(|one| pair(one, one)).collect();
        let can = &model.can;
        let offered: Vec<(String, String)> = match self {
            Self::Resolution => plain(&can.resolutions),
            Self::AspectRatio => plain(&can.aspect_ratios),
            Self::Language => plain(&can.languages),
            Self::Duration => {
                let seconds = can.durations.iter();
                seconds.map(|s| (s.to_string(), format!("{s} s"))).collect()
            }
            Self::Sound if can.audio => vec![pair("false", "off"), pair("true", "on")],
            Self::Sound => Vec::new(),
            Self::Voice => {
                let voices = can.voices.iter();
                voices.map(|voice| pair(&voice.id, &voice.name)).collect()
            }
            // A draft always says whether it is sung.
            Self::Singing => return vec![pair("false", "sung"), pair("true", "instrumental")],
        };
        let Some((_, first)) = offered.first() else {
            return offered;
        };
        let automatic = (String::new(), format!("Automatic ({first})"));
        std::iter::once(automatic).chain(offered).collect()
    }

    /// What a draft says.
    #[must_use]
    pub fn in_draft(self, draft: &Draft) -> String {
        match self {
            Self::Resolution => draft.resolution.clone(),
            Self::AspectRatio => draft.aspect_ratio.clone(),
            Self::Duration => draft.duration.clone(),
            Self::Sound => draft.audio.clone(),
            Self::Voice => draft.voice.clone(),
            Self::Language => draft.language.clone(),
            Self::Singing => draft.instrumental.to_string(),
        }
    }

    /// Puts a choice into a draft.
    pub fn set_in_draft(self, draft: &mut Draft, value: &str) {
        let text = match self {
            Self::Resolution => &mut draft.resolution,
            Self::AspectRatio => &mut draft.aspect_ratio,
            Self::Duration => &mut draft.duration,
            Self::Sound => &mut draft.audio,
            Self::Voice => &mut draft.voice,
            Self::Language => &mut draft.language,
            Self::Singing => {
                draft.instrumental = value == "true";
                return;
            }
        };
        value.clone_into(text);
    }

    /// What is asked for; empty where it is left to the model, or where there is no such thing.
    #[must_use]
    pub fn in_input(self, input: &GenerationInput) -> String {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let switch = |on: Option<bool>| on.map(|on| on.to_string());
        match (self, input) {
            (Self::Resolution, GenerationInput::Image(image)) => image.resolution.clone(),
            (Self::Resolution, GenerationInput::Video(video)) => video.resolution.clone(),
            (Self::AspectRatio, GenerationInput::Image(image)) => image.aspect_ratio.clone(),
            (Self::AspectRatio, GenerationInput::Video(video)) => video.aspect_ratio.clone(),
            (Self::Duration, GenerationInput::Video(video)) => number(video.duration_seconds),
            (Self::Duration, GenerationInput::Music(music)) => number(music.duration_seconds),
            (Self::Sound, GenerationInput::Video(video)) => switch(video.audio),
            (Self::Voice, GenerationInput::Tts(tts)) => tts.voice.clone(),
            (Self::Language, GenerationInput::Tts(tts)) => tts.language.clone(),
            (Self::Singing, GenerationInput::Music(music)) => {
                switch(Some(music.instrumental.unwrap_or(false)))
            }
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Puts a choice into what is asked for; empty leaves it to the model.
    pub fn set_in_input(self, input: &mut GenerationInput, value: &str) {
        let text = (!value.is_empty()).then(|| value.to_owned());
        match (self, input) {
            (Self::Resolution, GenerationInput::Image(image)) => image.resolution = text,
            (Self::Resolution, GenerationInput::Video(video)) => video.resolution = text,
            (Self::AspectRatio, GenerationInput::Image(image)) => image.aspect_ratio = text,
            (Self::AspectRatio, GenerationInput::Video(video)) => video.aspect_ratio = text,
            (Self::Duration, GenerationInput::Video(video)) => {
                video.duration_seconds = value.parse().ok();
            }
            (Self::Duration, GenerationInput::Music(music)) => {
                music.duration_seconds = value.parse().ok();
            }
            (Self::Sound, GenerationInput::Video(video)) => video.audio = value.parse().ok(),
            (Self::Voice, GenerationInput::Tts(tts)) => tts.voice = text,
            (Self::Language, GenerationInput::Tts(tts)) => tts.language = text,
            (Self::Singing, GenerationInput::Music(music)) => {
                music.instrumental = value.parse().ok();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        ProviderId,
        catalog::{Capabilities, Voice},
    };

    fn rich(operation: Operation) -> Model {
        Model {
            provider: ProviderId::Kie,
            operation,
            id: "m".into(),
            sends: None,
            name: "M".into(),
            recommended: true,
            retires_on: None,
            notice: None,
            can: Capabilities {
                resolutions: vec!["1K".into(), "2K".into()],
                aspect_ratios: vec!["1:1".into(), "16:9".into()],
                durations: vec![6, 10],
                audio: true,
                voices: vec![Voice {
                    id: "kore".into(),
                    name: "Kore".into(),
                }],
                languages: vec!["en".into(), "de".into()],
                ..Capabilities::default()
            },
            prices: Vec::new(),
        }
    }

    #[test]
    fn a_choice_in_the_draft_and_in_what_is_asked_for_comes_to_the_same() {
        for operation in Operation::ALL {
            let model = rich(operation);
            for parameter in Parameter::of(operation) {
                for (value, _) in parameter.options(&model) {
                    let mut draft = Draft::default();
                    let mut input = draft.input(operation, Some(&model));
                    parameter.set_in_draft(&mut draft, &value);
                    parameter.set_in_input(&mut input, &value);
                    assert_eq!(input, draft.input(operation, Some(&model)), "{parameter:?}");
                    assert_eq!(parameter.in_input(&input), value, "{parameter:?}");
                    assert_eq!(parameter.in_draft(&draft), value, "{parameter:?}");
                }
            }
        }
    }

    #[test]
    fn leaving_it_to_the_model_says_what_that_comes_to() {
        let options = Parameter::Duration.options(&rich(Operation::Video));
        let shown: Vec<&str> = options.iter().map(|(_, shown)| shown.as_str()).collect();
        assert_eq!(shown, ["Automatic (6 s)", "6 s", "10 s"]);
    }

    #[test]
    fn what_the_model_does_not_offer_is_no_choice() {
        let plain = Model {
            can: Capabilities::default(),
            ..rich(Operation::Video)
        };
        for parameter in Parameter::of(Operation::Video) {
            assert!(parameter.options(&plain).is_empty(), "{parameter:?}");
        }
    }
}
