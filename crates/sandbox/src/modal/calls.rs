//! Calls that are still running: Modal answers 303 with the same URL and the id of the call, and
//! again when that is loaded, until there is a result, which can be loaded any number of times (Modal
//! guide, request timeouts). Bounded: the oldest call is forgotten when there are too many.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::shared::lock;

use super::endpoint::Work;

/// The name of the query parameter that holds the id.
pub(super) const PARAMETER: &str = "__modal_function_call_id";

const MOST_CALLS: usize = 500;
/// How often loading a call's URL leads to that URL again.
const MORE_REDIRECTS: u32 = 1;

/// The calls of one sandbox.
#[derive(Default)]
pub(crate) struct Calls(Mutex<VecDeque<Call>>);

struct Call {
    id: String,
    path: String,
    redirects: u32,
    work: Work,
}

/// How a call stands.
pub(super) enum Progress {
    Running,
    Done(Work),
}

impl Calls {
    /// Keeps a call that was made at `path`.
    pub(super) fn add(&self, id: String, path: String, work: Work) {
        let mut calls = lock(&self.0);
        if calls.len() == MOST_CALLS {
            calls.pop_front();
        }
        calls.push_back(Call {
            id,
            path,
            redirects: MORE_REDIRECTS,
            work,
        });
    }

    /// The call with this id, counted as loaded once; none for another path.
    pub(super) fn load(&self, id: &str, path: &str) -> Option<Progress> {
        let mut calls = lock(&self.0);
        let call = calls
            .iter_mut()
            .find(|call| call.id == id && call.path == path)?;
        if call.redirects > 0 {
            call.redirects -= 1;
            return Some(Progress::Running);
        }
        Some(Progress::Done(call.work.clone()))
    }
}
