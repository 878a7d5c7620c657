//! KIE's tasks, whichever of its three APIs they are made by: created, asked for, ended. What a
//! poll may still turn into is decided by how often was polled, never by a clock.

use super::{
    error::{Asked, open},
    market, suno, upload, veo,
    wire::{CreateTask, Created, MarketTask},
};
use crate::adapter::Media;
use crate::{
    Auth, Call, Failure, Host, Job, Produced, Progress, Purpose, Reply, Step, decimal,
    json::{Raw, part},
    pace,
};
use domain::{ProviderFault, input::GenerationInput, money::MICRO_USD_PER_CREDIT, pricing::Usage};
use serde::Serialize;
use std::{borrow::Cow, time::Duration};

/// Which of KIE's APIs a task belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The market, for clips, pictures and voices.
    Market,
    /// Suno, for music.
    Suno,
    /// Veo, for Google's clips.
    Veo,
}

impl Family {
    /// The API that makes this job.
    pub fn of(job: &Job) -> Self {
        match &job.input {
            GenerationInput::Music(_) => Self::Suno,
            GenerationInput::Video(_) if veo::is_model(&job.model) => Self::Veo,
            _ => Self::Market,
        }
    }

    fn wait(self, polls: u32) -> Duration {
        match self {
            Self::Market => pace::market(polls),
            Self::Suno => pace::suno(polls),
            Self::Veo => veo::WAIT,
        }
    }
}

/// Whether the job can be said at all, asked before its pictures are uploaded.
pub fn check(job: &Job) -> Result<(), Failure> {
    let placeholders = vec![String::new(); job.pictures.len()];
    create(job, &placeholders).map(|_| ())
}

/// The paid call. `uploads` are the addresses of the uploaded pictures, in their order.
pub fn create(job: &Job, uploads: &[String]) -> Result<Call, Failure> {
    let addresses = upload::addresses(job, uploads);
    match (Family::of(job), &job.input) {
        (Family::Suno, GenerationInput::Music(input)) => {
            post(&["api", "v1", "generate"], &suno::body(&job.model, input)?)
        }
        (Family::Veo, GenerationInput::Video(input)) => {
            let body = veo::body(&job.model, input, &addresses)?;
            post(&["api", "v1", "veo", "generate"], &body)
        }
        _ => {
            let (model, input) = market::input(job, &addresses)?;
            post(
                &["api", "v1", "jobs", "createTask"],
                &CreateTask { model, input },
            )
        }
    }
}

fn post<T: Serialize>(path: &[&'static str], body: &T) -> Result<Call, Failure> {
    let path = path.iter().map(|segment| Cow::Borrowed(*segment)).collect();
    Call::post(Purpose::Submit, Host::Kie, Auth::Bearer, path, body)
}

/// The question how a task is doing.
pub fn poll(job: &Job, task: &str) -> Call {
    let path: &[&'static str] = match Family::of(job) {
        Family::Market => &["api", "v1", "jobs", "recordInfo"],
        Family::Suno => &["api", "v1", "generate", "record-info"],
        Family::Veo => &["api", "v1", "veo", "record-info"],
    };
    Call::get(Purpose::Poll, Host::Kie, Auth::Bearer, path).with_query("taskId", task)
}

/// Reads the creation of a task.
pub fn created(job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let envelope = open(reply, Asked::Create)?;
    let task = part::<Created>(&envelope.data)
        .and_then(|created| created.task_id)
        .filter(|task| (1..=100).contains(&task.len()));
    let Some(task) = task else {
        let failure = Failure::told(ProviderFault::Upstream, reply, "a task without an id");
        return Err(failure.lasting().uncertain());
    };
    let progress = Progress {
        task: Some(task),
        polls: 0,
        ..progress.clone()
    };
    Ok(Step::Wait {
        after: Family::of(job).wait(0),
        progress,
    })
}

/// Reads a poll.
pub fn polled(job: &Job, progress: &Progress, task: &str, reply: &Reply) -> Result<Step, Failure> {
    let family = Family::of(job);
    let next = progress.polled();
    let after = family.wait(next.polls);
    match outcome(family, job, task, reply) {
        Ok(Some(produced)) => Ok(Step::Done(Box::new(produced))),
        Ok(None) => Ok(Step::Wait {
            progress: next,
            after,
        }),
        Err(failure) => {
            let is_early = pace::is_early(reply, progress.polls, |polls| family.wait(polls));
            Err(if failure.transient || is_early {
                failure.poll_again(after)
            } else {
                failure
            })
        }
    }
}

fn outcome(
    family: Family,
    job: &Job,
    task: &str,
    reply: &Reply,
) -> Result<Option<Produced>, Failure> {
    let data = open(reply, Asked::Poll)?.data;
    let none = || Failure::told(ProviderFault::Upstream, reply, "no record of the task");
    match family {
        Family::Market => {
            let record = part::<MarketTask>(&data).ok_or_else(none)?;
            market::finished(job.input.operation(), reply, record, task)
        }
        Family::Suno => suno::finished(reply, part(&data).ok_or_else(none)?, task),
        Family::Veo => veo::finished(reply, part(&data).ok_or_else(none)?, task),
    }
}

/// The files of a task that succeeded, with what was charged.
///
/// # Errors
/// A success without a file.
pub fn produced(
    reply: &Reply,
    urls: Vec<String>,
    credits: &Raw,
    task: &str,
) -> Result<Produced, Failure> {
    if urls.is_empty() {
        return Err(
            Failure::told(ProviderFault::Upstream, reply, "success without a result").lasting(),
        );
    }
    let cost = credits
        .as_ref()
        .and_then(|credits| decimal::micros(credits, MICRO_USD_PER_CREDIT.unsigned_abs()));
    Ok(Produced {
        text: None,
        media: urls.into_iter().map(Media::Url).collect(),
        usage: Usage {
            cost,
            ..Usage::default()
        },
        request_id: Some(task.to_owned()),
    })
}
