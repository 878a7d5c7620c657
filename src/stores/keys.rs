//! The person's API keys: what may be seen of the stored ones, and a new one on its way to the
//! server. A typed key is held no longer than its save takes, and is never shown again.

mod stored;

use super::{LevelStore, Shared};
use crate::erase::watch;
use crate::{
    browser::{save, task, timer},
    server_fns::{FnError, keys::KeyPut},
    words::{Summary, summarize},
};
use domain::{
    ProviderId,
    autosave::{AfterFailure, Autosave, Command, DEBOUNCE_MILLIS, Event, SaveStatus},
    keys::{KeyProblem, KeyReport, SecretStatus, SecretView, check_key, clean_key, looks_complete},
    pasted::{Plan, Target, belongs_to_another},
    settings::{Field, SettingsView},
};
use leptos::prelude::*;

/// How often it is looked whether a save is through.
const AGAIN_MILLIS: u32 = 100;

/// One key slot as it is shown.
#[derive(Clone)]
pub struct KeyState {
    /// What may be seen of the stored key.
    pub view: Option<SecretView>,
    /// Whether the last change of the stored key can be undone, as far as is known here.
    pub undoable: bool,
    /// Whether the person is replacing the stored key.
    pub replacing: bool,
    /// What to say about what was typed.
    pub notice: Option<String>,
    /// Whose key was typed here, where it is certainly somebody else's. It is not saved by itself.
    pub owner: Option<ProviderId>,
    /// Why the last save or removal did not work.
    pub error: Option<FnError>,
    /// Whether a test, a removal or an undo is on its way.
    pub busy: bool,
    /// What the last test found.
    pub report: Option<Result<KeyReport, FnError>>,
    /// Counts the stored keys, so that the field can be emptied.
    pub emptied: u32,
    machine: Autosave<String>,
}

