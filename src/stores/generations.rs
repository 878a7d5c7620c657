//! What was generated, and the following of what is not finished yet: once a second while somebody
//! looks, wherever in the application they are.

use crate::{
    browser::{
        events::{self, Heard, Listening},
        page, task, timer,
    },
    server_fns::{
        FnError,
        generations::{generation_cancel, generation_follow, generation_look_again},
    },
};
use domain::{GenerationId, Map, ProjectId, generation::Generation};
use leptos::prelude::*;

/// How long to wait before asking again.
const PAUSE_MILLIS: u32 = 1_000;
/// How long to wait before asking again when the server could not be reached.
const PAUSE_AFTER_FAILURE_MILLIS: u32 = 3_000;

/// All known generations. Cheap to copy; it must live at the root.
#[derive(Clone, Copy)]
pub struct Generations {
    /// Newest first.
    pub items: RwSignal<Vec<Generation>>,
    /// What was last said about a generation, for those who listen.
    pub announcement: RwSignal<String>,
    /// The time of the last look, in milliseconds since 1970; zero before the first.
    pub now: RwSignal<i64>,
    following: StoredValue<bool>,
    /// The text that is being written at the moment, as far as it is heard.
    live: StoredValue<Map<GenerationId, RwSignal<String>>>,
    listening: StoredValue<Map<GenerationId, Listening>>,
    owner: StoredValue<Owner>,
}

impl Generations {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            announcement: RwSignal::new(String::new()),
            now: RwSignal::new(0),
            following: StoredValue::new(false),
            live: StoredValue::new(Map::default()),
            listening: StoredValue::new(Map::default()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The text of a generation while it is written. One is listened to at a time, because a browser
    /// opens few connections; the others grow with each look.
    #[must_use]
    pub fn text_of(self, id: &GenerationId) -> RwSignal<String> {
        if let Some(known) = self.live.with_value(|live| live.get(id).copied()) {
            return known;
        }
        let text = self.owner.get_value().with(|| RwSignal::new(String::new()));
        self.live.update_value(|live| {
            live.insert(id.clone(), text);
        });
        let id = id.clone();
        // Not while the page is being put together: only a living page listens.
        timer::after(0, move || {
            if self.listening.with_value(|all| !all.is_empty()) {
                return;
            }
            let listening = events::text_of(id.as_str(), move |heard| match heard {
                Heard::Whole(whole) => text.set(whole),
                Heard::More(more) => text.update(|text| text.push_str(&more)),
            });
            self.listening.update_value(|all| {
                all.insert(id, listening);
            });
        });
        text
    }

    /// Stops listening to what has come to its end.
    fn hush(self, ended: &GenerationId) {
        self.listening.update_value(|all| {
            all.remove(ended);
        });
        self.live.update_value(|live| {
            live.remove(ended);
        });
    }

    /// Takes in newer states and new generations.
    pub fn merge(self, fresh: Vec<Generation>) {
        if fresh.is_empty() {
            return;
        }
        self.items.update(|items| {
            for generation in fresh {
                match items.iter_mut().find(|known| known.id == generation.id) {
                    Some(known) => {
                        if !known.status.is_final() && generation.status.is_final() {
                            self.hush(&generation.id);
                            self.announcement.set(format!(
                                "{}: {}",
                                crate::words::heading(generation.operation()),
                                generation.status.words()
                            ));
                        }
                        *known = generation;
                    }
                    None => {
                        let is_newer = |known: &Generation| {
                            (known.created_at, &known.id) > (generation.created_at, &generation.id)
                        };
                        let place = items.partition_point(is_newer);
                        items.insert(place, generation);
                    }
                }
            }
        });
    }

    /// One generation.
    #[must_use]
    pub fn get(self, id: &GenerationId) -> Option<Generation> {
        self.items
            .with(|items| items.iter().find(|item| item.id == *id).cloned())
    }

    /// Forgets what belonged to a deleted project.
    pub fn forget_project(self, project: &ProjectId) {
        let gone = self.items.with_untracked(|items| {
            let of_project = items
                .iter()
                .filter(|item| item.project_id.as_ref() == Some(project));
            of_project.map(|item| item.id.clone()).collect::<Vec<_>>()
        });
        gone.iter().for_each(|id| self.hush(id));
        self.items
            .update(|items| items.retain(|item| item.project_id.as_ref() != Some(project)));
    }

    /// Follows what is not finished, if that is not done already. Stops when nothing is left or
    /// nobody looks.
    pub fn follow(self) {
        if self.following.get_value() || self.unfinished().is_empty() {
            return;
        }
        self.following.set_value(true);
        self.look();
    }

    fn unfinished(self) -> Vec<GenerationId> {
        self.items.with_untracked(|items| {
            items
                .iter()
                .filter(|item| !item.status.is_final())
                .map(|item| item.id.clone())
                .collect()
        })
    }

    fn look(self) {
        let ids = self.unfinished();
        if ids.is_empty() || page::is_hidden() {
            self.following.set_value(false);
            return;
        }
        task::spawn(async move {
            let pause = match generation_follow(ids).await {
                Ok(fresh) => {
                    self.merge(fresh);
                    PAUSE_MILLIS
                }
                // Whoever is signed out sees nothing more.
                Err(error) if error.is_signed_out() => {
                    self.following.set_value(false);
                    return;
                }
                Err(_) => PAUSE_AFTER_FAILURE_MILLIS,
            };
            self.now.set(timer::now_millis());
            timer::after(pause, move || self.look());
        });
    }

    /// Cancels a generation where that is still possible.
    pub fn cancel(self, id: GenerationId) {
        task::spawn(async move { self.answered(generation_cancel(id).await) });
    }

    /// Asks the provider again about a generation that ended without its word.
    pub fn look_again(self, id: GenerationId) {
        task::spawn(async move { self.answered(generation_look_again(id).await) });
    }

    fn answered(self, answer: Result<Generation, FnError>) {
        match answer {
            Ok(generation) => {
                self.merge(vec![generation]);
                self.follow();
            }
            Err(error) => self.announcement.set(error.sentence()),
        }
    }
}
