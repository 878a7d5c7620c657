//! What a person can do while the confirmation is open: change parameters, take another provider
//! once or for the project, say who pays, and let it happen. What was shown is what is agreed to.

use super::{Flow, Moment};
use crate::erase::effect;
use crate::{
    browser::{page, task},
    server_fns::{FnError, generations::generation_create, resolution::resolution_preview},
    stores::{FieldState, LevelStore, Stores, drafts::given},
    words::tab_for,
};
use domain::{
    ApiError, ErrorCode, ProviderId,
    autosave::SaveStatus,
    generation::{Agreed, Preview, Wanted, payer_changes},
    input::GenerationInput,
    parameter::Parameter,
    settings::Field,
};
use leptos::prelude::*;

/// The confirmation while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirming {
    /// What is wanted.
    pub wanted: Wanted,
    /// What it would cost, and who would generate.
    pub preview: Preview,
    /// Whether the preview is of what is wanted now.
    pub is_current: bool,
    /// What is under way.
    pub stage: Stage,
    /// Why something did not work.
    pub error: Option<FnError>,
    /// What has changed since it was agreed to.
    pub changed: Option<String>,
    /// Whether the person said that whoever is named is to pay.
    pub consented: bool,
    /// Makes the request one request, however often it is sent.
    key: String,
}

/// What is under way while the confirmation is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing; the person decides.
    Open,
    /// What it would cost now is being found out.
    Asking,
    /// The generation is on its way.
    Sending,
}

impl Confirming {
    /// A confirmation that has just opened.
    #[must_use]
    pub fn new(wanted: Wanted, preview: Preview) -> Self {
        Self {
            wanted,
            preview,
            is_current: true,
            stage: Stage::Open,
            error: None,
            changed: None,
            consented: false,
            key: page::random_key(),
        }
    }

    /// Whether the person has yet to say who is to pay.
    #[must_use]
    pub fn needs_consent(&self) -> bool {
        !self.consented && payer_changes(self.preview.last_payer, self.preview.resolution.payer)
    }
}

/// A project's settings that are being stored, with the fields that matter.
pub(super) type Storing = (LevelStore, [Field; 2]);

impl Flow {
    /// A look at the confirmation, followed; `None` while it is closed.
    pub fn confirming<T>(self, look: impl FnOnce(&Confirming) -> T) -> Option<T> {
        self.moment.with(|moment| match moment {
            Moment::Confirming(confirming) => Some(look(confirming)),
            _ => None,
        })
    }

    fn update(self, change: impl FnOnce(&mut Confirming)) {
        self.moment.update(|moment| {
            if let Moment::Confirming(confirming) = moment {
                change(confirming);
            }
        });
    }

    fn wanted_now(self) -> Option<Wanted> {
        self.moment.with_untracked(|moment| match moment {
            Moment::Confirming(confirming) if confirming.stage != Stage::Sending => {
                Some(confirming.wanted.clone())
            }
            _ => None,
        })
    }

    /// A parameter is chosen, in the project's draft as well.
    pub fn choose(self, stores: Stores, parameter: Parameter, value: &str) {
        let Some(mut wanted) = self.wanted_now() else {
            return;
        };
        wanted.input.set_parameter(parameter, value);
        if let (Some(project), Some(step)) = (&wanted.project_id, wanted.step) {
            let draft = stores.drafts.of(project, step);
            draft.update(|draft| draft.set_parameter(parameter, value));
            if let GenerationInput::Music(music) = &mut wanted.input
                && music.instrumental == Some(false)
                && music.lyrics.is_none()
                && self.sings(stores)
            {
                music.lyrics = draft.with_untracked(|draft| given(&draft.lyrics));
            }
        }
        self.ask_again(wanted, None);
    }

    /// Whether the model that is shown takes words to sing.
    fn sings(self, stores: Stores) -> bool {
        self.moment.with_untracked(|moment| {
            let Moment::Confirming(open) = moment else {
                return false;
            };
            let resolution = &open.preview.resolution;
            stores.catalog.with_value(|catalog| {
                catalog
                    .model(resolution.operation, resolution.provider, &resolution.model)
                    .is_some_and(|model| model.can.lyrics)
            })
        })
    }

    /// This time another provider and model than the settings say; with `None` what they say.
    pub fn use_once(self, choice: Option<(ProviderId, String)>) {
        let Some(mut wanted) = self.wanted_now() else {
            return;
        };
        (wanted.provider, wanted.model) = choice.unzip();
        self.ask_again(wanted, None);
    }

    /// This provider and model from now on in this project. What they come to is asked for once they
    /// are stored.
    pub fn use_for_project(self, level: LevelStore, provider: ProviderId, model: &str) {
        let Some(wanted) = self.wanted_now() else {
            return;
        };
        let operation = wanted.input.operation();
        let fields = [
            Field::Provider(operation),
            Field::Model(operation, provider),
        ];
        self.update(|confirming| {
            confirming.stage = Stage::Asking;
            confirming.error = None;
        });
        // An answer to an earlier question is about the settings as they were.
        self.asked.update_value(|asked| *asked += 1);
        level.edit(fields[0], provider.as_str());
        level.edit(fields[1], model);
        level.flush();
        self.storing.set(Some((level, fields)));
    }

