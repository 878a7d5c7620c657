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
    outbox: StoredValue<Outbox>,
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
            outbox: StoredValue::new(Outbox::default()),
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

    /// The edits that an earlier page or this one could not send, oldest first.
    #[must_use]
    pub fn waiting(self) -> Vec<Waiting> {
        self.outbox.with_value(|outbox| outbox.edits().to_vec())
    }

    /// Takes up what an earlier page or another tab has left.
    pub fn take_up(self) {
        if let Some(outbox) = storage::read(Kept::Everywhere, &self.name())
            .and_then(|text| crate::wire::read::<Outbox>(text.as_bytes()).ok())
        {
            self.outbox.set_value(outbox);
        }
    }

    /// An edit waits, beside those of the other tabs.
    pub fn keep(self, edit: Waiting) {
        self.take_up();
        self.outbox.update_value(|outbox| outbox.put(edit));
        self.store();
    }

    /// An edit does not wait any more.
    pub fn done(self, project: Option<&ProjectId>, field: Field) {
        let had = self
            .outbox
            .try_update_value(|outbox| outbox.remove(project, field));
        if had == Some(true) {
            self.take_up();
            self.outbox
                .update_value(|outbox| _ = outbox.remove(project, field));
            self.store();
        }
    }

    fn store(self) {
        self.outbox.with_value(|outbox| {
            let text = (!outbox.edits().is_empty())
                .then(|| serde_json::to_string(outbox).ok())
                .flatten();
            storage::write(Kept::Everywhere, &self.name(), text.as_deref());
        });
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
