//! Google Gemini: text, pictures and speech by one call, `generateContent`, text also as a stream.
//! Refusals come with status 200, a wrong key with 400; results come as base64 inside JSON. The
//! picture models have a key slot of their own, Nano Banana, with the same protocol.

mod error;
mod list;
mod request;
mod response;
mod stream;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step, sse::Event};
use domain::{Operation, ProviderId, listing::Listing};

/// The adapter, under either of its key slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gemini {
    /// Everything but clips and music.
    General,
    /// Pictures only.
    NanoBanana,
}

impl Adapter for Gemini {
    fn provider(&self) -> ProviderId {
        match self {
            Self::General => ProviderId::Gemini,
            Self::NanoBanana => ProviderId::NanoBanana,
        }
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::generate(*self, job)
    }

    fn read(&self, job: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::generated(job, reply)
    }

    fn delta(&self, job: &Job, event: &Event) -> Option<String> {
        (job.input.operation() == Operation::Llm)
            .then(|| stream::delta(event))
            .flatten()
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(request::models)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::models(self.provider(), reply))
    }

    fn list_call(&self, at: &ListPage) -> Option<Call> {
        list::call(at)
    }

    fn list_read(
        &self,
        at: &ListPage,
        reply: &Reply,
        _: &str,
    ) -> Result<(Listing, Option<ListPage>), Failure> {
        list::read(*self, at, reply)
    }
}

#[cfg(test)]
mod tests;
