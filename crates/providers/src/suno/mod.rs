//! Suno, which has no public API of its own: sunoapi.org by key, or a suno-api server that a person
//! runs, for models whose id begins with `suno-api/`. The two never share a secret or an address.

mod hosted;
mod request;
mod response;
pub mod song;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Progress, Reply, Step};
use domain::{ProviderId, provider::SELF_HOSTED_SUNO};
use url::Url;

/// The adapter.
pub struct Suno;

/// The model as a server of one's own names it; `None` for models of sunoapi.org.
fn hosted_model(job: &Job) -> Option<&str> {
    job.model.strip_prefix(SELF_HOSTED_SUNO)
}

impl Adapter for Suno {
    fn provider(&self) -> ProviderId {
        ProviderId::Suno
    }

    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure> {
        match (hosted_model(job), &progress.task) {
            (Some(model), None) => hosted::generate(job, model),
            (Some(_), Some(ids)) => hosted::poll(job, ids),
            (None, None) => request::create(job),
            (None, Some(task)) => Ok(request::poll(task)),
        }
    }

    fn read(&self, job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
        match (hosted_model(job), &progress.task) {
            (Some(_), None) => hosted::generated(progress, reply),
            (Some(_), Some(ids)) => hosted::polled(progress, ids, reply),
            (None, None) => response::created(progress, reply),
            (None, Some(task)) => response::polled(progress, task, reply),
        }
    }

    fn check_call(&self, stage: u8, endpoint: Option<&Url>) -> Option<Call> {
        (stage == 0).then(|| endpoint.map_or_else(request::credit, hosted::limit))
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        let findings = hosted::limit_read(reply).unwrap_or_else(|| response::credit(reply));
        CheckStep::Done(findings)
    }
}

#[cfg(test)]
mod tests;
