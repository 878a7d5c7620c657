//! What all simulated providers share: settings, journal, faults, ids, and each provider's own
//! memory. Every store in it is bounded; nothing in it may hold the value of a key.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use http::header::HOST;

use crate::config::Config;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::journal::Journal;
use crate::kie;
use crate::modal;
use crate::openrouter;
use crate::tasks::Tasks;

/// The state of every handler.
pub(crate) type Shared = Arc<State>;

/// The memory of one sandbox.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) ids: Ids,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) generations: openrouter::Generations,
    pub(crate) modal_calls: modal::Calls,
    pub(crate) tasks: Tasks,
    pub(crate) uploads: kie::Uploads,
}

impl State {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            modal_calls: modal::Calls::default(),
            tasks: Tasks::new(config.task_polls, config.task_duration),
            config,
            ids: Ids::new(),
            journal: Journal::default(),
            faults: Faults::default(),
            generations: openrouter::Generations::default(),
            uploads: kie::Uploads::default(),
        }
    }

    /// The origin under which the caller reached this server, without a trailing slash.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> String {
        match headers.get(HOST).and_then(|host| host.to_str().ok()) {
            Some(host) => format!("http://{host}"),
            None => match &self.config.origin {
                Some(origin) => origin.trim_end_matches('/').to_owned(),
                None => "http://127.0.0.1".to_owned(),
            },
        }
    }
}

/// Locks `mutex`; a panic in another request must not take the sandbox down, and no critical
/// section here leaves a store half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
