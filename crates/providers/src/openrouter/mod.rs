//! OpenRouter: one chat call for many text models, with the cost in the answer. Errors also come
//! with status 200, at the top or inside a choice; nothing here trusts the status alone.

mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Progress, Reply, Step};
use domain::ProviderId;

/// The adapter.
pub struct OpenRouter;

impl Adapter for OpenRouter {
    fn provider(&self) -> ProviderId {
        ProviderId::OpenRouter
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::chat(job)
    }

    fn read(&self, _: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::chat(reply)
    }

    fn check_call(&self, stage: u8) -> Option<Call> {
        (stage == 0).then(request::key)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::key(reply))
    }
}

#[cfg(test)]
mod tests;
