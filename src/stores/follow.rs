//! What other tabs and devices have changed: heard from the other tabs of this browser at once, and
//! from the server while somebody looks at the page. Whoever may have missed something loads again.

use super::Stores;
use crate::{
    browser::{events, page, task, timer},
    server_fns::FnError,
    wire,
};
use domain::{ProjectId, error::CurrentValue};
use leptos::prelude::*;
use serde::Deserialize;

/// How long after a refusal the server is asked again for the stream; twice as long after each more.
const LISTEN_AGAIN_MILLIS: u32 = 3_000;
/// The longest pause between two questions.
const LISTEN_AGAIN_AT_LEAST_EVERY_MILLIS: u32 = 96_000;

/// News about settings; without changes it is about keys.
#[derive(Deserialize)]
struct News {
    #[serde(default)]
    project_id: Option<ProjectId>,
    #[serde(default)]
    changes: Vec<CurrentValue>,
}

impl Stores {
    /// Follows the other tabs and devices for as long as the page lives.
    pub(super) fn follow_others(self) {
        self.shared.connect(move |text| self.hear(&text));
        self.listen(LISTEN_AGAIN_MILLIS);
        page::on_sight(move |seen| {
            if seen {
                self.listen(LISTEN_AGAIN_MILLIS);
            } else {
                // A browser opens few connections: only who is looked at listens.
                self.listening.set_value(None);
            }
        });
    }

    /// Listens; where that is refused, again after the pause.
    fn listen(self, pause: u32) {
        if self.listening.with_value(Option::is_some) {
            return;
        }
        let listening = events::news(move |name, data| match name {
            // Between the page and the stream something may have changed, as while it was broken.
            "open" | "missed" => self.catch_up(),
            "error" => timer::after(pause, move || {
                if self.listening.with_value(Option::is_some) {
                    self.listening.set_value(None);
                    self.listen(LISTEN_AGAIN_AT_LEAST_EVERY_MILLIS.min(pause * 2));
                }
            }),
            _ => self.hear(data),
        });
        self.listening.set_value(Some(listening));
    }

    /// Loads again what is shown.
    fn catch_up(self) {
        if self.personal.is_loaded_untracked() {
            self.personal.reload();
        }
        self.projects.reload();
    }

    fn hear(self, text: &str) {
        let Ok(news) = wire::read::<News>(text.as_bytes()) else {
            return;
        };
        match news.project_id {
            _ if news.changes.is_empty() => {
                if self.personal.is_loaded_untracked() {
                    self.keys.hear();
                }
            }
            None => self.personal.hear(&news.changes),
            Some(project) => {
                self.personal.hear_of(&project, &news.changes);
                if let Some((_, level)) = self.projects.opened_untracked(&project) {
                    level.hear(&news.changes);
                }
            }
        }
    }

    /// Takes up the edits that an earlier page could not send.
    pub(super) fn take_up_waiting(self) {
        if !self.shared.waiting().is_empty() {
            task::spawn(self.send_waiting());
        }
    }

    /// Sends the edits that wait for the network, one after the other in the order in which they
    /// were made.
    pub(super) async fn send_waiting(self) {
        for edit in self.shared.waiting() {
            self.shared.keep(edit.clone());
            let level = match &edit.project {
                None => self.personal.loaded().await,
                Some(project) => self.projects.loaded(project).await,
            };
            match level {
                Ok(level) => {
                    level.restore(&edit);
                    level.resend(edit.field).await;
                }
                // What is gone cannot be changed any more.
                Err(FnError::Api(_)) => self.shared.done(edit.project.as_ref(), edit.field),
                Err(FnError::Offline | FnError::Unreachable) => return,
            }
        }
    }
}
