//! A batch: the plan being made, a few items at a time. What it does next follows from how far its
//! items are and from nothing else, so that it goes on after a restart where it was.

use super::{Consent, ItemState};
use crate::{ApiError, BatchId, PlannedItemId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// It starts one item after the other.
    Running,
    /// It starts nothing for now; what was started goes on.
    Paused,
    /// It starts nothing more.
    Cancelled,
    /// All its items have come to their ends.
    Done,
}

impl BatchState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Cancelled, Self::Done];

    /// The id that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }

    /// The state with this id, or `None`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == id)
    }

    /// Whether it may still start something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// An item as its batch looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub id: PlannedItemId,
    /// How far it is.
    pub state: ItemState,
    /// Whether it is one of the batch's; others only matter for their pictures.
    pub is_mine: bool,
    /// The items whose pictures it needs.
    pub needs: Vec<PlannedItemId>,
}

/// What a batch does next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    /// The items to start now, in their order.
    pub start: Vec<PlannedItemId>,
    /// The items that cannot be started, as a picture that they need will not be made.
    pub lost: Vec<PlannedItemId>,
    /// Whether nothing is left to wait for.
    pub is_done: bool,
}

/// What a batch does next, with at most so many being made at a time.
#[must_use]
pub fn feed(items: &[Standing], at_a_time: usize) -> Feed {
    let state_of = |id: &PlannedItemId| items.iter().find(|item| item.id == *id);
    let mut next = Feed::default();
    let running = |item: &&Standing| item.is_mine && item.state == ItemState::Running;
    let mut free = at_a_time.saturating_sub(items.iter().filter(running).count());
    let mut is_waiting = false;
    for item in items.iter().filter(|item| item.is_mine) {
        match item.state {
            ItemState::Waiting => {}
            ItemState::Running => {
                is_waiting = true;
                continue;
            }
            _ => continue,
        }
        // What is lost in this look is lost to those that need it as well.
        let will_come = |needed: &PlannedItemId| match state_of(needed) {
            None => false,
            Some(_) if next.lost.contains(needed) => false,
            Some(needed) => match needed.state {
                ItemState::Done | ItemState::Running => true,
                ItemState::Waiting => needed.is_mine,
                _ => false,
            },
        };
        if !item.needs.iter().all(will_come) {
            next.lost.push(item.id.clone());
            continue;
        }
        is_waiting = true;
        let is_there = |needed: &PlannedItemId| {
            state_of(needed).is_some_and(|needed| needed.state == ItemState::Done)
        };
        if free > 0 && item.needs.iter().all(is_there) {
            free -= 1;
            next.start.push(item.id.clone());
        }
    }
    next.is_done = !is_waiting;
    next
}

/// How many items of a batch are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BatchCounts))]
pub struct Counts {
    /// All of them.
    pub items: usize,
    /// Not yet started.
    pub waiting: usize,
    /// Being made.
    pub running: usize,
    /// Made.
    pub done: usize,
    /// Those that did not work.
    pub failed: usize,
    /// Cancelled.
    pub cancelled: usize,
    /// Those whose answer was lost.
    pub unknown: usize,
}

impl Counts {
    /// Counts the items of a batch.
    #[must_use]
    pub fn of(states: impl IntoIterator<Item = ItemState>) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.items += 1;
            match state {
                ItemState::Planned | ItemState::Waiting => counts.waiting += 1,
                ItemState::Running => counts.running += 1,
                ItemState::Done => counts.done += 1,
                ItemState::Failed => counts.failed += 1,
                ItemState::Cancelled => counts.cancelled += 1,
                ItemState::Unknown => counts.unknown += 1,
            }
        }
        counts
    }

    /// How many have come to their ends.
    #[must_use]
    pub const fn ended(&self) -> usize {
        self.items - self.waiting - self.running
    }

    /// How many did not work, or nobody knows.
    #[must_use]
    pub const fn troubled(&self) -> usize {
        self.failed + self.unknown
    }
}

/// A batch as the people of its project see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Batch))]
pub struct BatchView {
    /// Its id.
    pub id: BatchId,
    /// How far it is.
    pub state: BatchState,
    /// Who started it, and whose keys and name it uses.
    pub started_by: UserId,
    /// Whether it pauses at the first item that does not work.
    pub stop_on_error: bool,
    /// What was agreed to.
    pub agreed: Consent,
    /// Why it is paused, where nobody asked for it.
    pub reason: Option<ApiError>,
    /// How far its items are.
    pub counts: Counts,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
}
