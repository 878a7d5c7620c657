//! From the click on Generate to the generation: is there a key, what does it cost, is it wanted.
//! Only one is being asked for at a time, and one confirmation makes one generation.

use super::Stores;
use crate::{
    browser::{page, task},
    server_fns::{FnError, generations::generation_create, resolution::resolution_preview},
    words::tab_for,
};
use domain::{
    ApiError, Operation,
    generation::{Preview, Wanted},
};
use leptos::prelude::*;

/// Where the asking is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Moment {
    /// Nothing is being asked for.
    #[default]
    Idle,
    /// Who would generate is being found out.
    Checking(Wanted),
    /// Something has to be configured first.
    Waiting(Wanted, Box<ApiError>),
    /// The person looks at what it would cost.
    Confirming {
        /// What is wanted.
        wanted: Wanted,
        /// What it would cost, and who would generate.
        preview: Box<Preview>,
        /// Makes the request one request, however often it is sent.
        key: String,
        /// Whether it is on its way.
        sending: bool,
        /// Why it did not get through.
        error: Option<FnError>,
    },
    /// It cannot be asked for.
    Refused(Operation, FnError),
}

/// The configuration dialog while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The operation whose tab is open; `None` for all.
    pub tab: Option<Operation>,
    /// What is missing, where that is why it opened.
    pub reason: Option<ApiError>,
}

/// The generation that is being asked for. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Flow {
    /// Where the asking is.
    pub moment: RwSignal<Moment>,
    /// The configuration dialog, while it is open.
    pub overlay: RwSignal<Option<Overlay>>,
}

impl Flow {
    /// Nothing is being asked for.
    #[must_use]
    pub fn new() -> Self {
        Self {
            moment: RwSignal::new(Moment::Idle),
            overlay: RwSignal::new(None),
        }
    }

    /// Asks for a generation: the confirmation opens, or the configuration where something is
    /// missing.
    pub fn ask(self, wanted: Wanted) {
        self.moment.set(Moment::Checking(wanted.clone()));
        self.check(wanted);
    }

    fn check(self, wanted: Wanted) {
        task::spawn(async move {
            let answer = match resolution_preview(wanted.clone()).await {
                Ok(answer) => answer.map_err(FnError::from),
                Err(error) => Err(error),
            };
            let still_wanted = self.moment.with_untracked(|moment| match moment {
                Moment::Checking(asked) | Moment::Waiting(asked, _) => *asked == wanted,
                _ => false,
            });
            if still_wanted {
                self.answered(wanted, answer);
            }
        });
    }

    fn answered(self, wanted: Wanted, answer: Result<Preview, FnError>) {
        let operation = wanted.input.operation();
        match answer {
            Ok(preview) => {
                self.overlay.set(None);
                self.moment.set(Moment::Confirming {
                    wanted,
                    preview: Box::new(preview),
                    key: page::random_key(),
                    sending: false,
                    error: None,
                });
            }
            Err(FnError::Api(error)) if tab_for(&error, operation).is_some() => {
                self.overlay.update(|overlay| {
                    let tab = match overlay {
                        // Whoever is at work in the dialog stays where they are.
                        Some(open) if open.reason.is_some() => open.tab,
                        _ => tab_for(&error, operation),
                    };
                    *overlay = Some(Overlay {
                        tab,
                        reason: Some(error.clone()),
                    });
                });
                self.moment.set(Moment::Waiting(wanted, Box::new(error)));
            }
            Err(error) => {
                self.overlay.set(None);
                self.moment.set(Moment::Refused(operation, error));
            }
        }
    }

    /// Follows what is stored: a generation that waits for a key goes on once it is there.
    pub(super) fn resume_when_configured(self, stores: Stores) {
        Effect::watch(
            move || (stores.keys.stored.get(), stores.personal.stored.get()),
            move |_, _, _| {
                stores.projects.refresh();
                if let Moment::Waiting(wanted, _) = self.moment.get_untracked() {
                    self.check(wanted);
                }
            },
            false,
        );
    }

    /// The person has confirmed: the generation is made.
    pub fn confirm(self, stores: Stores) {
        let Moment::Confirming {
            wanted,
            key,
            sending: false,
            ..
        } = self.moment.get_untracked()
        else {
            return;
        };
        self.confirming(|sending, error| {
            *sending = true;
            *error = None;
        });
        task::spawn(async move {
            match generation_create(wanted.clone(), key).await {
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
                Err(problem) => self.confirming(|sending, error| {
                    *sending = false;
                    *error = Some(problem);
                }),
            }
        });
    }

    fn confirming(self, change: impl FnOnce(&mut bool, &mut Option<FnError>)) {
        self.moment.update(|moment| {
            if let Moment::Confirming { sending, error, .. } = moment {
                change(sending, error);
            }
        });
    }

    /// The person does not want it after all.
    pub fn cancel(self) {
        let sending = self
            .moment
            .with_untracked(|moment| matches!(moment, Moment::Confirming { sending: true, .. }));
        if !sending {
            self.moment.set(Moment::Idle);
        }
    }

    /// Opens the configuration dialog by hand.
    pub fn configure(self, tab: Option<Operation>) {
        self.overlay.set(Some(Overlay { tab, reason: None }));
    }

    /// Closes the configuration dialog; what waited for it is given up.
    pub fn close_overlay(self) {
        self.overlay.set(None);
        if self
            .moment
            .with_untracked(|moment| matches!(moment, Moment::Waiting(..)))
        {
            self.moment.set(Moment::Idle);
        }
    }
}
