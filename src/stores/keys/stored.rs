//! What is done to stored keys: replaced, removed, brought back, tested. What may be seen of them
//! afterwards is asked of the server, which alone knows what can be undone and how a key fares.

use super::{KeyState, Keys, empty_machine};
use crate::{
    browser::{task, timer},
    server_fns::{
        FnError,
        keys::{key_remove, key_test, key_undo, keys_open},
    },
};
use domain::{
    ErrorCode, ProviderId, Timestamp,
    autosave::{Event, SaveStatus},
    keys::{KeyTested, SecretView},
};
use leptos::prelude::*;

impl KeyState {
    /// Something is on its way.
    pub(super) fn wait(&mut self) {
        self.busy = true;
        self.error = None;
        self.report = None;
    }
}

impl Keys {
    /// The person wants to replace the stored key, or not any more.
    pub fn replace(self, slot: ProviderId, replacing: bool) {
        self.slot(slot).update(|state| {
            state.replacing = replacing;
            state.notice = None;
            state.owner = None;
            state.error = None;
            state.report = None;
            if !replacing {
                state.machine = empty_machine();
            }
        });
        self.sum_up();
    }

    /// Removes a stored key.
    pub fn remove(self, slot: ProviderId) {
        let signal = self.slot(slot);
        signal.update(KeyState::wait);
        task::spawn(async move {
            let answer = key_remove(slot).await;
            let gone = answer.as_ref().err().is_none_or(is_not_found);
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

    /// Brings back the key that the last change replaced or removed.
    pub fn undo(self, slot: ProviderId) {
        let signal = self.slot(slot);
        self.replace(slot, false);
        signal.update(KeyState::wait);
        task::spawn(async move {
            let answer = key_undo(slot).await;
            signal.update(|state| {
                state.busy = false;
                match &answer {
                    Ok(view) => {
                        state.view = Some(view.clone());
                        state.emptied += 1;
                    }
                    Err(error) => state.error = Some(error.clone()),
                }
            });
            match answer {
                Ok(view) => self.remember(slot, Some(view)),
                Err(_) => self.look(),
            }
        });
    }

    /// Tests the stored key, after what is still being saved.
    pub fn test(self, slot: ProviderId) {
        self.on(slot, Event::Flush);
        self.personal.flush();
        let signal = self.slot(slot);
        signal.update(|state| {
            state.busy = true;
            state.report = None;
        });
        self.when_saved(Box::new(move || {
            if signal.with_untracked(|state| state.status() == SaveStatus::Failed) {
                // What is stored is not what was typed: its test would mislead.
                signal.update(|state| state.busy = false);
                return;
            }
            task::spawn(async move {
                let report = key_test(slot).await;
                signal.update(|state| {
                    state.busy = false;
                    match (report, &mut state.view) {
                        (Ok(report), Some(view)) => {
                            let at = Timestamp(timer::now_millis());
                            view.tested = Some(KeyTested { report, at });
                        }
                        (report, _) => state.report = Some(report),
                    }
                });
                self.look();
            });
        }));
    }

    /// Takes over what a change made of a slot, and asks what follows from it.
    pub(super) fn remember(self, slot: ProviderId, view: Option<SecretView>) {
        self.personal.view().update(|settings| {
            if let Some(settings) = settings {
                settings.undo_until.remove(&slot.key_slot());
                match view {
                    Some(view) => settings.keys.insert(slot.key_slot(), view),
                    None => settings.keys.remove(&slot.key_slot()),
                };
            }
        });
        self.personal.refresh();
        self.look();
        self.shared.tell_keys();
        self.stored.update(|count| *count += 1);
    }

    /// Another tab or device has changed a key.
    pub fn hear(self) {
        self.personal.refresh();
        self.look();
        self.stored.update(|count| *count += 1);
    }

    /// Asks what may be seen of the keys now. Of several answers the newest question's counts.
    fn look(self) {
        self.asked.update_value(|asked| *asked += 1);
        let number = self.asked.get_value();
        task::spawn(async move {
            if let Ok(now) = keys_open().await
                && self.asked.get_value() == number
            {
                self.personal.view().update(|settings| {
                    if let Some(settings) = settings {
                        settings.keys = now.keys;
                        settings.undo_until = now.undo_until;
                    }
                });
            }
        });
    }
}

fn is_not_found(error: &FnError) -> bool {
    error
        .api()
        .is_some_and(|error| error.code == ErrorCode::NotFound)
}