    /// Follows what [`Flow::use_for_project`] has begun.
    pub fn ask_again_when_stored(self) {
        effect(move || {
            let Some((level, fields)) = self.storing.get() else {
                return;
            };
            let states = fields.map(|field| level.field(field).get());
            let is = |status| states.iter().any(|state| state.status() == status);
            if is(SaveStatus::Pending) || is(SaveStatus::Saving) {
                return;
            }
            self.storing.set(None);
            if is(SaveStatus::Failed) || is(SaveStatus::Conflict) {
                let problem = not_stored(&states);
                self.update(|confirming| {
                    confirming.stage = Stage::Open;
                    confirming.error = Some(problem);
                });
            } else {
                self.use_once(None);
            }
        });
    }

    /// The provider whose key is missing: it is asked for, and the confirmation comes back.
    pub fn add_key(self, provider: ProviderId, model: &str, problem: ApiError) {
        let Some(before) = self.wanted_now() else {
            return;
        };
        let wanted = Wanted {
            provider: Some(provider),
            model: Some(model.to_owned()),
            ..before.clone()
        };
        self.answered(wanted, Err(FnError::Api(problem)));
        self.moment.update(|moment| {
            if let Moment::Waiting(_, _, back) = moment {
                *back = Some(Box::new(before));
            }
        });
    }

    /// The person says whether whoever is named is to pay.
    pub fn consent(self, given: bool) {
        self.update(|confirming| confirming.consented = given);
    }

    /// Asks what it would cost now. Of several answers the newest question's counts.
    fn ask_again(self, wanted: Wanted, changed: Option<String>) {
        self.asked.update_value(|asked| *asked += 1);
        let number = self.asked.get_value();
        self.update(|confirming| {
            if confirming.wanted != wanted {
                confirming.key = page::random_key();
                confirming.wanted = wanted.clone();
            }
            confirming.is_current = false;
            confirming.stage = Stage::Asking;
            confirming.error = None;
            confirming.changed = changed;
        });
        self.compare_again();
        task::spawn(async move {
            let answer = match resolution_preview(wanted.clone()).await {
                Ok(answer) => answer.map_err(FnError::from),
                Err(error) => Err(error),
            };
            if self.asked.get_value() == number {
                self.shown(wanted, answer);
            }
        });
    }

    fn shown(self, wanted: Wanted, answer: Result<Preview, FnError>) {
        let operation = wanted.input.operation();
        match answer {
            Err(FnError::Api(error)) if tab_for(&error, operation).is_some() => {
                if self.wanted_now().is_some() {
                    self.answered(wanted, Err(FnError::Api(error)));
                }
            }
            answer => self.update(|confirming| {
                confirming.stage = Stage::Open;
                match answer {
                    Ok(preview) => {
                        let payer = preview.resolution.payer;
                        confirming.consented &= confirming.preview.resolution.payer == payer;
                        confirming.preview = preview;
                        confirming.is_current = true;
                    }
                    Err(error) => confirming.error = Some(error),
                }
            }),
        }
    }

    /// The person has confirmed: the generation is made, if it still is what was shown. Where that
    /// could not be found out, it is tried again first.
    pub fn confirm(self, stores: Stores) {
        let Moment::Confirming(confirming) = self.moment.get_untracked() else {
            return;
        };
        if confirming.stage != Stage::Open || confirming.needs_consent() {
            return;
        }
        let Confirming {
            wanted,
            preview,
            key,
            is_current,
            ..
        } = *confirming;
        if !is_current {
            self.ask_again(wanted, None);
            return;
        }
        self.update(|confirming| {
            confirming.stage = Stage::Sending;
            confirming.error = None;
            confirming.changed = None;
        });
        task::spawn(async move {
            match generation_create(wanted.clone(), key, Agreed::to(&preview)).await {
                Ok(generation) => {
                    stores.generations.announcement.set(format!(
                        "{}: {}",
                        crate::words::heading(generation.operation()),
                        generation.status.words()
                    ));
                    stores.generations.merge(vec![generation]);
                    stores.generations.follow();
                    self.moment.set(Moment::Idle);
                }
                Err(FnError::Api(error)) if tab_for(&error, wanted.input.operation()).is_some() => {
                    self.answered(wanted, Err(FnError::Api(error)));
                }
                Err(FnError::Api(error)) if error.code == ErrorCode::Conflict => {
                    self.ask_again(wanted, Some(error.detail.clone()));
                }
                Err(problem) => self.update(|confirming| {
                    confirming.stage = Stage::Open;
                    confirming.error = Some(problem);
                }),
            }
        });
    }
}

/// Why a project's settings were not stored.
fn not_stored(states: &[FieldState]) -> FnError {
    let known = states.iter().find_map(FieldState::error).cloned();
    match known {
        Some(FnError::Api(error)) if error.code == ErrorCode::Conflict => {
            FnError::Api(ApiError::new(
                ErrorCode::Conflict,
                "The project's provider or model was changed in another place at the same moment. Decide in the project's settings which one counts, then ask again.",
            ))
        }
        Some(error) => error,
        None => FnError::Unreachable,
    }
}
