//! What the settings of all levels share: the edits that wait for the network, kept in the browser
//! until they are stored, and the channel to the other tabs. No secret comes here.

use crate::browser::{
    channel::Channel,
    storage::{self, Kept},
};
use domain::{
    ProjectId,
    autosave::{Outbox, Waiting},
    error::CurrentValue,
    settings::Field,
};
use leptos::prelude::*;
use serde::Serialize;

/// What is shared. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Shared {
    /// What this page answers for, of all that waits.
    own: StoredValue<Outbox>,
    account: StoredValue<String>,
    channel: StoredValue<Option<Channel>>,
}

/// What one tab tells the others.
#[derive(Serialize)]
struct Told<'a> {
    project_id: Option<&'a ProjectId>,
    changes: &'a [CurrentValue],
}

impl Shared {
    /// For the person with this id; empty for nobody.
    #[must_use]
    pub fn new(account: String) -> Self {
        Self {
            own: StoredValue::new(Outbox::default()),
            account: StoredValue::new(account),
            channel: StoredValue::new(None),
        }
    }

    /// Under which name something of this person is kept in the browser.
    fn name(self) -> String {
        format!("film-waiting-{}", self.account.get_value())
    }

    /// Opens the channel to the other tabs of this person.
    pub fn connect(self, heard: impl Fn(String) + 'static) {
        let name = format!("film-generator-{}", self.account.get_value());
        self.channel.set_value(Channel::open(&name, heard));
    }

    /// The edits that wait, of this page, an earlier one or another tab, oldest first.
    #[must_use]
    pub fn waiting(self) -> Vec<Waiting> {
        self.all().edits().to_vec()
    }

    /// What is kept in the browser; where it keeps nothing, what this page knows itself.
    fn all(self) -> Outbox {
        storage::read(Kept::Everywhere, &self.name())
            .and_then(|text| crate::wire::read(text.as_bytes()).ok())
            .unwrap_or_else(|| self.own.get_value())
    }

    /// An edit waits here, beside those of the other tabs.
    pub fn keep(self, edit: Waiting) {
        let mut all = self.all();
        all.put(edit.clone());
        self.own.update_value(|own| own.put(edit));
        self.store(&all);
    }

    /// An edit does not wait any more. What another tab has kept for the same field still does.
    pub fn done(self, project: Option<&ProjectId>, field: Field) {
        let had = self.own.try_update_value(|own| own.remove(project, field));
        if had == Some(true) {
            let mut all = self.all();
            all.remove(project, field);
            self.store(&all);
        }
    }

    fn store(self, all: &Outbox) {
        let text = (!all.edits().is_empty())
            .then(|| serde_json::to_string(all).ok())
            .flatten();
        storage::write(Kept::Everywhere, &self.name(), text.as_deref());
    }

    /// Tells the other tabs what was stored.
    pub fn tell_settings(self, project: Option<&ProjectId>, changes: &[CurrentValue]) {
        let told = Told {
            project_id: project,
            changes,
        };
        if let Ok(text) = serde_json::to_string(&told) {
            self.tell(&text);
        }
    }

    /// Tells the other tabs that keys have changed.
    pub fn tell_keys(self) {
        self.tell("{}");
    }

    fn tell(self, text: &str) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.tell(text);
            }
        });
    }
}
