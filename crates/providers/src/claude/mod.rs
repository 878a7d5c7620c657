//! Claude over Anthropic's Messages API, version 2026-10-21: text, whole or streamed. Thinking is
//! never part of the text, but it is paid for and counts towards `max_tokens`, so more is sent than
//! the person allows for the answer. Sampling parameters are never sent: this version refuses them.

mod error;
mod list;
mod request;
mod response;
mod stream;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step, sse::Event};
use domain::{ProviderId, listing::Listing};

/// The adapter.
pub struct Claude;

impl Adapter for Claude {
    fn provider(&self) -> ProviderId {
        ProviderId::Claude
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::message(job)
    }

    fn read(&self, job: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::message(job, reply)
    }

    fn delta(&self, _: &Job, event: &Event) -> Option<String> {
        stream::delta(event)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(|| request::models("1"))
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(list::key(reply))
    }

    fn list_call(&self, at: &ListPage) -> Option<Call> {
        list::call(at)
    }

    fn list_read(
        &self,
        at: &ListPage,
        reply: &Reply,
        today: &str,
    ) -> Result<(Listing, Option<ListPage>), Failure> {
        list::read(at, reply, today)
    }
}

#[cfg(test)]
mod tests;
