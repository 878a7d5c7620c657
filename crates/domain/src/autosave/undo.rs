//! Taking back what was saved, newest first. Only a change that nobody has built upon is offered: as
//! soon as a field has a newer version, its older changes are left to the history.

/// How many changes can be taken back.
const KEPT: usize = 50;

/// One change that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<K, V> {
    /// The field.
    pub key: K,
    /// What it was before.
    pub from: V,
    /// What it is.
    pub to: V,
    /// The version that the change made.
    pub version: i64,
}

/// The changes that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoStack<K, V> {
    done: Vec<Done<K, V>>,
    /// What is being taken back, until its save is answered.
    undoing: Option<K>,
}

impl<K, V> Default for UndoStack<K, V> {
    fn default() -> Self {
        Self {
            done: Vec::new(),
            undoing: None,
        }
    }
}

impl<K: Copy + PartialEq, V: Clone + PartialEq> UndoStack<K, V> {
    /// A change was stored: an ordinary one can be taken back, one that takes back cannot.
    pub fn stored(&mut self, change: Done<K, V>) {
        if self.undoing == Some(change.key) {
            self.undoing = None;
            // The change before it is the newest of its field again.
            let before = self.done.iter_mut().rfind(|done| done.key == change.key);
            if let Some(before) = before.filter(|before| before.to == change.to) {
                before.version = change.version;
            }
            return;
        }
        if change.from == change.to {
            return;
        }
        if self.done.len() == KEPT {
            self.done.remove(0);
        }
        self.done.push(change);
    }

    /// The change that would be taken back next. `version_of` says which version a field has now.
    #[must_use]
    pub fn last(&self, version_of: impl Fn(K) -> i64) -> Option<&Done<K, V>> {
        self.done
            .iter()
            .rev()
            .find(|done| version_of(done.key) == done.version)
    }

    /// Takes the newest change off, to store the value that was before it.
    pub fn take(&mut self, version_of: impl Fn(K) -> i64) -> Option<Done<K, V>> {
        self.done
            .retain(|done| version_of(done.key) >= done.version);
        let index = self
            .done
            .iter()
            .rposition(|done| version_of(done.key) == done.version)?;
        let change = self.done.remove(index);
        self.undoing = Some(change.key);
        Some(change)
    }

    /// The save that takes back did not work: nothing is being taken back any more.
    pub fn given_up(&mut self, key: K) {
        if self.undoing == Some(key) {
            self.undoing = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A server with three fields and one person.
    #[derive(Default)]
    struct World {
        fields: [(u8, i64); 3],
        undo: UndoStack<usize, u8>,
    }

    impl World {
        fn save(&mut self, key: usize, to: u8) {
            let (from, version) = self.fields[key];
            if from != to {
                self.fields[key] = (to, version + 1);
                self.undo.stored(Done {
                    key,
                    from,
                    to,
                    version: version + 1,
                });
            }
        }

        fn undo(&mut self) -> bool {
            let versions = self.fields.map(|(_, version)| version);
            let Some(change) = self.undo.take(|key| versions[key]) else {
                return false;
            };
            self.save(change.key, change.from);
            true
        }
    }

    proptest! {
        #[test]
        fn undo_after_save_is_identity(
            before in prop::collection::vec((0..3_usize, 0..4_u8), 0..20),
            (key, to) in (0..3_usize, 0..4_u8),
        ) {
            let mut world = World::default();
            before.into_iter().for_each(|(key, to)| world.save(key, to));
            let values = world.fields.map(|(value, _)| value);
            let changed = values[key] != to;
            world.save(key, to);
            if changed {
                prop_assert!(world.undo());
            }
            prop_assert_eq!(world.fields.map(|(value, _)| value), values);
        }

        #[test]
        fn undoing_everything_leads_back_to_the_beginning(
            edits in prop::collection::vec((0..3_usize, 0..4_u8), 0..40),
        ) {
            let mut world = World::default();
            edits.into_iter().for_each(|(key, to)| world.save(key, to));
            let mut times = 0;
            while world.undo() {
                times += 1;
                prop_assert!(times <= 40, "an undo is never undone");
            }
            prop_assert_eq!(world.fields.map(|(value, _)| value), [0; 3]);
        }

        #[test]
        fn what_somebody_else_has_changed_since_is_not_taken_back(to in 1..4_u8, theirs in 0..4_u8) {
            let mut world = World::default();
            world.save(0, to);
            world.fields[0] = (theirs, 2);
            prop_assert!(!world.undo());
            prop_assert_eq!(world.fields[0], (theirs, 2));
        }
    }
}
