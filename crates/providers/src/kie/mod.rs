//! KIE.ai: tasks that are created and then asked for until they end. Video goes through its market
//! API, music through its Suno API. The HTTP status says nothing here; the code in the body does.

mod error;
mod families;
mod request;
mod response;
mod wire;

use crate::{Adapter, Call, CheckStep, Failure, Job, Picture, Progress, Reply, Step};
use bytes::Bytes;
use domain::ProviderId;

/// The adapter.
pub struct Kie;

/// What a job needs next.
enum Stage<'a> {
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
    if let Some(task) = &progress.task {
        return Stage::Poll(task);
    }
    let to_upload = job.pictures.iter().filter_map(|picture| match picture {
        Picture::Bytes { bytes, media_type } => Some((bytes, media_type)),
        Picture::Url(_) => None,
    });
    to_upload.enumerate().nth(progress.uploads.len()).map_or(
        Stage::Create,
        |(index, (bytes, media_type))| Stage::Upload {
            index,
            bytes,
            media_type,
        },
    )
}

impl Adapter for Kie {
    fn provider(&self) -> ProviderId {
        ProviderId::Kie
    }

    fn call(&self, job: &Job, progress: &Progress) -> Result<Call, Failure> {
        match stage(job, progress) {
            Stage::Upload {
                index,
                bytes,
                media_type,
            } => {
                request::check(job)?;
                request::upload(job, index, bytes, media_type)
            }
            Stage::Create => request::create(job, &progress.uploads),
            Stage::Poll(task) => Ok(request::poll(job, task)),
        }
    }

    fn read(&self, job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
        match stage(job, progress) {
            Stage::Upload { .. } => response::uploaded(progress, reply),
            Stage::Create => response::created(job.input.operation(), progress, reply),
            Stage::Poll(task) => response::polled(job.input.operation(), progress, task, reply),
        }
    }

    fn check_call(&self, stage: u8) -> Option<Call> {
        (stage == 0).then(request::credit)
    }

    fn check_read(&self, _: u8, reply: &Reply) -> CheckStep {
        CheckStep::Done(response::credit(reply))
    }
}

#[cfg(test)]
mod tests;
