//! Deployments that a person runs at Modal: the job's endpoint is the whole address, the model id
//! says which payload it speaks, and a long exchange goes on at the address that a 303 names. No
//! call ever leaves the endpoint's origin, for the proxy token goes along with each.
//!
//! What a payload has no field for: the style of music stands behind its description, a JSON schema
//! behind the system prompt; titles without a field, the style of speech and sound in clips are
//! dropped. Words to sing and pictures are never dropped: such a job is refused.

mod bodies;
mod later;
mod media;
mod request;
mod response;
mod text;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Progress, Reply, Step, sse::Event};
use domain::ProviderId;
use url::Url;

/// The adapter of both Modal providers.
pub struct Modal(ProviderId);

impl Modal {
    /// Text, pictures, clips, speech and music.
    pub const GENERATE: Self = Self(ProviderId::Modal);
    /// Pictures from pictures.
    pub const EDIT: Self = Self(ProviderId::ModalEdit);
}

impl Adapter for Modal {
    fn provider(&self) -> ProviderId {
        self.0
    }

    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure> {
        match &progress.task {
            None => request::submit(self.0, job),
            Some(address) => request::poll(job, address),
        }
    }

    fn read(&self, job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::answered(job, progress, reply)
    }

    fn delta(&self, job: &Job, event: &Event) -> Option<String> {
        job.streams().then(|| text::delta(event)).flatten()
    }

    fn check_call(&self, stage: u8, endpoint: Option<&Url>) -> Option<Call> {
        endpoint
            .filter(|_| stage == 0)
            .map(|endpoint| request::probe(endpoint.clone()))
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::probed(self.0, reply))
    }
}

#[cfg(test)]
mod tests;
