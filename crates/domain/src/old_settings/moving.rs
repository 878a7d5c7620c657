//! The move of what was found in the browser, item by item: sent, answered, looked for in the
//! account, and only then taken out of the browser. It decides; whoever drives it sends and writes.
//! Whatever is lost on the way, an item is in the browser or in the account.

use super::{Adopted, Item, Plan, Removal, plan, removal};
use crate::settings::SettingsView;

/// How far an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing has been done with it.
    Waiting,
    /// It is to be sent.
    Queued,
    /// It was sent.
    Sent,
    /// The account says that it holds it, which is still to be seen.
    Answered {
        /// Whether it did before.
        before: bool,
    },
    /// It is in the account and no longer in the browser.
    Moved {
        /// Whether it was in the account before.
        before: bool,
    },
    /// The account holds something else, so it stays in the browser.
    Kept,
    /// It is in the browser and perhaps in the account too.
    Failed(String),
    /// It is no longer in the browser.
    Gone,
}

/// One item and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The item. Once it has left the browser, its value is empty.
    pub item: Item,
    /// How far it is.
    pub state: State,
}

/// The move of all items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moving(Vec<Line>);

impl Moving {
    /// A move of which nothing has been done.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let line = |item: &Item| Line {
            item: item.clone(),
            state: State::Waiting,
        };
        Self(plan.items.iter().map(line).collect())
    }

    /// The items in their order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.0
    }

    /// Whether something is on its way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.any(|state| matches!(state, State::Queued | State::Sent | State::Answered { .. }))
    }

    /// Whether nothing was done yet with any item.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.0.iter().all(|line| line.state == State::Waiting)
    }

    /// Whether the account has to be looked at.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        self.any(|state| matches!(state, State::Answered { .. }))
    }

    fn any(&self, is: impl Fn(&State) -> bool) -> bool {
        self.0.iter().any(|line| is(&line.state))
    }

    /// The person agreed: all that waits is to be sent.
    pub fn start(&mut self) {
        self.turn(|state| matches!(state, State::Waiting), State::Queued);
    }

    /// The person does not want any more: what was not sent waits again.
    pub fn stop(&mut self) {
        self.turn(|state| matches!(state, State::Queued), State::Waiting);
    }

    fn turn(&mut self, from: impl Fn(&State) -> bool, to: State) {
        for line in &mut self.0 {
            if from(&line.state) {
                line.state = to.clone();
            }
        }
    }

    /// Tries a failed item once more.
    pub fn retry(&mut self, id: &str) {
        self.set(id, |line| {
            if matches!(line.state, State::Failed(_)) {
                line.state = State::Queued;
            }
        });
    }

    fn set(&mut self, id: &str, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.0.iter_mut().find(|line| line.item.id == id) {
            change(line);
        }
    }

    /// The next item to send. `text` says what stands under a name of the browser's storage now:
    /// what is no longer there, or not as it was shown, is not sent.
    pub fn next(&mut self, text: impl Fn(&str) -> Option<String>) -> Option<Item> {
        for line in &mut self.0 {
            if line.state == State::Queued && line.stands(text(line.item.name()).as_deref()) {
                line.state = State::Sent;
                return Some(line.item.clone());
            }
        }
        None
    }

    /// What was answered to an item, or why there was no answer.
    pub fn answered(&mut self, id: &str, answer: Result<Adopted, String>) {
        self.set(id, |line| {
            line.state = match answer {
                Ok(Adopted::Stored) => State::Answered { before: false },
                Ok(Adopted::Same) => State::Answered { before: true },
                Ok(Adopted::KeptExisting) => State::Kept,
                Ok(Adopted::Invalid { detail }) | Err(detail) => State::Failed(detail),
            };
        });
    }

    /// How the account looks after the answers, or why that is not known. What comes back is seen
    /// there and may be removed from the browser.
    pub fn seen(&mut self, account: Result<&SettingsView, String>) -> Vec<&'static str> {
        let mut removable = Vec::new();
        for line in &mut self.0 {
            if !matches!(line.state, State::Answered { .. }) {
                continue;
            }
            match &account {
                Ok(view) if line.item.is_in(view) => removable.push(line.item.id),
                Ok(_) => {
                    line.state = State::Failed(
                        "Your account does not show it yet. It stays in this browser.".to_owned(),
                    );
                }
                Err(why) => line.state = State::Failed(why.clone()),
            }
        }
        removable
    }

    /// How to take an item out of the browser that was seen in the account, or that the person
    /// wants to have gone from here, given what stands under its name now.
    pub fn remove(&mut self, id: &str, text: Option<&str>) -> Option<Removal> {
        let line = self.0.iter_mut().find(|line| line.item.id == id)?;
        let may = matches!(line.state, State::Answered { .. } | State::Kept);
        if may && line.stands(text) {
            removal(&line.item, text?)
        } else {
            None
        }
    }

    /// Whether the browser has done what [`Self::remove`] said.
    pub fn removed(&mut self, id: &str, done: bool) {
        self.set(id, |line| {
            line.state = match line.state {
                _ if !done => State::Failed(
                    "This browser did not let go of it. Try again, or clear this site's data in the browser's settings.".to_owned(),
                ),
                State::Answered { before } => State::Moved { before },
                _ => State::Gone,
            };
            if done {
                line.item.value.clear();
            }
        });
    }
}

impl Line {
    /// Whether the item still stands in the browser as it was shown. If not, the line says so.
    fn stands(&mut self, text: Option<&str>) -> bool {
        let found = text.map(|text| plan(&[(self.item.name(), text.to_owned())]));
        let now = found.and_then(|plan| plan.items.into_iter().find(|now| now.id == self.item.id));
        match now {
            Some(now) if now == self.item => return true,
            Some(now) => {
                self.item = now;
                self.state = State::Failed(
                    "It has changed in this browser meanwhile. Look at it again, then retry."
                        .to_owned(),
                );
            }
            None => {
                self.state = match self.state {
                    State::Answered { before } => State::Moved { before },
                    _ => State::Gone,
                };
                self.item.value.clear();
            }
        }
        false
    }
}
