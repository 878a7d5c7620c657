//! PiAPI: music as tasks that are created and then asked for until they end (Udio and ACE-Step).
//! Every task carries an error object; only its status says whether it failed.
//!
//! Neither model has a field for a title, and Udio none for a length: the title is dropped, the
//! length is said in the description, as is the style.

mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Progress, Reply, Step};
use domain::ProviderId;

/// The adapter.
pub struct PiApi;

impl Adapter for PiApi {
    fn provider(&self) -> ProviderId {
        ProviderId::PiApi
    }

    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure> {
        match &progress.task {
            None => request::create(job),
            Some(task) => Ok(request::poll(task.clone())),
        }
    }

    fn read(&self, _: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
        match &progress.task {
            None => response::created(progress, reply),
            Some(task) => response::polled(progress, task, reply),
        }
    }

    fn cancel_call(&self, _: &Job, progress: &Progress) -> Option<Call> {
        progress.task.clone().map(request::cancel)
    }

    fn cancel_read(&self, reply: &Reply) -> bool {
        response::cancelled(reply)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(request::account)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::account(reply))
    }
}

#[cfg(test)]
mod tests;
