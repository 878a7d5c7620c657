//! The tasks that were created and how far each is. A task belongs to the key that created it. The
//! store is bounded: the oldest task is forgotten when there are too many.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ids;
use crate::keys::KeyDigest;
use crate::shared::lock;
use crate::trigger::Trigger;

const MOST_TASKS: usize = 5_000;

/// Which API created a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Market,
    Suno,
    Veo,
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Fail,
    Blocked,
    Malformed,
    Empty,
}

impl Outcome {
    /// The end that a trigger in the prompt asks for.
    pub(super) fn of(trigger: Option<Trigger>) -> Self {
        match trigger {
            Some(Trigger::Fail) => Self::Fail,
            Some(Trigger::Blocked | Trigger::OutputBlocked) => Self::Blocked,
            Some(Trigger::Malformed) => Self::Malformed,
            Some(Trigger::Empty) => Self::Empty,
            _ => Self::Success,
        }
    }
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Generating,
    /// With the time of completion in milliseconds since 1970.
    Done(u64),
}

/// What is known of a task.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) family: Family,
    pub(super) owner: KeyDigest,
    pub(super) model: String,
    /// The request, as the record repeats it.
    pub(super) param: String,
    /// What the prompt or text was.
    pub(super) prompt: String,
    pub(super) outcome: Outcome,
    /// Paths of the results, on this server.
    pub(super) outputs: Vec<String>,
    /// A result that is no file.
    pub(super) object: Option<Value>,
    pub(super) credits: Option<f64>,
}

/// A task as a poll finds it.
pub(super) struct Record {
    pub(super) task: Task,
    pub(super) created_ms: u64,
    pub(super) stage: Stage,
    /// How often it was polled, with this time.
    pub(super) polls: u32,
}

struct Slot {
    task: Task,
    created: Instant,
    created_ms: u64,
    polls: u32,
    completed_ms: Option<u64>,
}

/// The tasks of all keys.
pub(crate) struct Tasks {
    done_at_poll: u32,
    done_after: Duration,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_id: HashMap<String, Slot>,
    order: VecDeque<String>,
}

impl Tasks {
    /// Tasks that are done at this poll or at this age, whichever comes first.
    pub(crate) fn new(done_at_poll: u32, done_after: Duration) -> Self {
        Self {
            done_at_poll,
            done_after,
            slots: Mutex::default(),
        }
    }

    /// Keeps a new task under `id`.
    pub(super) fn add(&self, id: String, task: Task) {
        let mut slots = lock(&self.slots);
        if slots.order.len() == MOST_TASKS
            && let Some(oldest) = slots.order.pop_front()
        {
            slots.by_id.remove(&oldest);
        }
        slots.order.push_back(id.clone());
        slots.by_id.insert(
            id,
            Slot {
                task,
                created: Instant::now(),
                created_ms: ids::unix_millis(),
                polls: 0,
                completed_ms: None,
            },
        );
    }

    /// The task with this id, counted as polled once; none for other families and owners.
    pub(super) fn poll(&self, family: Family, owner: KeyDigest, id: &str) -> Option<Record> {
        let mut slots = lock(&self.slots);
        let slot = slots
            .by_id
            .get_mut(id)
            .filter(|slot| slot.task.family == family && slot.task.owner == owner)?;
        slot.polls = slot.polls.saturating_add(1);
        if slot.polls >= self.done_at_poll || slot.created.elapsed() >= self.done_after {
            slot.completed_ms.get_or_insert_with(ids::unix_millis);
        }
        let stage = match (slot.completed_ms, slot.polls) {
            (Some(completed), _) => Stage::Done(completed),
            (None, 1) => Stage::Waiting,
            (None, _) => Stage::Generating,
        };
        Some(Record {
            task: slot.task.clone(),
            created_ms: slot.created_ms,
            stage,
            polls: slot.polls,
        })
    }
}
