//! What an earlier product left in this browser, and its move to the account of whoever is signed
//! in. The decisions are those of `domain::old_settings`; here they are sent, looked up and written.

use super::Stores;
use crate::{
    browser::{
        dialog,
        storage::{self, Kept},
        task, timer,
    },
    server_fns::settings::{settings_adopt, settings_open},
};
use domain::{
    account::Me,
    old_settings::{Item, Leftover, Moving, Removal, names, plan},
};
use leptos::prelude::*;

/// Under this name a tab notes whose question it is not to ask again.
const NOT_NOW: &str = "film-old-settings-not-now";
/// Under this name with an account's id the browser notes that its person has declined.
const NOT_MINE: &str = "film-old-settings-not-mine";
/// How often it is looked whether another dialog is gone.
const AGAIN_MILLIS: u32 = 1000;

/// What was found.
#[derive(Clone, PartialEq, Default)]
pub struct Found {
    /// What can be moved, and how far it is.
    pub moving: Moving,
    /// What stays where it is.
    pub leftovers: Vec<Leftover>,
}

/// What was found in this browser. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct OldSettings {
    /// What was found.
    pub found: RwSignal<Found>,
    /// Whether the person is being asked.
    pub open: RwSignal<bool>,
    driven: StoredValue<bool>,
}

impl OldSettings {
    /// Nothing was looked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            found: RwSignal::new(Found::default()),
            open: RwSignal::new(false),
            driven: StoredValue::new(false),
        }
    }

    /// Looks what is there, and asks the person who is signed in unless they have said no.
    pub(super) fn look(self, stores: Stores) {
        let Some(me) = me(stores) else {
            // Whoever signs in next is asked.
            storage::write(Kept::InThisTab, NOT_NOW, None);
            return;
        };
        let said_no = storage::read(Kept::InThisTab, NOT_NOW).as_deref()
            == Some(me.user.id.as_str())
            || storage::read(Kept::Everywhere, &not_mine(&me)).is_some();
        if said_no {
            return;
        }
        let texts: Vec<_> = names()
            .filter_map(|name| Some((name, storage::read(Kept::Everywhere, name)?)))
            .collect();
        let plan = plan(&texts);
        if plan.items.is_empty() {
            return;
        }
        if dialog::is_one_open() {
            timer::after(AGAIN_MILLIS, move || self.look(stores));
            return;
        }
        self.found.set(Found {
            moving: Moving::new(&plan),
            leftovers: plan.leftovers,
        });
        self.open.set(true);
    }

    /// The person wants everything to be moved.
    pub fn start(self, stores: Stores) {
        self.change(Moving::start);
        self.drive(stores);
    }

    /// The person wants a failed item to be tried again.
    pub fn retry(self, stores: Stores, id: &str) {
        self.change(|moving| moving.retry(id));
        self.drive(stores);
    }

    /// The person wants to hear no more of it in this tab. What was sent comes to its end.
    pub fn close(self, stores: Stores) {
        if let Some(me) = me(stores) {
            storage::write(Kept::InThisTab, NOT_NOW, Some(me.user.id.as_str()));
        }
        self.open.set(false);
        self.change(Moving::stop);
        self.forget();
    }

    /// The person says that these belong to somebody else: they are not asked again.
    pub fn decline(self, stores: Stores) {
        if let Some(me) = me(stores) {
            storage::write(Kept::Everywhere, &not_mine(&me), Some("1"));
        }
        self.close(stores);
    }

    /// Takes an item out of the browser, if that may be.
    pub fn remove(self, id: &str) {
        self.change(|moving| {
            let line = moving.lines().iter().find(|line| line.item.id == id);
            let Some(name) = line.map(|line| line.item.name()) else {
                return;
            };
            let text = storage::read(Kept::Everywhere, name);
            let done = match moving.remove(id, text.as_deref()) {
                Some(Removal::Name) => storage::write(Kept::Everywhere, name, None),
                Some(Removal::Text(text)) => storage::write(Kept::Everywhere, name, Some(&text)),
                None => return,
            };
            moving.removed(id, done);
        });
    }

    fn change(self, change: impl FnOnce(&mut Moving)) {
        self.found.update(|found| change(&mut found.moving));
    }

    /// Keeps no key in memory that nobody looks at.
    fn forget(self) {
        if !self.open.get_untracked() && !self.driven.get_value() {
            self.found.set(Found::default());
        }
    }

    fn next(self) -> Option<Item> {
        self.found
            .try_update(|found| {
                found
                    .moving
                    .next(|name| storage::read(Kept::Everywhere, name))
            })
            .flatten()
    }

    /// Sends what is to be sent, looks for it in the account, and removes what was seen there.
    fn drive(self, stores: Stores) {
        let Some(me) = me(stores) else { return };
        if self.driven.get_value() {
            return;
        }
        self.driven.set_value(true);
        task::spawn(async move {
            let has_answers = || {
                self.found
                    .with_untracked(|found| found.moving.has_answers())
            };
            loop {
                while let Some(item) = self.next() {
                    let answer = settings_adopt(me.user.email.clone(), item.target, item.value);
                    let answer = answer.await.map_err(|error| error.sentence());
                    self.change(|moving| moving.answered(item.id, answer));
                }
                if !has_answers() {
                    break;
                }
                let account = settings_open(None).await;
                let mut removable = Vec::new();
                self.change(|moving| {
                    removable = moving.seen(match &account {
                        Ok(seed) => Ok(&seed.view),
                        Err(error) => Err(error.sentence()),
                    });
                });
                for id in removable {
                    self.remove(id);
                }
            }
            self.driven.set_value(false);
            self.forget();
            stores.personal.reload();
            stores.personal.stored.update(|count| *count += 1);
        });
    }
}

fn me(stores: Stores) -> Option<Me> {
    stores.session.me.get_untracked()
}

fn not_mine(me: &Me) -> String {
    format!("{NOT_MINE}-{}", me.user.id)
}
