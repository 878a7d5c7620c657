//! The person's API keys: what may be seen of the stored ones, and a new one on its way to the
//! server. A typed key is held no longer than its save takes, and is never shown again.

use super::LevelStore;
use crate::{
    browser::{save, task, timer},
    server_fns::{
        FnError,
        keys::{KeyPut, key_remove, key_test},
    },
    words::{Summary, summarize},
};
use domain::{
    ProviderId,
    autosave::{AfterFailure, Autosave, Command, DEBOUNCE_MILLIS, Event, SaveStatus},
    keys::{KeyProblem, KeyReport, SecretView, check_key, clean_key, looks_complete},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// One key slot as it is shown.
#[derive(Clone)]
pub struct KeyState {
    /// What may be seen of the stored key.
    pub view: Option<SecretView>,
    /// Whether the person is replacing the stored key.
    pub replacing: bool,
    /// What to say about what was typed.
    pub notice: Option<String>,
    /// Why the last save or removal did not work.
    pub error: Option<FnError>,
    /// Whether a test or a removal is on its way.
    pub busy: bool,
    /// What the last test found.
    pub report: Option<Result<KeyReport, FnError>>,
    /// Counts the stored keys, so that the field can be emptied.
    pub emptied: u32,
    machine: Autosave<String>,
}

impl KeyState {
    fn new(view: Option<SecretView>) -> Self {
        Self {
            view,
            replacing: false,
            notice: None,
            error: None,
            busy: false,
            report: None,
            emptied: 0,
            machine: empty_machine(),
        }
    }

    /// How its save stands.
    #[must_use]
    pub const fn status(&self) -> SaveStatus {
        self.machine.status()
    }

    /// Whether a key is stored.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.view.is_some()
    }
}

/// A key is saved from nothing to nothing: once stored, no trace of it is left here.
const fn empty_machine() -> Autosave<String> {
    Autosave::loaded(String::new(), String::new(), 0, AfterFailure::KeepDraft)
}

/// All key slots. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Keys {
    slots: [RwSignal<KeyState>; ProviderId::ALL.len()],
    personal: LevelStore,
    /// The state of all saves of keys.
    pub summary: RwSignal<Summary>,
    /// Counts what was stored, so that others can follow.
    pub stored: RwSignal<u32>,
}

impl Keys {
    /// The slots; they follow the settings that they were loaded with.
    #[must_use]
    pub fn new(personal: LevelStore) -> Self {
        let views: BTreeMap<ProviderId, SecretView> = personal.view().with_untracked(|view| {
            view.as_ref()
                .map(|view| view.keys.clone())
                .unwrap_or_default()
        });
        let keys = Self {
            slots: ProviderId::ALL
                .map(|slot| RwSignal::new(KeyState::new(views.get(&slot).cloned()))),
            personal,
            summary: RwSignal::new(Summary::Idle),
            stored: RwSignal::new(0),
        };
        // Settings that are loaded later bring their keys.
        Effect::watch(
            move || {
                personal
                    .view()
                    .with(|view| view.as_ref().map(|view| view.keys.clone()))
            },
            move |views, _, _| {
                if let Some(views) = views {
                    keys.accept(views);
                }
            },
            false,
        );
        keys
    }

    fn accept(self, views: &BTreeMap<ProviderId, SecretView>) {
        for slot in ProviderId::ALL {
            let signal = self.slot(slot);
            if signal.with_untracked(|state| state.view.as_ref() != views.get(&slot)) {
                signal.update(|state| state.view = views.get(&slot).cloned());
            }
        }
    }

    /// One slot.
    #[must_use]
    pub fn slot(self, slot: ProviderId) -> RwSignal<KeyState> {
        self.slots[slot.key_slot() as usize]
    }

    /// The person typed. A text that looks like a whole key is saved after the pause.
    pub fn typed(self, slot: ProviderId, text: &str) {
        let key = clean_key(text);
        let complete = looks_complete(slot, key);
        self.slot(slot).update(|state| {
            state.error = None;
            state.report = None;
            state.notice = (check_key(key) == Err(KeyProblem::Mask))
                .then(|| KeyProblem::Mask.message().to_owned());
        });
        // An incomplete text takes back a complete one that was waiting.
        let value = if complete { key } else { "" };
        self.on(slot, Event::Edited(value.to_owned()));
    }

