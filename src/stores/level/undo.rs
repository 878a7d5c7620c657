//! Taking back what was saved at a level, newest first.

use super::LevelStore;
use crate::words::field_words;
use domain::{autosave::Event, settings::Field};
use leptos::prelude::*;

impl LevelStore {
    /// The field whose change would be taken back next.
    #[must_use]
    pub fn undoable(self) -> Option<Field> {
        self.stored.track();
        self.undo
            .with(|undo| undo.last(|field| self.version(field)).map(|done| done.key))
    }

    /// The last change of a field, from what to what, while it is the newest thing done.
    #[must_use]
    pub fn last_change(self, field: Field) -> Option<(Option<String>, Option<String>)> {
        self.stored.track();
        self.undo.with(|undo| {
            undo.last(|field| self.version(field))
                .filter(|done| done.key == field)
                .map(|done| (done.from.clone(), done.to.clone()))
        })
    }

    /// Takes back the newest change: the value before it is saved like any edit.
    pub fn undo(self) {
        let change = self
            .undo
            .try_update(|undo| undo.take(|field| self.version(field)))
            .flatten();
        if let Some(change) = change {
            self.on(change.key, Event::Edited(change.from));
            self.on(change.key, Event::Flush);
        }
    }

    /// What would be taken back next, in words.
    #[must_use]
    pub fn undo_words(self) -> Option<String> {
        self.undoable().map(field_words)
    }
}
