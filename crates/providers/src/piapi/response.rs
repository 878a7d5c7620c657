//! PiAPI's answers → created, running, done, or a classified failure. Pure.

use super::wire::{Account, Envelope, Output, Points, Task};
use crate::{
    Failure, KeyFindings, Media, Produced, Progress, Reply, Step,
    content_policy::is_content_policy,
    failure::fault_by_status,
    json::{number, part},
    pace,
};
use domain::{ProviderFault, ProviderId, keys::Finding, money::MicroUsd, pricing::Usage};
use serde_json::Value;

/// Points in a micro-USD: ten million are a dollar (PiAPI docs, the prices in points).
const POINTS_PER_MICRO_USD: u64 = 10;

/// What a call was for, as far as it changes the meaning of a status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Create,
    Poll,
    Cancel,
    Account,
}

fn open(reply: &Reply, asked: Asked) -> Result<Envelope, Failure> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&reply.body) else {
        let failure = Failure::unreadable(reply, "not an answer of the API");
        // An answer of 200 that cannot be read may stand for a task that was created.
        return Err(match asked {
            Asked::Create if reply.is_success() => failure.lasting().uncertain(),
            Asked::Poll => failure.passing(),
            _ => failure,
        });
    };
    let told = number(envelope.code.as_ref()).and_then(|code| u16::try_from(code).ok());
    let status = match told {
        Some(0 | 200) | None if reply.is_success() => return Ok(envelope),
        Some(code @ 400..600) => code,
        _ if reply.is_success() => 500,
        _ => reply.status,
    };
    let message = envelope.message.unwrap_or_default();
    let fault = match fault_by_status(status) {
        ProviderFault::BadRequest if is_content_policy(&message) => ProviderFault::ContentBlocked,
        ProviderFault::BadRequest if asked == Asked::Create && names_model(&message) => {
            ProviderFault::ModelGone
        }
        // A task that is not known is no model that is gone.
        ProviderFault::ModelGone if asked == Asked::Poll => ProviderFault::Upstream,
        fault => fault,
    };
    let failure = Failure::told(fault, reply, format!("code {status}: {message}"));
    Err(if status == 404 {
        failure.lasting()
    } else {
        failure
    })
}

/// Whether the sentence says that the model is not there; the code is that of any wrong field.
fn names_model(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("model")
        && ["invalid model", "not support", "not found", "no longer"]
            .iter()
            .any(|sign| message.contains(sign))
}

/// Reads the creation of a task.
pub fn created(progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let envelope = open(reply, Asked::Create)?;
    let task: Task = part(&envelope.data).unwrap_or_default();
    if status(&task) == "failed" {
        return Err(task_failed(reply, &task));
    }
    let Some(id) = task.task_id.filter(|id| (1..=100).contains(&id.len())) else {
        let failure = Failure::told(ProviderFault::Upstream, reply, "a task without an id");
        return Err(failure.lasting().uncertain());
    };
    Ok(Step::Wait {
        progress: Progress {
            task: Some(id),
            polls: 0,
            ..progress.clone()
        },
        after: pace::piapi(0),
    })
}

/// Reads a poll. A missing or unknown status counts as running.
pub fn polled(progress: &Progress, task: &str, reply: &Reply) -> Result<Step, Failure> {
    let next = progress.polled();
    let after = pace::piapi(next.polls);
    let record: Task = match open(reply, Asked::Poll) {
        Ok(envelope) => part(&envelope.data).unwrap_or_default(),
        Err(failure) if failure.transient => return Err(failure.poll_again(after)),
        Err(failure) => return Err(failure),
    };
    match status(&record).as_str() {
        "completed" | "success" => {
            produced(reply, record, task).map(|produced| Step::Done(Box::new(produced)))
        }
        "failed" => Err(task_failed(reply, &record)),
        _ => Ok(Step::Wait {
            progress: next,
            after,
        }),
    }
}

fn status(task: &Task) -> String {
    task.status.as_deref().unwrap_or("").to_ascii_lowercase()
}

fn produced(reply: &Reply, record: Task, task: &str) -> Result<Produced, Failure> {
    let Output { audio_url, songs } = record.output.unwrap_or_default();
    let songs = songs.unwrap_or_default();
    let urls: Vec<String> = songs
        .into_iter()
        .filter_map(|song| song.song_path)
        .chain(audio_url)
        .filter(|url| !url.is_empty())
        .collect();
    if urls.is_empty() {
        let failure = Failure::told(ProviderFault::Upstream, reply, "success without a song");
        return Err(failure.lasting());
    }
    let cost = record.meta.and_then(|meta| meta.usage).and_then(cost);
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

/// The charge, rounded up. Zero points say that nothing was counted yet, not that it was free.
fn cost(points: Points) -> Option<MicroUsd> {
    if points.kind.is_some_and(|kind| kind != "point") {
        return None;
    }
    let points = u64::try_from(number(points.consume.as_ref())?).ok()?;
    let micros = points.div_ceil(POINTS_PER_MICRO_USD);
    i64::try_from(micros)
        .ok()
        .filter(|micros| *micros > 0)
        .map(MicroUsd)
}

/// What a failed task says: its error, or else the end of its log. It has ended.
fn task_failed(reply: &Reply, task: &Task) -> Failure {
    let error = task.error.as_ref();
    let told = [
        error.and_then(|error| error.message.clone()),
        error.and_then(|error| error.raw_message.clone()),
        task.logs.as_deref().map(end_of_log),
    ];
    let told = told
        .into_iter()
        .flatten()
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default();
    let code = error
        .and_then(|error| number(error.code.as_ref()))
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code));
    let lower = told.to_ascii_lowercase();
    let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    let fault = if is_content_policy(&told) {
        ProviderFault::ContentBlocked
    } else if says(&["insufficient", "not enough credit", "quota not enough"]) {
        ProviderFault::NoCredit
    } else if says(&["timeout", "timed out"]) {
        ProviderFault::Timeout
    } else {
        match code.map(fault_by_status) {
            None | Some(ProviderFault::BadKey | ProviderFault::ModelGone) => {
                ProviderFault::Upstream
            }
            Some(fault) => fault,
        }
    };
    Failure::told(fault, reply, format!("the task failed: {told}")).lasting()
}

fn end_of_log(logs: &[Value]) -> String {
    let last: Vec<String> = logs
        .iter()
        .rev()
        .take(3)
        .map(|line| {
            line.as_str()
                .map_or_else(|| line.to_string(), str::to_owned)
        })
        .collect();
    last.join("; ")
}

/// Whether a task was stopped; a task that has begun is not, and says so by its code.
pub fn cancelled(reply: &Reply) -> bool {
    open(reply, Asked::Cancel).is_ok()
}

/// Reads the account and its balance.
pub fn account(reply: &Reply) -> KeyFindings {
    let account: Account = match open(reply, Asked::Account) {
        Ok(envelope) => part(&envelope.data).unwrap_or_default(),
        Err(failure) => return KeyFindings::failed(ProviderId::PiApi, &failure),
    };
    let quota = match account.equivalent_in_usd {
        Some(left) if left > 0.0 => KeyFindings::good(&format!("US${left:.2} are left at PiAPI.")),
        Some(_) => KeyFindings::bad("Nothing is left on the account at PiAPI. Add credit there."),
        None => KeyFindings::untold("PiAPI did not say how much is left."),
    };
    KeyFindings::accepted(quota, Finding::skipped())
}
