//! OpenAI: text becomes an MP3 in one call, as a stream of events where the model tells its tokens
//! that way. No field takes a language or a seed, so neither is sent; only the models after `tts-1`
//! take a style. A used-up account answers 429 here, so a 429 alone never means "later".

mod error;
mod list;
mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step};
use domain::{ProviderId, listing::Listing};

/// The adapter.
pub struct OpenAi;

impl Adapter for OpenAi {
    fn provider(&self) -> ProviderId {
        ProviderId::OpenAi
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::speech(job)
    }

    fn read(&self, _: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::speech(reply)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(request::models)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(list::key(reply))
    }

    fn list_call(&self, at: &ListPage) -> Option<Call> {
        (*at == ListPage::default()).then(request::models)
    }

    fn list_read(
        &self,
        _: &ListPage,
        reply: &Reply,
        _: &str,
    ) -> Result<(Listing, Option<ListPage>), Failure> {
        list::read(reply).map(|listing| (listing, None))
    }
}

#[cfg(test)]
mod tests;
