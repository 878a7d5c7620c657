//! Saving one field while a person types: a state machine that takes events and gives commands.
//!
//! At most one save is in flight; the newest value wins; an answer never overwrites newer typing; a
//! failed save is never shown as saved. It waits for nothing and sends nothing itself.

#[cfg(test)]
mod tests;

/// How long a field is left alone before it is saved, in milliseconds.
pub const DEBOUNCE_MILLIS: u32 = 500;

/// What to show in a field whose save failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// What was typed stays: text.
    KeepDraft,
    /// The saved value comes back: selects and switches.
    ShowSaved,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<V> {
    /// The person changed the field.
    Edited(V),
    /// The timer with this number ran out.
    Elapsed(u64),
    /// The field lost the focus, Enter was pressed, or the page is being left.
    Flush,
    /// The server has stored the save with this number.
    Acknowledged {
        /// The number of the save.
        save: u64,
        /// The value as the server stores it.
        value: V,
        /// The field's new version.
        version: i64,
    },
    /// The save with this number failed, or nobody knows whether it was stored.
    Failed {
        /// The number of the save.
        save: u64,
    },
    /// The server holds a newer version than the save was made on, and has stored nothing.
    Conflicted {
        /// The number of the save.
        save: u64,
        /// What the server holds.
        theirs: V,
        /// The version of that.
        version: i64,
    },
    /// The person wants the failed save tried again.
    Retry,
    /// The person wants their own value in spite of a conflict.
    KeepMine,
    /// The person wants the other value.
    TakeTheirs,
    /// Another tab or device has stored a value.
    Remote {
        /// The value.
        value: V,
        /// Its version.
        version: i64,
    },
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<V> {
    /// Call back with [`Event::Elapsed`] and this number after [`DEBOUNCE_MILLIS`].
    StartTimer(u64),
    /// Send this value.
    Send {
        /// The number of the save, to be given back with the answer.
        save: u64,
        /// The value.
        value: V,
        /// The version it was made on.
        base: i64,
    },
    /// Show this value in the field.
    Show(V),
}

/// What to tell the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveStatus {
    /// Nothing was changed.
    Idle,
    /// A change is about to be saved.
    Pending,
    /// A save is in flight.
    Saving,
    /// The last change is stored.
    Saved,
    /// The last change is not stored.
    Failed,
    /// Somebody else changed the same field.
    Conflict,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autosave<V> {
    after_failure: AfterFailure,
    saved: V,
    version: i64,
    draft: V,
    timer: Option<u64>,
    due: bool,
    in_flight: Option<(u64, V)>,
    failed: Option<V>,
    theirs: Option<(V, i64)>,
    ever_saved: bool,
    next: u64,
}

impl<V: Clone + PartialEq> Autosave<V> {
    /// A field as the server holds it. It must have been loaded: what was not loaded is never saved.
    #[must_use]
    pub const fn loaded(saved: V, draft: V, version: i64, after_failure: AfterFailure) -> Self {
        Self {
            after_failure,
            saved,
            version,
            draft,
            timer: None,
            due: false,
            in_flight: None,
            failed: None,
            theirs: None,
            ever_saved: false,
            next: 0,
        }
    }

    /// What the field shows.
    #[must_use]
    pub const fn draft(&self) -> &V {
        &self.draft
    }

    /// What the server holds, as far as this side knows.
    #[must_use]
    pub const fn saved(&self) -> &V {
        &self.saved
    }

    /// What somebody else stored meanwhile, while a choice is open.
    #[must_use]
    pub fn theirs(&self) -> Option<&V> {
        self.theirs.as_ref().map(|(value, _)| value)
    }

    /// What to tell the person.
    #[must_use]
    pub const fn status(&self) -> SaveStatus {
        if self.theirs.is_some() {
            SaveStatus::Conflict
        } else if self.in_flight.is_some() {
            SaveStatus::Saving
        } else if self.timer.is_some() {
            SaveStatus::Pending
        } else if self.failed.is_some() {
            SaveStatus::Failed
        } else if self.ever_saved {
            SaveStatus::Saved
        } else {
            SaveStatus::Idle
        }
    }

    /// Whether leaving now could lose an edit.
    #[must_use]
    pub const fn has_unsaved(&self) -> bool {
        self.timer.is_some()
            || self.in_flight.is_some()
            || self.failed.is_some()
            || self.theirs.is_some()
    }

    /// Takes in what happened and says what to do, in order.
    #[must_use]
    pub fn on(&mut self, event: Event<V>) -> Vec<Command<V>> {
        match event {
            Event::Edited(value) => self.edited(value),
            Event::Elapsed(number) if self.timer == Some(number) => self.become_due(),
            Event::Flush if self.timer.is_some() => self.become_due(),
            Event::Acknowledged {
                save,
                value,
                version,
            } if self.is_in_flight(save) => self.acknowledged(value, version),
            Event::Failed { save } if self.is_in_flight(save) => self.save_failed(),
            Event::Conflicted {
                save,
                theirs,
                version,
            } if self.is_in_flight(save) => {
                self.in_flight = None;
                self.timer = None;
                self.due = false;
                self.theirs = Some((theirs, version));
                Vec::new()
            }
            Event::Retry => self.retry(),
            Event::KeepMine => self.keep_mine(),
            Event::TakeTheirs => self.take_theirs(),
            Event::Remote { value, version } if version > self.version && !self.has_unsaved() => {
                self.saved = value.clone();
                self.version = version;
                self.show(value)
            }
            // A late timer, a late answer, nothing to flush, or news about a field that is being
            // edited: the save on the way will meet the newer version and conflict visibly.
            _ => Vec::new(),
        }
    }

    fn is_in_flight(&self, save: u64) -> bool {
        self.in_flight
            .as_ref()
            .is_some_and(|(number, _)| *number == save)
    }

    fn edited(&mut self, value: V) -> Vec<Command<V>> {
        self.draft = value;
        self.failed = None;
        self.due = false;
        if self.theirs.is_some() {
            return Vec::new();
        }
        if self.in_flight.is_none() && self.draft == self.saved {
            self.timer = None;
            return Vec::new();
        }
        self.next += 1;
        self.timer = Some(self.next);
        vec![Command::StartTimer(self.next)]
    }

    fn become_due(&mut self) -> Vec<Command<V>> {
        self.timer = None;
        self.due = true;
        self.send_if_due()
    }

    fn send_if_due(&mut self) -> Vec<Command<V>> {
        if !self.due || self.in_flight.is_some() {
            return Vec::new();
        }
        self.due = false;
        if self.draft == self.saved {
            return Vec::new();
        }
        self.next += 1;
        self.in_flight = Some((self.next, self.draft.clone()));
        vec![Command::Send {
            save: self.next,
            value: self.draft.clone(),
            base: self.version,
        }]
    }

    fn acknowledged(&mut self, value: V, version: i64) -> Vec<Command<V>> {
        let sent = self.in_flight.take().map(|(_, sent)| sent);
        self.saved = value.clone();
        self.version = version;
        self.ever_saved = true;
        if sent.as_ref() == Some(&self.draft) {
            self.due = false;
            self.timer = None;
            self.show(value)
        } else {
            self.send_if_due()
        }
    }

    fn save_failed(&mut self) -> Vec<Command<V>> {
        let sent = self.in_flight.take().map(|(_, sent)| sent);
        if sent.as_ref() != Some(&self.draft) {
            return self.send_if_due();
        }
        self.due = false;
        self.timer = None;
        self.failed = sent;
        match self.after_failure {
            AfterFailure::KeepDraft => Vec::new(),
            AfterFailure::ShowSaved => self.show(self.saved.clone()),
        }
    }

    fn retry(&mut self) -> Vec<Command<V>> {
        let Some(wanted) = self.failed.take() else {
            return Vec::new();
        };
        let mut commands = self.show(wanted);
        self.due = true;
        commands.extend(self.send_if_due());
        commands
    }

    fn keep_mine(&mut self) -> Vec<Command<V>> {
        let Some((theirs, version)) = self.theirs.take() else {
            return Vec::new();
        };
        self.saved = theirs;
        self.version = version;
        self.due = true;
        self.send_if_due()
    }

    fn take_theirs(&mut self) -> Vec<Command<V>> {
        let Some((theirs, version)) = self.theirs.take() else {
            return Vec::new();
        };
        self.saved = theirs.clone();
        self.version = version;
        self.show(theirs)
    }

    fn show(&mut self, value: V) -> Vec<Command<V>> {
        if self.draft == value {
            return Vec::new();
        }
        self.draft = value.clone();
        vec![Command::Show(value)]
    }
}
