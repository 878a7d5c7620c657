//! What a person is about to ask for, per project and step, kept while they look elsewhere.

use domain::{
    Map, Operation, ProjectId,
    catalog::{Capabilities, Model},
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    project::Step,
};
use leptos::prelude::*;

/// The fields of a step. Empty means: left to the model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Prompt, or the text to speak.
    pub prompt: String,
    /// Who the model is to be.
    pub system: String,
    /// The most tokens of answer, as typed.
    pub max_tokens: String,
    /// Size.
    pub resolution: String,
    /// Shape.
    pub aspect_ratio: String,
    /// Length in seconds, as typed or chosen.
    pub duration: String,
    /// With sound: `true`, `false` or empty.
    pub audio: String,
    /// Who speaks.
    pub voice: String,
    /// In which language.
    pub language: String,
    /// How it is spoken, or the genre and mood of music.
    pub style: String,
    /// The title of a track.
    pub title: String,
    /// The words to sing.
    pub lyrics: String,
    /// The number that makes a result repeatable, as typed.
    pub seed: String,
    /// Without singing.
    pub instrumental: bool,
    /// Reference pictures, or the first frame: output ids or data URLs.
    pub images: Vec<String>,
}

/// A text without the space around it; `None` where nothing is left.
pub(super) fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A value that the model offers; one that was chosen for another model is left out.
fn offered(value: &str, list: &[String]) -> Option<String> {
    list.iter().find(|one| *one == value).cloned()
}

fn offered_number(value: &str, list: &[u32]) -> Option<u32> {
    let number = value.trim().parse().ok()?;
    list.contains(&number).then_some(number)
}

impl Draft {
    /// What is asked for with this model; parameters that it does not take are left out.
    #[must_use]
    pub fn input(&self, operation: Operation, model: Option<&Model>) -> GenerationInput {
        let general = Capabilities::default();
        let can = model.map_or(&general, |model| &model.can);
        let seed = self.seed.trim().parse().ok().filter(|_| can.seed);
        match operation {
            Operation::Llm => GenerationInput::Llm(LlmInput {
                prompt: self.prompt.clone(),
                system: given(&self.system),
                max_output_tokens: self.max_tokens.trim().parse().ok(),
                stream: true,
                ..LlmInput::default()
            }),
            Operation::Image => GenerationInput::Image(ImageInput {
                prompt: self.prompt.clone(),
                aspect_ratio: offered(&self.aspect_ratio, &can.aspect_ratios),
                resolution: offered(&self.resolution, &can.resolutions),
                reference_images: self
                    .images
                    .iter()
                    .take(can.reference_images as usize)
                    .cloned()
                    .collect(),
                seed,
            }),
            Operation::Video => GenerationInput::Video(VideoInput {
                prompt: self.prompt.clone(),
                image: self
                    .images
                    .first()
                    .filter(|_| takes_first_frame(can))
                    .cloned(),
                duration_seconds: offered_number(&self.duration, &can.durations),
                resolution: offered(&self.resolution, &can.resolutions),
                aspect_ratio: offered(&self.aspect_ratio, &can.aspect_ratios),
                audio: self.audio.parse().ok().filter(|_| can.audio),
                seed,
            }),
            Operation::Tts => GenerationInput::Tts(TtsInput {
                text: self.prompt.clone(),
                voice: can
                    .voices
                    .iter()
                    .find(|voice| voice.id == self.voice)
                    .map(|voice| voice.id.clone()),
                language: offered(&self.language, &can.languages),
                style: given(&self.style).filter(|_| can.style),
                seed,
            }),
            Operation::Music => GenerationInput::Music(MusicInput {
                prompt: self.prompt.clone(),
                title: given(&self.title).filter(|_| can.title),
                style: given(&self.style).filter(|_| can.style),
                lyrics: given(&self.lyrics).filter(|_| can.lyrics && !self.instrumental),
                instrumental: Some(self.instrumental),
                duration_seconds: offered_number(&self.duration, &can.durations),
                seed,
            }),
        }
    }
}

/// Whether a model starts a clip from a picture.
#[must_use]
pub const fn takes_first_frame(can: &Capabilities) -> bool {
    can.needs_image || can.reference_images > 0
}

/// All drafts. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Drafts {
    known: StoredValue<Map<(ProjectId, Step), RwSignal<Draft>>>,
    owner: StoredValue<Owner>,
}

impl Drafts {
    /// No drafts yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            known: StoredValue::new(Map::default()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The draft of a project's step.
    #[must_use]
    pub fn of(self, project: &ProjectId, step: Step) -> RwSignal<Draft> {
        let key = (project.clone(), step);
        if let Some(known) = self.known.with_value(|known| known.get(&key).copied()) {
            return known;
        }
        let draft = self
            .owner
            .get_value()
            .with(|| RwSignal::new(Draft::default()));
        self.known.update_value(|known| {
            known.insert(key, draft);
        });
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProviderId;

    fn model(operation: Operation, can: Capabilities) -> Model {
        Model {
            provider: ProviderId::Kie,
            operation,
            id: "m".into(),
            sends: None,
            name: "M".into(),
            recommended: true,
            retires_on: None,
            notice: None,
            can,
            prices: Vec::new(),
        }
    }

    #[test]
    fn what_was_chosen_for_another_model_is_left_out() {
        let draft = Draft {
            prompt: "A fox".into(),
            resolution: "4K".into(),
            aspect_ratio: "16:9".into(),
            images: vec!["a".into(), "b".into()],
            ..Draft::default()
        };
        let model = model(
            Operation::Image,
            Capabilities {
                resolutions: vec!["1K".into()],
                aspect_ratios: vec!["16:9".into()],
                reference_images: 1,
                ..Capabilities::default()
            },
        );
        let input = draft.input(Operation::Image, Some(&model));
        assert_eq!(
            input,
            GenerationInput::Image(ImageInput {
                prompt: "A fox".into(),
                aspect_ratio: Some("16:9".into()),
                resolution: None,
                reference_images: vec!["a".into()],
                seed: None,
            })
        );
        assert_eq!(input.check(Some(&model)), Ok(()));
    }

    #[test]
    fn an_untouched_draft_asks_for_nothing_special() {
        for operation in Operation::ALL {
            let input = Draft::default().input(operation, None);
            assert_eq!(input.operation(), operation);
            assert!(input.images().is_empty());
        }
    }

    #[test]
    fn an_instrumental_track_has_no_lyrics() {
        let draft = Draft {
            lyrics: "la la".into(),
            instrumental: true,
            ..Draft::default()
        };
        let singing = model(
            Operation::Music,
            Capabilities {
                lyrics: true,
                ..Capabilities::default()
            },
        );
        let GenerationInput::Music(music) = draft.input(Operation::Music, Some(&singing)) else {
            panic!("music was asked for");
        };
        assert_eq!((music.lyrics, music.instrumental), (None, Some(true)));
    }
}
