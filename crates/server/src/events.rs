//! News for people who are signed in: a setting changed, a generation moved on. Bounded; a slow
//! listener misses old news and is told so, nobody waits for it.

use domain::{
    GenerationId, ProjectId, ProviderId, UserId, error::CurrentValue, generation::Status,
    plan::BatchState,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::broadcast;

/// How many pieces of news a listener may fall behind.
const BACKLOG: usize = 256;

/// One piece of news and whom it concerns.
#[derive(Debug, Clone)]
pub struct News {
    /// The person; `None` for everybody.
    pub user: Option<UserId>,
    /// What happened.
    pub event: Event,
    /// Whether another process told it.
    pub is_relayed: bool,
}

impl News {
    /// Whether a person hears of it.
    #[must_use]
    pub fn concerns(&self, user: &UserId) -> bool {
        self.user.as_ref().is_none_or(|one| one == user)
    }
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Fields of the settings have new values.
    Settings {
        /// The project whose settings they are; `None` for the person's own.
        project_id: Option<ProjectId>,
        /// The fields with their values and versions.
        changes: Vec<CurrentValue>,
    },
    /// A key was stored, removed or brought back, or fares otherwise than before.
    Keys,
    /// The models of a provider were fetched, or could not be.
    Models {
        /// Of which provider.
        provider: ProviderId,
    },
    /// A text that is being written grew.
    Text {
        /// Which generation's.
        id: GenerationId,
        /// How many bytes of UTF-8 came before.
        at: usize,
        /// What was added.
        text: String,
    },
    /// A batch moved on.
    Plan {
        /// Of which project.
        project_id: ProjectId,
        /// How far it is.
        state: BatchState,
    },
    /// A generation moved on.
    Generation {
        /// Which.
        id: GenerationId,
        /// How far it is.
        status: Status,
    },
    /// Something that nobody can tell any more: whoever listens should load again.
    Missed,
}

/// The place where news is told and heard.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Arc<News>>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Events {
    /// Tells everybody who listens for this person.
    pub fn tell(&self, user: &UserId, event: Event) {
        self.send(News {
            user: Some(user.clone()),
            event,
            is_relayed: false,
        });
    }

    /// Tells what another process told.
    pub fn relay(&self, user: Option<UserId>, event: Event) {
        self.send(News {
            user,
            event,
            is_relayed: true,
        });
    }

    fn send(&self, news: News) {
        // An error only says that nobody listens at the moment.
        drop(self.0.send(Arc::new(news)));
    }

    /// Hears everything from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<News>> {
        self.0.subscribe()
    }
}
