//! Google Gemini: text, pictures and speech by one call, `generateContent`. Refusals come with
//! status 200, a wrong key with 400; results come as base64 inside JSON.

mod error;
mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Progress, Reply, Step};
use domain::ProviderId;

/// The adapter.
pub struct Gemini;

impl Adapter for Gemini {
    fn provider(&self) -> ProviderId {
        ProviderId::Gemini
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::generate(job)
    }

    fn read(&self, job: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::generated(job.input.operation(), reply)
    }

    fn check_call(&self, stage: u8) -> Option<Call> {
        (stage == 0).then(request::models)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::models(reply))
    }
}

#[cfg(test)]
mod tests;
