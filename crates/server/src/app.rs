//! What every use case has at hand, wired once at the start.

use crate::{
    auth::{PasswordHasher, Throttle},
    clock::{Clock, Ids},
    config::Config,
    events::Events,
    vault::Vault,
};
use domain::catalog::Catalog;
use providers::Outbound;
use std::{ops::Deref, sync::Arc};
use store::Db;
use tokio::sync::Notify;

/// The running application; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the running application.
pub struct Parts {
    /// How it was started.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Where secrets are sealed and opened.
    pub vault: Vault,
    /// What is on offer.
    pub catalog: Arc<Catalog>,
    /// The only way to the providers.
    pub outbound: Outbound,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// Passwords.
    pub hasher: PasswordHasher,
    /// The brake on guessing.
    pub throttle: Throttle,
    /// News for people who are signed in.
    pub events: Events,
    /// Wakes the worker.
    pub bell: Arc<Notify>,
}

impl App {
    /// Takes the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
