//! KIE's answers → uploaded, created, running, done, or a classified failure. Pure; what a poll
//! may still turn into is decided by how often was polled.

use super::{
    error::{Asked, open, task_failed},
    wire::{Created, MarketResult, MarketTask, MusicTask, Uploaded},
};
use crate::{
    Failure, KeyFindings, Media, Produced, Progress, Reply, Step, decimal,
    json::{Raw, number, part},
    pace,
};
use domain::{Operation, ProviderFault, ProviderId, money::MICRO_USD_PER_CREDIT, pricing::Usage};
use serde_json::Value;
use std::time::Duration;

/// How long after its creation a task may still be unknown.
const UNKNOWN_AT_FIRST: Duration = Duration::from_secs(30);

/// Reads an upload.
pub fn uploaded(progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let envelope = open(reply, Asked::Other)?;
    let file: Uploaded = part(&envelope.data).unwrap_or_default();
    let address = file
        .download_url
        .or(file.file_url)
        .filter(|url| url.starts_with("http"));
    let Some(address) = address else {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "an upload without an address",
        ));
    };
    let mut next = progress.clone();
    next.uploads.push(address);
    Ok(Step::Continue(next))
}

/// Reads the creation of a task.
pub fn created(operation: Operation, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
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
        after: wait(operation, 0),
        progress,
    })
}

fn wait(operation: Operation, polls: u32) -> Duration {
    match operation {
        Operation::Music => pace::SUNO,
        _ => pace::market(polls),
    }
}

/// Reads a poll.
pub fn polled(
    operation: Operation,
    progress: &Progress,
    task: &str,
    reply: &Reply,
) -> Result<Step, Failure> {
    let next = progress.polled();
    let after = wait(operation, next.polls);
    let outcome = open(reply, Asked::Poll).and_then(|envelope| match operation {
        Operation::Music => music(reply, &envelope.data, task),
        _ => market(reply, &envelope.data, task),
    });
    match outcome {
        Ok(Some(produced)) => Ok(Step::Done(Box::new(produced))),
        Ok(None) => Ok(Step::Wait {
            progress: next,
            after,
        }),
        Err(failure) if failure.transient || is_early(operation, progress, reply) => {
            Err(failure.poll_again(after))
        }
        Err(failure) => Err(failure),
    }
}

/// Whether the task may simply not be known yet.
fn is_early(operation: Operation, progress: &Progress, reply: &Reply) -> bool {
    let code = serde_json::from_slice::<super::wire::Envelope>(&reply.body)
        .ok()
        .and_then(|envelope| number(envelope.code.as_ref()))
        .unwrap_or(i64::from(reply.status));
    let waited: Duration = (0..=progress.polls.min(30))
        .map(|polls| wait(operation, polls))
        .sum();
    matches!(code, 404 | 422) && waited <= UNKNOWN_AT_FIRST
}

/// `None` while it runs. A missing or unknown state counts as running.
fn market(reply: &Reply, data: &Raw, task: &str) -> Result<Option<Produced>, Failure> {
    let Some(record) = part::<MarketTask>(data) else {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "no record of the task",
        ));
    };
    match record.state.as_deref() {
        Some("success") => {}
        Some("fail") => {
            let message = record.fail_msg.unwrap_or_default();
            return Err(task_failed(
                reply,
                number(record.fail_code.as_ref()),
                &message,
            ));
        }
        Some(_) => return Ok(None),
        None => {
            return Err(Failure::told(
                ProviderFault::Upstream,
                reply,
                "a record without a state",
            ));
        }
    }
    let result: MarketResult = record
        .result_json
        .as_deref()
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let listed = result.result_urls.unwrap_or_default();
    let mut urls: Vec<String> = listed
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if urls.is_empty() {
        urls.extend(result.video_url.or(result.audio_url));
    }
    produced(reply, urls, &record.credits_consumed, task).map(Some)
}

/// `None` while it runs. Tracks count even when KIE could not call back.
fn music(reply: &Reply, data: &Raw, task: &str) -> Result<Option<Produced>, Failure> {
    let Some(record) = part::<MusicTask>(data) else {
        return Err(Failure::told(
            ProviderFault::Upstream,
            reply,
            "no record of the task",
        ));
    };
    let tracks = record
        .response
        .and_then(|response| response.suno_data)
        .unwrap_or_default();
    let urls: Vec<String> = tracks
        .into_iter()
        .filter_map(|track| track.audio_url)
        .filter(|url| !url.is_empty())
        .collect();
    let message = record.error_message.unwrap_or_default();
    match record.status.as_deref() {
        Some("SUCCESS") => {}
        Some("CALLBACK_EXCEPTION") if !urls.is_empty() => {}
        Some("SENSITIVE_WORD_ERROR") => {
            let told = format!("SENSITIVE_WORD_ERROR {message}");
            return Err(task_failed(reply, None, &told));
        }
        Some("CREATE_TASK_FAILED" | "GENERATE_AUDIO_FAILED") => {
            return Err(task_failed(
                reply,
                number(record.error_code.as_ref()),
                &message,
            ));
        }
        Some(_) => return Ok(None),
        None => {
            return Err(Failure::told(
                ProviderFault::Upstream,
                reply,
                "a record without a status",
            ));
        }
    }
    produced(reply, urls, &record.credits_consumed, task).map(Some)
}

fn produced(
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

/// Reads the credit that is left. KIE counts it with decimals.
pub fn credit(reply: &Reply) -> KeyFindings {
    match open(reply, Asked::Other) {
        Err(failure) => KeyFindings::failed(ProviderId::Kie, &failure),
        Ok(envelope) => {
            let quota = match part::<f64>(&envelope.data) {
                Some(left) if left > 0.0 => {
                    KeyFindings::good(&format!("{left:.0} credits are left at KIE.ai."))
                }
                Some(_) => KeyFindings::bad("No credits are left at KIE.ai."),
                None => KeyFindings::untold("KIE.ai did not say how many credits are left."),
            };
            KeyFindings::accepted(quota, domain::keys::Finding::skipped())
        }
    }
}
