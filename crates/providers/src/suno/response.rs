//! sunoapi.org's answers → created, running, done, or a classified failure. Its codes are its own:
//! 429 is an empty account here, 405 and 430 are too many calls. Pure.

use super::wire::{Created, Envelope, Record};
use crate::{
    Failure, KeyFindings, Media, Produced, Progress, Reply, Step,
    content_policy::is_content_policy,
    json::{Raw, number, part},
    pace,
};
use domain::{ProviderFault, ProviderId, keys::Finding, pricing::Usage};

/// What a call was for, as far as it changes the meaning of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Create,
    Poll,
    Credit,
}

/// The opened envelope, or the failure that it tells of. The code in the body counts; the HTTP
/// status only where there is none.
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
    let code = match number(envelope.code.as_ref()) {
        Some(200 | 0) => return Ok(envelope),
        Some(code) => code,
        None if reply.is_success() => return Ok(envelope),
        // Who names a time to wait, asks for no money; that is a gateway before Suno.
        None if reply.retry_after().is_some() => {
            return Err(Failure::unreadable(reply, "an error without its envelope"));
        }
        None => i64::from(reply.status),
    };
    let message = envelope.msg.unwrap_or_default();
    let failure = Failure::told(
        fault(code, &message, asked),
        reply,
        format!("code {code}: {message}"),
    );
    let passing = matches!(code, 405 | 408 | 430 | 455) || (500..600).contains(&code);
    Err(if passing { failure } else { failure.lasting() })
}

/// The meaning of a code (sunoapi.org docs, status codes).
fn fault(code: i64, message: &str, asked: Asked) -> ProviderFault {
    match code {
        400 | 422 if is_content_policy(message) => ProviderFault::ContentBlocked,
        400 | 422 if asked == Asked::Create && names_model(message) => ProviderFault::ModelGone,
        400 | 409 | 422 | 451 if asked != Asked::Poll => ProviderFault::BadRequest,
        401 => ProviderFault::BadKey,
        402 | 429 => ProviderFault::NoCredit,
        403 => ProviderFault::Forbidden,
        404 if asked == Asked::Create => ProviderFault::ModelGone,
        405 | 430 => ProviderFault::RateLimited,
        408 | 504 | 524 => ProviderFault::Timeout,
        413 => ProviderFault::TooLarge,
        455 | 502 | 503 => ProviderFault::Overloaded,
        _ => ProviderFault::Upstream,
    }
}

fn names_model(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("model")
        && [
            "not within",
            "not support",
            "not exist",
            "not found",
            "unsupported",
        ]
        .iter()
        .any(|sign| message.contains(sign))
}

/// Reads the creation of a task.
pub fn created(progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let envelope = open(reply, Asked::Create)?;
    let task = part::<Created>(&envelope.data)
        .and_then(|created| created.task_id)
        .filter(|task| (1..=100).contains(&task.len()));
    let Some(task) = task else {
        let failure = Failure::told(ProviderFault::Upstream, reply, "a task without an id");
        return Err(failure.lasting().uncertain());
    };
    Ok(Step::Wait {
        progress: Progress {
            task: Some(task),
            polls: 0,
            ..progress.clone()
        },
        after: pace::suno(0),
    })
}

/// Reads a poll. An unknown status counts as running.
pub fn polled(progress: &Progress, task: &str, reply: &Reply) -> Result<Step, Failure> {
    let outcome = open(reply, Asked::Poll).and_then(|envelope| record(reply, &envelope.data, task));
    match outcome {
        Ok(Some(produced)) => Ok(Step::Done(Box::new(produced))),
        Ok(None) => Ok(Step::Wait {
            progress: progress.polled(),
            after: pace::suno(progress.polls),
        }),
        Err(failure) => {
            let is_early = pace::is_early(reply, progress.polls, pace::suno);
            Err(if failure.transient || is_early {
                failure.poll_again(pace::suno(progress.polls))
            } else {
                failure
            })
        }
    }
}

/// `None` while it runs. Tracks count even when nobody could be called back.
fn record(reply: &Reply, data: &Raw, task: &str) -> Result<Option<Produced>, Failure> {
    let upstream = |what| Failure::told(ProviderFault::Upstream, reply, what);
    let record = part::<Record>(data).ok_or_else(|| upstream("no record of the task"))?;
    let tracks = record.response.unwrap_or_default();
    let tracks = tracks.suno_data.or(tracks.data).unwrap_or_default();
    let urls: Vec<String> = tracks
        .into_iter()
        .filter_map(|track| track.audio_url.or(track.audio_url_too))
        .filter(|url| !url.is_empty())
        .collect();
    let message = record.error_message.unwrap_or_default();
    match record.status.as_deref() {
        Some("SUCCESS") if urls.is_empty() => {
            return Err(upstream("success without a result").lasting());
        }
        Some("SUCCESS") => {}
        Some("CALLBACK_EXCEPTION") if !urls.is_empty() => {}
        Some("SENSITIVE_WORD_ERROR") => {
            let blocked = ProviderFault::ContentBlocked;
            return Err(Failure::told(blocked, reply, message).lasting());
        }
        Some("CREATE_TASK_FAILED" | "GENERATE_AUDIO_FAILED") => {
            return Err(task_failed(
                reply,
                number(record.error_code.as_ref()),
                &message,
            ));
        }
        Some(_) => return Ok(None),
        None => return Err(upstream("a record without a status")),
    }
    Ok(Some(songs(urls, task)))
}

/// What a failed task says. It has ended: nothing of it passes by waiting.
fn task_failed(reply: &Reply, code: Option<i64>, message: &str) -> Failure {
    let fault = match code {
        _ if is_content_policy(message) => ProviderFault::ContentBlocked,
        Some(code @ (400 | 405 | 408 | 413 | 422 | 429 | 430 | 455)) => {
            fault(code, message, Asked::Credit)
        }
        _ => ProviderFault::Upstream,
    };
    Failure::told(fault, reply, format!("the task failed: {message}")).lasting()
}

/// The produced songs of a task, by their addresses.
pub fn songs(urls: Vec<String>, task: &str) -> Produced {
    Produced {
        text: None,
        media: urls.into_iter().map(Media::Url).collect(),
        usage: Usage::default(),
        request_id: Some(task.to_owned()),
    }
}

/// Reads the credit that is left.
pub fn credit(reply: &Reply) -> KeyFindings {
    let envelope = match open(reply, Asked::Credit) {
        // An answer without a code is none of sunoapi.org's and proves nothing.
        Ok(envelope) if envelope.code.is_none() => {
            let failure = Failure::unreadable(reply, "no code");
            return KeyFindings::failed(ProviderId::Suno, &failure);
        }
        Ok(envelope) => envelope,
        Err(failure) => return KeyFindings::failed(ProviderId::Suno, &failure),
    };
    let quota = match part::<f64>(&envelope.data) {
        Some(left) if left > 0.0 => {
            KeyFindings::good(&format!("{left:.0} credits are left at sunoapi.org."))
        }
        Some(_) => KeyFindings::bad("No credits are left at sunoapi.org."),
        None => KeyFindings::untold("sunoapi.org did not say how many credits are left."),
    };
    KeyFindings::accepted(quota, Finding::skipped())
}
