//! What is held in memory of the catalogues of single persons: bounded, the longest unused goes
//! first. It reads no database and never hands out what was loaded before a change.

use domain::{UserId, catalog::Catalog};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many catalogues with lists are held.
const WITH_LISTS: usize = 64;
/// Of how many persons it is known that they have no list.
const WITHOUT_LISTS: usize = 4_096;

/// What is known of a person.
pub enum Found {
    /// They have no list: the shared catalogue is theirs.
    Without,
    /// Their catalogue.
    With(Arc<Catalog>),
    /// Nothing; what is loaded now is kept only if nothing changes until then.
    Unknown {
        /// To hand back with what was loaded.
        epoch: u64,
    },
}

/// The persons.
#[derive(Default)]
pub struct People(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// Counts the changes.
    epoch: u64,
    with: Recent<(i64, Arc<Catalog>)>,
    without: Recent<()>,
}

impl People {
    /// What is known of a person while the shared catalogue has this version.
    pub fn find(&self, user: &UserId, version: i64) -> Found {
        let mut held = self.held();
        if held.without.get(user).is_some() {
            return Found::Without;
        }
        if let Some((of, catalog)) = held.with.get(user)
            && *of == version
        {
            return Found::With(Arc::clone(catalog));
        }
        Found::Unknown { epoch: held.epoch }
    }

    /// Keeps a catalogue that was made of this version of the shared one.
    pub fn keep(&self, user: &UserId, catalog: Arc<Catalog>, version: i64, epoch: u64) {
        let mut held = self.held();
        if held.epoch == epoch {
            held.with.insert(user, (version, catalog), WITH_LISTS);
        }
    }

    /// Keeps that a person has no list.
    pub fn keep_without(&self, user: &UserId, epoch: u64) {
        let mut held = self.held();
        if held.epoch == epoch {
            held.without.insert(user, (), WITHOUT_LISTS);
        }
    }

    /// Forgets what is known of a person.
    pub fn forget(&self, user: &UserId) {
        let mut held = self.held();
        held.epoch += 1;
        held.with.entries.remove(user);
        held.without.entries.remove(user);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        let mut held = self.held();
        held.epoch += 1;
        held.with.entries.clear();
        held.without.entries.clear();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A few entries with the moment of their last use.
struct Recent<T> {
    uses: u64,
    entries: HashMap<UserId, (u64, T)>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self {
            uses: 0,
            entries: HashMap::new(),
        }
    }
}

impl<T> Recent<T> {
    fn get(&mut self, user: &UserId) -> Option<&T> {
        self.uses += 1;
        let (used, entry) = self.entries.get_mut(user)?;
        *used = self.uses;
        Some(entry)
    }

    fn insert(&mut self, user: &UserId, entry: T, most: usize) {
        self.uses += 1;
        self.entries.insert(user.clone(), (self.uses, entry));
        if self.entries.len() > most {
            let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(user, _)| user.clone()) {
                self.entries.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: usize) -> UserId {
        UserId(format!("user-{number}"))
    }

    fn epoch(people: &People, user: &UserId) -> u64 {
        match people.find(user, 1) {
            Found::Unknown { epoch } => epoch,
            _ => panic!("{user} is known"),
        }
    }

    fn is_held(people: &People, user: &UserId, version: i64) -> bool {
        matches!(people.find(user, version), Found::With(_))
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let people = People::default();
        for number in 0..WITH_LISTS {
            let epoch = epoch(&people, &user(number));
            people.keep(&user(number), Arc::default(), 1, epoch);
        }
        assert!(is_held(&people, &user(0), 1));
        let epoch = epoch(&people, &user(900));
        people.keep(&user(900), Arc::default(), 1, epoch);
        assert!(is_held(&people, &user(0), 1), "used a moment ago");
        assert!(!is_held(&people, &user(1), 1));
        assert!(is_held(&people, &user(900), 1));
    }

    #[test]
    fn what_was_loaded_before_a_change_is_not_kept() {
        let people = People::default();
        let before = epoch(&people, &user(1));
        people.forget(&user(1));
        people.keep(&user(1), Arc::default(), 1, before);
        people.keep_without(&user(1), before);
        assert!(matches!(people.find(&user(1), 1), Found::Unknown { .. }));
    }

    #[test]
    fn a_newer_catalogue_makes_what_is_held_old() {
        let people = People::default();
        let now = epoch(&people, &user(1));
        people.keep(&user(1), Arc::default(), 1, now);
        assert!(is_held(&people, &user(1), 1) && !is_held(&people, &user(1), 2));
        people.keep_without(&user(2), now);
        assert!(matches!(people.find(&user(2), 2), Found::Without));
        people.forget_all();
        assert!(!is_held(&people, &user(1), 1));
        assert!(matches!(people.find(&user(2), 2), Found::Unknown { .. }));
    }
}
