//! What every use case has at hand, wired once at the start.

use crate::{
    actor::Actor,
    auth::{PasswordHasher, Throttle},
    catalog,
    clock::{Chance, Clock, Ids},
    config::Config,
    events::Events,
    fault::Fault,
    generation::{installation::Installation, live::LiveTexts, protection::Protection},
    metrics::Metrics,
    models::Refreshes,
    stop::Stop,
    storage::Storage,
    vault::Vault,
    web::rate_limits::RateLimits,
};
use domain::{UserId, catalog::Catalog};
use providers::Outbound;
use std::{
    ops::Deref,
    sync::{Arc, Weak},
};
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
    /// Where media lie.
    pub storage: Storage,
    /// Where secrets are sealed and opened.
    pub vault: Vault,
    /// What is on offer.
    pub catalog: catalog::Live,
    /// The lists of models that are being fetched.
    pub refreshes: Refreshes,
    /// The only way to the providers.
    pub outbound: Outbound,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// Random numbers.
    pub chance: Chance,
    /// Passwords.
    pub hasher: PasswordHasher,
    /// The brake on guessing.
    pub throttle: Throttle,
    /// How many requests are answered.
    pub rate_limits: RateLimits,
    /// News for people who are signed in.
    pub events: Events,
    /// The operator's own Claude installation, where it is switched on.
    pub claude_cli: Option<Installation>,
    /// Texts while they are written.
    pub live_texts: LiveTexts,
    /// Figures for those who watch the server.
    pub metrics: Metrics,
    /// Keeps providers and people from slowing each other.
    pub protection: Protection,
    /// Wakes the worker.
    pub bell: Arc<Notify>,
    /// Announces the end.
    pub stop: Stop,
}

impl App {
    /// Takes the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// What is on offer to everybody: the catalogue without anybody's own lists.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.0.catalog.current()
    }

    /// What is on offer to the acting person: the catalogue with the lists that providers gave to
    /// them laid over it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn catalog_for(&self, actor: &Actor) -> Result<Arc<Catalog>, Fault> {
        self.catalog_of(&actor.user.id).await
    }

    /// As [`App::catalog_for`], for work that goes on without the person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn catalog_of(&self, user: &UserId) -> Result<Arc<Catalog>, Fault> {
        self.0.catalog.for_user(&self.0.db, user).await
    }

    /// The application, if it still lives.
    pub(crate) fn alive(parts: &Weak<Parts>) -> Option<Self> {
        parts.upgrade().map(Self)
    }

    /// The parts, for as long as the application lives.
    pub(crate) fn weak(&self) -> Weak<Parts> {
        Arc::downgrade(&self.0)
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
