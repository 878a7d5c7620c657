//! OpenRouter: one chat call for many text models, whole or streamed, with the cost in the answer.
//! Errors also come with status 200, at the top, inside a choice or in the middle of a stream;
//! nothing here trusts the status alone.

mod list;
mod request;
mod response;
mod stream;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step, sse::Event};
use domain::{ProviderId, listing::Listing};

/// The adapter.
pub struct OpenRouter;

impl Adapter for OpenRouter {
    fn provider(&self) -> ProviderId {
        ProviderId::OpenRouter
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::chat(job)
    }

    fn read(&self, job: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::chat(job, reply)
    }

    fn delta(&self, _: &Job, event: &Event) -> Option<String> {
        stream::delta(event)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(request::key)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::key(reply))
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
