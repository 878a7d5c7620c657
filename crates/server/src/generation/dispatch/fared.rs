//! How the stored key of a job fared in this turn. It is remembered while the provider is asked and
//! written down afterwards: nothing may come between a paid answer and its being stored.

use crate::{
    app::App,
    keys::health::{self, Outcome},
};
use domain::SecretId;
use providers::{Auth, Call, Failure, Step};
use store::secrets::Owner;

/// A stored key, and how its provider last took it.
#[derive(Default)]
pub(super) struct Fared {
    /// Whose key, and which; `None` where none is stored.
    pub(super) key: Option<(Owner, SecretId)>,
    outcome: Option<Outcome>,
}

impl Fared {
    /// Hears what the answer to a call came to.
    pub(super) fn hear(&mut self, call: &Call, step: &Result<Step, Failure>) {
        if call.auth == Auth::None {
            return;
        }
        match step {
            Ok(_) => self.outcome = Some(Ok(())),
            Err(failure) if failure.fault.is_of_key() => self.outcome = Some(Err(failure.fault)),
            Err(_) => {}
        }
    }

    /// Writes it down.
    pub(super) async fn write_down(self, app: &App) {
        if let (Some((owner, id)), Some(outcome)) = (self.key, self.outcome) {
            health::note(app, &owner, &id, outcome).await;
        }
    }
}
