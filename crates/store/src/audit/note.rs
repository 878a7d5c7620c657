//! The event of a change on its way into the change's transaction, so that neither is ever there
//! without the other. A handle of the database carries it ([`crate::Db::noting`]); the commit writes it.

use super::NewEvent;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An event that the next commit through its handles writes down, once. Clones share it.
#[derive(Debug, Clone)]
pub struct Note(Arc<Mutex<Option<NewEvent>>>);

impl Note {
    /// The event as it is known before the change.
    #[must_use]
    pub fn new(event: NewEvent) -> Self {
        Self(Arc::new(Mutex::new(Some(event))))
    }

    /// Puts in what is known only inside the transaction, before its commit.
    pub fn amend(&self, change: impl FnOnce(&mut NewEvent)) {
        if let Some(event) = self.event().as_mut() {
            change(event);
        }
    }

    /// Takes the event out: what the transaction found was so already.
    pub fn strike(&self) {
        self.take();
    }

    /// The event, for the one who writes it.
    pub(crate) fn take(&self) -> Option<NewEvent> {
        self.event().take()
    }

    /// Puts the event of a transaction that did not come about back in.
    pub(crate) fn put_back(&self, event: NewEvent) {
        *self.event() = Some(event);
    }

    /// Never held while anything is waited for.
    fn event(&self) -> MutexGuard<'_, Option<NewEvent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