impl KeyState {
    fn new(slot: ProviderId, settings: Option<&SettingsView>) -> Self {
        Self {
            view: settings.and_then(|settings| settings.keys.get(&slot).cloned()),
            undoable: settings.is_some_and(|settings| settings.undo_until.contains_key(&slot)),
            replacing: false,
            notice: None,
            owner: None,
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

    /// Whether the stored key is shown, and no field to type one.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        let status = self.view.as_ref().map(|view| view.status);
        status == Some(SecretStatus::Ready) && !self.replacing
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
    shared: Shared,
    asked: StoredValue<u32>,
    /// The state of all saves of keys.
    pub summary: RwSignal<Summary>,
    /// Counts what was stored, so that others can follow.
    pub stored: RwSignal<u32>,
    /// A whole `.env` file that was pasted, until it is stored or thrown away.
    pub pasted: RwSignal<String>,
}

impl Keys {
    /// The slots; they follow the settings that they were loaded with.
    #[must_use]
    pub fn new(personal: LevelStore, shared: Shared) -> Self {
        let keys = Self {
            slots: personal.view().with_untracked(|view| {
                ProviderId::ALL.map(|slot| RwSignal::new(KeyState::new(slot, view.as_ref())))
            }),
            personal,
            shared,
            asked: StoredValue::new(0),
            summary: RwSignal::new(Summary::Idle),
            stored: RwSignal::new(0),
            pasted: RwSignal::new(String::new()),
        };
        // Settings that are loaded later bring their keys.
        watch(move || personal.view().track(), move || keys.accept());
        keys
    }

    fn accept(self) {
        self.personal.view().with_untracked(|settings| {
            let slots = ProviderId::ALL.into_iter();
            for slot in slots.filter(|slot| settings.is_some() && slot.key_slot() == *slot) {
                let signal = self.slot(slot);
                let KeyState { view, undoable, .. } = KeyState::new(slot, settings.as_ref());
                let (is_other, undo_is_other) =
                    signal.with_untracked(|state| (state.view != view, state.undoable != undoable));
                if is_other || undo_is_other {
                    signal.update(|state| {
                        state.undoable = undoable;
                        if is_other {
                            state.view = view;
                            state.report = None;
                        }
                    });
                }
            }
        });
    }

    /// One slot.
    #[must_use]
    pub fn slot(self, slot: ProviderId) -> RwSignal<KeyState> {
        self.slots[slot.key_slot() as usize]
    }

    /// The person typed. A text that looks like a whole key is saved after the pause.
    pub fn typed(self, slot: ProviderId, text: &str) {
        let key = clean_key(text);
        let owner = belongs_to_another(slot, text);
        let complete = owner.is_none() && looks_complete(slot, key);
        self.slot(slot).update(|state| {
            state.owner = owner;
            state.error = None;
            state.report = None;
            state.notice = (check_key(key) == Err(KeyProblem::Mask))
                .then(|| KeyProblem::Mask.message().to_owned());
        });
        // An incomplete text takes back a complete one that was waiting.
        let value = if complete { key } else { "" };
        self.on(slot, Event::Edited(value.to_owned()));
    }

    /// Enter was pressed or the field lost the focus: what stands there is saved, unless it is
    /// certainly the key of another provider: that is for the person to decide. A field that loses the
    /// focus because its key has just been stored has nothing more to say.
    pub fn entered(self, slot: ProviderId, text: &str) {
        let settled = self
            .slot(slot)
            .with_untracked(|state| state.owner.is_some() || state.is_shown());
        if !settled {
            self.save(slot, text);
        }
    }

    /// Saves what was typed, with a warning where it does not look like a key of this provider.
    pub fn save(self, slot: ProviderId, text: &str) {
        let key = clean_key(text);
        if key.is_empty() {
            return;
        }
        self.slot(slot).update(|state| state.owner = None);
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
                    state.report = None;
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

    /// Saves both halves of a Modal proxy token, and tests it then if that is wished.
    pub fn save_pair(self, key: String, secret: String, then_test: bool) {
        let slot = ProviderId::Modal;
        let signal = self.slot(slot);
        signal.update(KeyState::wait);
        let call = KeyPut {
            provider: slot,
            key,
            secret: Some(secret),
        };
        // The token is bound to the addresses that are stored: they go first.
        self.personal.flush();
        self.when_saved(Box::new(move || {
            task::spawn(async move {
                let answer = save::call(&call).await;
                signal.update(|state| {
                    state.busy = false;
                    state.replacing = answer.is_err() && state.replacing;
                    match &answer {
                        Ok(view) => {
                            state.view = Some(view.clone());
                            state.emptied += 1;
                        }
                        Err(error) => state.error = Some(error.clone()),
                    }
                });
                if let Ok(view) = answer {
                    self.remember(slot, Some(view));
                    if then_test {
                        self.test(slot);
                    }
                }
            });
        }));
    }

    /// Goes on once nothing is being saved any more.
    fn when_saved(self, go_on: Box<dyn FnOnce()>) {
        let saving = self.summary.get_untracked() == Summary::Saving
            || self.personal.summary.get_untracked() == Summary::Saving;
        if saving {
            timer::after(AGAIN_MILLIS, move || self.when_saved(go_on));
        } else {
            go_on();
        }
    }

    /// Stores what a plan says: keys, both halves of a token, addresses.
    pub fn store(self, plan: Plan) {
        let mut halves = (None, None);
        for entry in plan.entries.into_iter().filter(|e| e.problem.is_none()) {
            match entry.target {
                Target::Key(slot) => self.save(slot, &entry.value),
                Target::Endpoint(kind) => self.personal.edit(Field::Endpoint(kind), &entry.value),
                Target::ProxyKey => halves.0 = Some(entry.value),
                Target::ProxySecret => halves.1 = Some(entry.value),
            }
        }
        self.personal.flush();
        if let (Some(key), Some(secret)) = halves {
            self.save_pair(key, secret, false);
        }
        self.pasted.set(String::new());
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
