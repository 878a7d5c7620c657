//! The tasks that providers were asked for and how far each is. A task belongs to the key that
//! created it. The store is bounded: the oldest task is forgotten when there are too many. It must
//! not know what a task looks like on any wire.

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
pub(crate) enum Family {
    KieMarket,
    KieSuno,
    KieVeo,
    PiApi,
    /// One song of a self-hosted Suno.
    SelfHostedSuno,
    SunoApi,
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Fail,
    Blocked,
    Malformed,
    Empty,
}

impl Outcome {
    /// The end that a trigger in the prompt asks for.
    pub(crate) fn of(trigger: Option<Trigger>) -> Self {
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
pub(crate) enum Stage {
    Waiting,
    Generating,
    /// With the time of completion in milliseconds since 1970.
    Done(u64),
}

/// What is known of a task.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) family: Family,
    pub(crate) owner: KeyDigest,
    pub(crate) model: String,
    /// The request, as the record repeats it.
    pub(crate) param: String,
    /// What the prompt or text was.
    pub(crate) prompt: String,
    pub(crate) outcome: Outcome,
    /// Paths of the results, on this server.
    pub(crate) outputs: Vec<String>,
    /// A result that is no file.
    pub(crate) object: Option<Value>,
    pub(crate) credits: Option<f64>,
}

impl Task {
    /// The results as absolute URLs.
    pub(crate) fn urls(&self, origin: &str) -> Vec<String> {
        self.outputs
            .iter()
            .map(|path| format!("{origin}{path}"))
            .collect()
    }
}

/// A task as a poll finds it.
pub(crate) struct Record {
    pub(crate) task: Task,
    pub(crate) created_ms: u64,
    pub(crate) stage: Stage,
    /// How often it was polled, with this time.
    pub(crate) polls: u32,
    /// It was ended before it began; its outcome does not count.
    pub(crate) cancelled: bool,
}

struct Slot {
    task: Task,
    created: Instant,
    created_ms: u64,
    polls: u32,
    completed_ms: Option<u64>,
    cancelled: bool,
}

impl Slot {
    fn is_due(&self, polls: u32, age: Duration) -> bool {
        self.polls >= polls || self.created.elapsed() >= age
    }

    fn record(&self) -> Record {
        let stage = match (self.completed_ms, self.polls) {
            (Some(completed), _) => Stage::Done(completed),
            (None, 0 | 1) => Stage::Waiting,
            (None, _) => Stage::Generating,
        };
        Record {
            task: self.task.clone(),
            created_ms: self.created_ms,
            stage,
            polls: self.polls,
            cancelled: self.cancelled,
        }
    }
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

    /// Keeps a new task under `id` and tells how it stands before any poll.
    pub(crate) fn add(&self, id: String, task: Task) -> Record {
        let mut slots = lock(&self.slots);
        if slots.order.len() == MOST_TASKS
            && let Some(oldest) = slots.order.pop_front()
        {
            slots.by_id.remove(&oldest);
        }
        let slot = Slot {
            task,
            created: Instant::now(),
            created_ms: ids::unix_millis(),
            polls: 0,
            completed_ms: None,
            cancelled: false,
        };
        let record = slot.record();
        slots.order.push_back(id.clone());
        slots.by_id.insert(id, slot);
        record
    }

    /// The task with this id, counted as polled once; none for other families and owners.
    pub(crate) fn poll(&self, family: Family, owner: KeyDigest, id: &str) -> Option<Record> {
        let mut slots = lock(&self.slots);
        let slot = slots
            .by_id
            .get_mut(id)
            .filter(|slot| slot.task.family == family && slot.task.owner == owner)?;
        slot.polls = slot.polls.saturating_add(1);
        if slot.is_due(self.done_at_poll, self.done_after) {
            slot.completed_ms.get_or_insert_with(ids::unix_millis);
        }
        Some(slot.record())
    }

    /// Finishes the task with this id at once.
    pub(crate) fn finish(&self, id: &str) {
        if let Some(slot) = lock(&self.slots).by_id.get_mut(id) {
            slot.completed_ms.get_or_insert_with(ids::unix_millis);
        }
    }

    /// Ends a task that still waits; `Err` with the task as it stands when it has begun, none for
    /// other families and owners.
    pub(crate) fn cancel(
        &self,
        family: Family,
        owner: KeyDigest,
        id: &str,
    ) -> Option<Result<Record, Record>> {
        let mut slots = lock(&self.slots);
        let slot = slots
            .by_id
            .get_mut(id)
            .filter(|slot| slot.task.family == family && slot.task.owner == owner)?;
        if slot.record().stage != Stage::Waiting {
            return Some(Err(slot.record()));
        }
        slot.cancelled = true;
        slot.completed_ms = Some(ids::unix_millis());
        Some(Ok(slot.record()))
    }
}
