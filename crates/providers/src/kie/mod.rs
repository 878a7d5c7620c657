//! KIE.ai: clips, pictures and voices of many makers through its market, Veo and music through APIs
//! of their own, all as tasks that are created and then asked for; text at once. The HTTP status
//! says nothing here; the code in the body does.

mod chat;
mod credit;
mod error;
mod market;
mod prices;
mod suno;
mod task;
mod upload;
mod veo;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, ListPage, Progress, Reply, Step, sse::Event};
use bytes::Bytes;
use chat::Form;
use domain::{Operation, ProviderFault, ProviderId, listing::Listing};

/// The adapter.
pub struct Kie;

/// What a job needs next.
enum Stage<'a> {
    /// The text.
    Text,
    /// A picture that is not at KIE yet.
    Upload {
        index: usize,
        bytes: &'a Bytes,
        media_type: &'a str,
    },
    /// The paid request.
    Create,
    /// The question how it is doing.
    Poll(&'a str),
}

fn stage<'a>(job: &'a Job, progress: &'a Progress) -> Stage<'a> {
    if job.input.operation() == Operation::Llm {
        return Stage::Text;
    }
    if let Some(task) = &progress.task {
        return Stage::Poll(task);
    }
    upload::needed(job)
        .enumerate()
        .nth(progress.uploads.len())
        .map_or(Stage::Create, |(index, (bytes, media_type))| {
            Stage::Upload {
                index,
                bytes,
                media_type,
            }
        })
}

impl Adapter for Kie {
    fn provider(&self) -> ProviderId {
        ProviderId::Kie
    }

    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure> {
        match stage(job, progress) {
            Stage::Text => chat::call(job),
            Stage::Upload {
                index,
                bytes,
                media_type,
            } => {
                task::check(job)?;
                upload::call(job, index, bytes, media_type)
            }
            Stage::Create => task::create(job, &progress.uploads),
            Stage::Poll(task) => Ok(task::poll(job, task)),
        }
    }

    fn read(&self, job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
        match stage(job, progress) {
            Stage::Text => match Form::of(&job.model) {
                Some(form) => chat::read(form, job, reply),
                None => Err(Failure::ours(
                    ProviderFault::ModelGone,
                    "KIE has no such text model",
                )),
            },
            Stage::Upload { .. } => upload::read(progress, reply),
            Stage::Create => task::created(job, progress, reply),
            Stage::Poll(task) => task::polled(job, progress, task, reply),
        }
    }

    fn delta(&self, job: &Job, event: &Event) -> Option<String> {
        chat::delta(Form::of(&job.model)?, event)
    }

    fn check_call(&self, stage: u8, _: Option<&url::Url>) -> Option<Call> {
        (stage == 0).then(credit::call)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(credit::read(reply))
    }

    fn list_call(&self, at: &ListPage) -> Option<Call> {
        prices::call(at)
    }

    fn list_read(
        &self,
        at: &ListPage,
        reply: &Reply,
        today: &str,
    ) -> Result<(Listing, Option<ListPage>), Failure> {
        prices::read(at, reply, today)
    }
}

#[cfg(test)]
mod tests;