    /// Enter was pressed or the field lost the focus: what stands there is saved, with a warning
    /// where it does not look like a key of this provider.
    pub fn entered(self, slot: ProviderId, text: &str) {
        let key = clean_key(text);
        if key.is_empty() {
            return;
        }
        if let Err(problem) = check_key(key) {
            self.slot(slot)
                .update(|state| state.notice = Some(problem.message().to_owned()));
            return;
        }
        if !looks_complete(slot, key) {
            self.slot(slot).update(|state| {
                state.notice = Some(format!(
                    "This does not look like a whole {} API key. It is saved as you typed it; check it with Test.",
                    slot.label()
                ));
            });
        }
        let already_sent = self
            .slot(slot)
            .with_untracked(|state| state.machine.draft() == key);
        if !already_sent {
            self.on(slot, Event::Edited(key.to_owned()));
        }
        self.on(slot, Event::Flush);
    }

    /// The person wants to replace the stored key, or not any more.
    pub fn replace(self, slot: ProviderId, replacing: bool) {
        self.slot(slot).update(|state| {
            state.replacing = replacing;
            state.notice = None;
            state.error = None;
            state.report = None;
            if !replacing {
                state.machine = empty_machine();
            }
        });
        self.sum_up();
    }

    /// Sends what waits for its pause.
    pub fn flush(self) {
        for slot in ProviderId::ALL {
            self.on(slot, Event::Flush);
        }
    }

    /// Tries again what was not stored.
    pub fn retry(self) {
        for slot in ProviderId::ALL {
            self.on(slot, Event::Retry);
        }
    }

    /// Tries again what was not stored for want of a network.
    pub fn retry_offline(self) {
        for slot in ProviderId::ALL {
            let offline = self
                .slot(slot)
                .with_untracked(|state| state.error == Some(FnError::Offline));
            if offline {
                self.on(slot, Event::Retry);
            }
        }
    }

    fn on(self, slot: ProviderId, event: Event<String>) {
        let signal = self.slot(slot);
        let commands = signal
            .try_update(|state| state.machine.on(event))
            .unwrap_or_default();
        for command in commands {
            match command {
                Command::StartTimer(number) => timer::after(DEBOUNCE_MILLIS, move || {
                    self.on(slot, Event::Elapsed(number));
                }),
                Command::Send { save, value, .. } => task::spawn(self.send(slot, save, value)),
                Command::Show(_) => {}
            }
        }
        self.sum_up();
    }

    async fn send(self, slot: ProviderId, number: u64, key: String) {
        let call = KeyPut {
            provider: slot,
            key,
            secret: None,
        };
        match save::call(&call).await {
            Ok(view) => {
                // The server holds it now: what is "saved" here is an empty text.
                self.on(
                    slot,
                    Event::Acknowledged {
                        save: number,
                        value: String::new(),
                        version: 0,
                    },
                );
                self.slot(slot).update(|state| {
                    state.view = Some(view.clone());
                    state.error = None;
                    state.replacing = false;
                    state.emptied += 1;
                });
                self.remember(slot, Some(view));
            }
            Err(error) => {
                self.slot(slot).update(|state| state.error = Some(error));
                self.on(slot, Event::Failed { save: number });
            }
        }
    }

    /// Removes a stored key.
    pub fn remove(self, slot: ProviderId) {
        let signal = self.slot(slot);
        signal.update(|state| {
            state.busy = true;
            state.error = None;
            state.report = None;
        });
        task::spawn(async move {
            let answer = key_remove(slot).await;
            let gone = match &answer {
                Ok(()) => true,
                Err(error) => error
                    .api()
                    .is_some_and(|error| error.code == domain::ErrorCode::NotFound),
            };
            signal.update(|state| {
                state.busy = false;
                state.replacing = false;
                if gone {
                    state.view = None;
                    state.notice = None;
                } else {
                    state.error = answer.err();
                }
            });
            if gone {
                self.remember(slot, None);
            }
        });
    }

    /// Tests the stored key.
    pub fn test(self, slot: ProviderId) {
        self.on(slot, Event::Flush);
        let signal = self.slot(slot);
        signal.update(|state| {
            state.busy = true;
            state.report = None;
        });
        task::spawn(async move {
            let report = key_test(slot).await;
            signal.update(|state| {
                state.busy = false;
                state.report = Some(report);
            });
        });
    }

    fn remember(self, slot: ProviderId, view: Option<SecretView>) {
        self.personal.view().update(|settings| {
            if let Some(settings) = settings {
                match view {
                    Some(view) => settings.keys.insert(slot.key_slot(), view),
                    None => settings.keys.remove(&slot.key_slot()),
                };
            }
        });
        self.personal.refresh();
        self.stored.update(|count| *count += 1);
    }

    fn sum_up(self) {
        let summary = summarize(
            self.slots
                .iter()
                .filter_map(|signal| signal.try_with_untracked(KeyState::status)),
        );
        if self.summary.try_get_untracked() != Some(summary) {
            self.summary.set(summary);
        }
    }
}
