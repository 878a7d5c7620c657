//! Saving one field while a person types: a state machine that takes events and gives commands.
//!
//! At most one save is in flight; the newest value wins; an answer never overwrites newer typing; a
//! failed save is never shown as saved; a value is only ever replaced by somebody who has seen it.
//! It waits for nothing and sends nothing itself.

mod outbox;
#[cfg(test)]
mod tests;
mod undo;

pub use outbox::{Outbox, Waiting};
pub use undo::{Done, UndoStack};

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
    /// There is no network, so the save with this number waits for it. Nobody knows whether it was
    /// stored.
    Offline {
        /// The number of the save.
        save: u64,
    },
    /// An edit that an earlier page could not send any more.
    Restored {
        /// The value.
        value: V,
        /// The version that it was made on.
        base: i64,
    },
    /// What failed or waits is to be tried again.
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
    /// A change waits for the network.
    Waiting,
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
    waiting: bool,
    /// What a save without an answer may have stored.
    unsure: Option<V>,
    theirs: Option<(V, i64)>,
    /// What was heard while a save was in flight.
    news: Option<(V, i64)>,
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
            waiting: false,
            unsure: None,
            theirs: None,
            news: None,
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

    /// The version of that.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
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
        } else if self.waiting {
            SaveStatus::Waiting
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
        self.in_flight.is_some() || self.is_open()
    }

    /// Whether there is an edit that is not stored and not on its way.
    const fn is_open(&self) -> bool {
        self.timer.is_some() || self.waiting || self.failed.is_some() || self.theirs.is_some()
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
            Event::Offline { save } if self.is_in_flight(save) => self.offline(),
            Event::Conflicted {
                save,
                theirs,
                version,
            } if self.is_in_flight(save) => self.conflicted(theirs, version),
            Event::Restored { value, base } => self.restored(value, base),
            Event::Retry => self.retry(),
            Event::KeepMine => self.keep_mine(),
            Event::TakeTheirs => self.take_theirs(),
            Event::Remote { value, version } => self.remote(value, version),
            // A late timer, a late answer, or nothing to flush.
            _ => Vec::new(),
        }
    }

    fn is_in_flight(&self, save: u64) -> bool {
        self.in_flight
            .as_ref()
            .is_some_and(|(number, _)| *number == save)
    }

    /// Whether the draft is what the server holds, without a doubt.
    fn is_clean(&self) -> bool {
        self.draft == self.saved && self.unsure.is_none()
    }

    fn edited(&mut self, value: V) -> Vec<Command<V>> {
        self.draft = value;
        self.failed = None;
        self.due = false;
        self.waiting = false;
        if self.theirs.is_some() {
            return Vec::new();
        }
        if self.in_flight.is_none() && self.is_clean() {
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
        if self.is_clean() {
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

    /// Knows what the server holds.
    fn know(&mut self, value: V, version: i64) {
        self.saved = value;
        self.version = version;
        self.unsure = None;
    }

    /// Nothing is being edited any more: the server holds what is shown.
    fn settle(&mut self) {
        self.timer = None;
        self.due = false;
        self.failed = None;
        self.waiting = false;
        self.ever_saved = true;
    }

    fn acknowledged(&mut self, value: V, version: i64) -> Vec<Command<V>> {
        let sent = self.in_flight.take().map(|(_, sent)| sent);
        self.know(value.clone(), version);
        self.ever_saved = true;
        let mut commands = Vec::new();
        if sent.as_ref() == Some(&self.draft) {
            self.due = false;
            self.timer = None;
            commands = self.show(value);
        }
        commands.extend(self.hear());
        commands.extend(self.send_if_due());
        commands
    }

    /// Takes in what was heard while a save was in flight.
    fn hear(&mut self) -> Vec<Command<V>> {
        match self.news.take() {
            Some((value, version)) => self.remote(value, version),
            None => Vec::new(),
        }
    }

    fn save_failed(&mut self) -> Vec<Command<V>> {
        let sent = self.in_flight.take().map(|(_, sent)| sent);
        self.unsure.clone_from(&sent);
        let mut commands = Vec::new();
        if sent.as_ref() == Some(&self.draft) {
            self.due = false;
            self.timer = None;
            self.failed = sent;
            if self.after_failure == AfterFailure::ShowSaved {
                commands = self.show(self.saved.clone());
            }
        }
        commands.extend(self.hear());
        commands.extend(self.send_if_due());
        commands
    }

    fn offline(&mut self) -> Vec<Command<V>> {
        self.unsure = self.in_flight.take().map(|(_, sent)| sent);
        self.timer = None;
        self.due = false;
        self.waiting = true;
        self.hear()
    }

    fn conflicted(&mut self, theirs: V, version: i64) -> Vec<Command<V>> {
        self.in_flight = None;
        if self.unsure.as_ref() == Some(&theirs) {
            // Its own earlier save had arrived after all.
            self.know(theirs, version);
            self.due |= self.timer.is_none();
            let mut commands = self.hear();
            commands.extend(self.send_if_due());
            if self.in_flight.is_none() && self.theirs.is_none() && self.is_clean() {
                self.settle();
            }
            return commands;
        }
        let mut commands = self.differ(theirs, version);
        commands.extend(self.hear());
        commands
    }

    /// Somebody else has stored a value while this side has an edit of its own.
    fn differ(&mut self, theirs: V, version: i64) -> Vec<Command<V>> {
        let wanted = self.failed.take().unwrap_or_else(|| self.draft.clone());
        if wanted == theirs {
            self.know(theirs.clone(), version);
            self.settle();
            return self.show(theirs);
        }
        self.timer = None;
        self.due = false;
        self.waiting = false;
        self.theirs = Some((theirs, version));
        self.show(wanted)
    }

    fn remote(&mut self, value: V, version: i64) -> Vec<Command<V>> {
        let known = [&self.theirs, &self.news]
            .into_iter()
            .flatten()
            .map(|(_, version)| *version)
            .fold(self.version, i64::max);
        if version <= known {
            return Vec::new();
        }
        if self.in_flight.is_some() {
            self.news = Some((value, version));
            return Vec::new();
        }
        if let Some(theirs) = &mut self.theirs {
            *theirs = (value, version);
            return Vec::new();
        }
        if self.is_open() {
            if self.unsure.as_ref() == Some(&value) {
                // Its own earlier save, of which nobody has told it.
                self.know(value, version);
                return self.retry();
            }
            return self.differ(value, version);
        }
        self.know(value.clone(), version);
        self.show(value)
    }

    fn restored(&mut self, value: V, base: i64) -> Vec<Command<V>> {
        if self.has_unsaved() || value == self.saved {
            return Vec::new();
        }
        if base == self.version {
            self.waiting = true;
        } else {
            self.theirs = Some((self.saved.clone(), self.version));
        }
        self.show(value)
    }

    fn retry(&mut self) -> Vec<Command<V>> {
        let wanted = match self.failed.take() {
            Some(wanted) => wanted,
            None if self.waiting => self.draft.clone(),
            None => return Vec::new(),
        };
        self.waiting = false;
        let mut commands = self.show(wanted);
        self.due = true;
        commands.extend(self.send_if_due());
        if self.in_flight.is_none() {
            self.settle();
        }
        commands
    }

    fn keep_mine(&mut self) -> Vec<Command<V>> {
        let Some((theirs, version)) = self.theirs.take() else {
            return Vec::new();
        };
        self.know(theirs, version);
        self.due = true;
        self.send_if_due()
    }

    fn take_theirs(&mut self) -> Vec<Command<V>> {
        let Some((theirs, version)) = self.theirs.take() else {
            return Vec::new();
        };
        self.know(theirs.clone(), version);
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
