//! From the click on Generate to the generation: is there a key, what does it cost, is it wanted.
//! Only one is being asked for at a time, and one confirmation makes one generation.

mod confirming;
mod ways;

pub use confirming::{Confirming, Stage};
pub use ways::Ways;

use super::Stores;
use crate::erase::watch;
use crate::{
    browser::task,
    server_fns::{FnError, resolution::resolution_preview},
    words::tab_for,
};
use confirming::Storing;
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
    /// Something has to be configured first. Where that was begun in a confirmation, what it was
    /// about: it opens again when the other wish is given up.
    Waiting(Wanted, Box<ApiError>, Option<Box<Wanted>>),
    /// The person looks at what it would cost.
    Confirming(Box<Confirming>),
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
    /// The comparison in the confirmation.
    pub ways: RwSignal<Ways>,
    /// Settings that are being stored before the confirmation goes on.
    storing: RwSignal<Option<Storing>>,
    /// How often the open confirmation has asked.
    asked: StoredValue<u32>,
}

impl Flow {
    /// Nothing is being asked for.
    #[must_use]
    pub fn new() -> Self {
        Self {
            moment: RwSignal::new(Moment::Idle),
            overlay: RwSignal::new(None),
            ways: RwSignal::new(Ways::default()),
            storing: RwSignal::new(None),
            asked: StoredValue::new(0),
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
                Moment::Checking(asked) | Moment::Waiting(asked, ..) => *asked == wanted,
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
                self.ways.set(Ways::default());
                // What is still on its way belongs to a confirmation that was closed.
                self.asked.update_value(|asked| *asked += 1);
                self.storing.set(None);
                let confirming = Confirming::new(wanted, preview);
                self.moment.set(Moment::Confirming(Box::new(confirming)));
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
                let back = self.back();
                self.moment
                    .set(Moment::Waiting(wanted, Box::new(error), back));
            }
            Err(error) => {
                self.overlay.set(None);
                self.moment.set(Moment::Refused(operation, error));
            }
        }
    }

    /// Follows what is stored: a generation that waits for a key goes on once it is there.
    pub(super) fn resume_when_configured(self, stores: Stores) {
        watch(
            move || {
                stores.keys.stored.track();
                stores.personal.stored.track();
            },
            move || {
                stores.projects.refresh();
                if let Moment::Waiting(wanted, ..) = self.moment.get_untracked() {
                    self.check(wanted);
                }
            },
        );
    }

    /// The confirmation that opens again when what is waited for is given up.
    fn back(self) -> Option<Box<Wanted>> {
        self.moment.with_untracked(|moment| match moment {
            Moment::Waiting(_, _, back) => back.clone(),
            _ => None,
        })
    }

    /// The person does not want it after all.
    pub fn cancel(self) {
        let sending = self.moment.with_untracked(
            |moment| matches!(moment, Moment::Confirming(open) if open.stage == Stage::Sending),
        );
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
        if let Some(before) = self.back() {
            self.ask(*before);
        } else if self
            .moment
            .with_untracked(|moment| matches!(moment, Moment::Waiting(..)))
        {
            self.moment.set(Moment::Idle);
        }
    }
}
