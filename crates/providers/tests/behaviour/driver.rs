//! Takes a job through its adapter as the server's dispatch does, without its pauses: call, send,
//! read, until it is there or failed. Notes what was sent and how much was read.

use providers::{
    Adapter, Failure, Job, Produced, Progress, Purpose, SecretString, SendError, Step, retry, sse,
};
use serde_json::Value;
use std::time::Duration;

use crate::stage::Stage;

/// The most calls of one job; more would be a job that never ends.
const MOST_CALLS: usize = 40;

/// How a job ended.
#[derive(Debug)]
pub enum End {
    /// It is there.
    Produced(Box<Produced>),
    /// The provider's answer to this call says that it failed.
    Told(Purpose, Failure),
    /// A call was certainly not sent.
    NotSent(Failure),
    /// Nobody knows what became of a call.
    Ambiguous(Purpose, Failure),
    /// The adapter does not say this job in its protocol.
    Refused(Failure),
    /// It would go on for ever.
    Endless,
}

/// A job that came to its end.
#[derive(Debug)]
pub struct Run {
    pub end: End,
    /// The pieces of text that were shown meanwhile.
    pub shown: Vec<String>,
    /// What was sent, in order.
    pub sent: Vec<Purpose>,
    /// Addresses at the provider of the pictures that were uploaded.
    pub uploads: Vec<String>,
    /// The most bytes that one answer handed over, and the limit of that call.
    pub most_read: (u64, u64),
}

/// How a job is driven.
#[derive(Default)]
pub struct Drive {
    /// Shortens the wait for the head of every answer.
    pub first_byte: Option<Duration>,
    /// Set before the first call of this purpose.
    pub fault: Option<(Purpose, Value)>,
}

impl Run {
    /// How often the paid request was sent.
    pub fn submits(&self) -> usize {
        let paid = self.sent.iter();
        paid.filter(|purpose| **purpose == Purpose::Submit).count()
    }

    /// What was produced.
    pub fn produced(&self) -> Result<&Produced, String> {
        match &self.end {
            End::Produced(produced) => Ok(produced),
            other => Err(format!("not produced: {other:?}")),
        }
    }

    /// The failure, whatever its kind.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.end {
            End::Told(_, failure)
            | End::NotSent(failure)
            | End::Ambiguous(_, failure)
            | End::Refused(failure) => Some(failure),
            End::Produced(_) | End::Endless => None,
        }
    }
}

/// Drives the job to its end.
pub async fn drive(
    stage: &Stage,
    adapter: &dyn Adapter,
    job: &Job,
    secret: Option<&SecretString>,
    drive: Drive,
) -> Run {
    let mut run = Run {
        end: End::Endless,
        shown: Vec::new(),
        sent: Vec::new(),
        uploads: Vec::new(),
        most_read: (0, u64::MAX),
    };
    run.end = walk(stage, adapter, job, secret, drive, &mut run).await;
    run
}

async fn walk(
    stage: &Stage,
    adapter: &dyn Adapter,
    job: &Job,
    secret: Option<&SecretString>,
    mut drive: Drive,
    run: &mut Run,
) -> End {
    let mut progress = Progress::default();
    let mut attempt = 1;
    while run.sent.len() < MOST_CALLS {
        let mut call = match adapter.call(job, &progress) {
            Ok(call) => call,
            Err(failure) => return End::Refused(failure),
        };
        if let Some((_, fault)) = drive.fault.take_if(|(purpose, _)| *purpose == call.purpose) {
            stage.fault(&fault).await;
        }
        if let Some(first_byte) = drive.first_byte {
            call.answer.first_byte = first_byte;
        }
        run.sent.push(call.purpose);
        let mut read = 0_u64;
        let mut parser = sse::Parser::default();
        let mut hear = |piece: &[u8]| {
            read += piece.len() as u64;
            if job.streams() {
                let events = parser.push(piece);
                run.shown
                    .extend(events.iter().filter_map(|event| adapter.delta(job, event)));
            }
        };
        let answer = stage.outbound.follow(&call, secret, &mut hear).await;
        if read >= run.most_read.0 {
            run.most_read = (read, call.answer.bytes);
        }
        let step = match answer {
            Ok(reply) => adapter.read(job, &progress, &reply),
            Err(error) => {
                // As the dispatch, which waits this long before it sends the call again.
                if retry::pause(call.purpose, attempt, &error, 0.5).is_some() {
                    attempt += 1;
                    continue;
                }
                match error {
                    SendError::Ambiguous(failure)
                        if call.purpose == Purpose::Poll && failure.transient =>
                    {
                        Err(failure)
                    }
                    SendError::Ambiguous(failure) => {
                        return End::Ambiguous(call.purpose, failure);
                    }
                    SendError::NotSent(failure) => return End::NotSent(failure),
                }
            }
        };
        attempt = 1;
        progress = match step {
            Ok(Step::Continue(next) | Step::Wait { progress: next, .. }) => next,
            Ok(Step::Done(produced)) => return End::Produced(produced),
            Err(failure) if call.purpose == Purpose::Poll && failure.transient => progress.polled(),
            Err(failure) if call.purpose == Purpose::Submit => {
                return End::Told(call.purpose, failure.after_submit());
            }
            Err(failure) => return End::Told(call.purpose, failure),
        };
        run.uploads.clone_from(&progress.uploads);
    }
    End::Endless
}
