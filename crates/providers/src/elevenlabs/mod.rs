//! ElevenLabs: text becomes an MP3 in one call, the billed credits come in a header. An empty
//! account answers 401 here, so a 401 alone never means a wrong key.

mod list;
mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step};
use domain::{ProviderId, listing::Listing};

/// The adapter.
pub struct ElevenLabs;

impl Adapter for ElevenLabs {
    fn provider(&self) -> ProviderId {
        ProviderId::ElevenLabs
    }

    fn call(&self, job: &Job, _: &Progress) -> Result<Call, Failure> {
        request::speech(job)
    }

    fn read(&self, _: &Job, _: &Progress, reply: &Reply) -> Result<Step, Failure> {
        response::speech(reply)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        match stage {
            request::SUBSCRIPTION => Some(request::subscription()),
            request::MODELS => Some(request::models()),
            _ => None,
        }
    }

    fn check_read(&self, stage: u8, reply: &Reply) -> CheckStep {
        if stage == request::SUBSCRIPTION {
            response::subscription(reply)
        } else {
            CheckStep::Done(response::models(reply))
        }
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
        list::read(at, reply)
    }
}

#[cfg(test)]
mod tests;
