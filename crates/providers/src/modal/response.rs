//! A deployment's answer → done, wait on, or a classified failure. Pure. A deployment answers in
//! its own way, so content type, shape and status are all looked at, and errors are looked for in
//! successes too.

use super::{later, media, request, text};
use crate::{
    Failure, Job, KeyFindings, Progress, Reply, Step, content_policy::is_content_policy,
    failure::fault_by_status,
};
use domain::{Operation, ProviderFault, ProviderId, keys::Finding};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// Before an address that holds the line itself is asked again.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Before one that answers at once is asked again, or one that is overloaded.
const SOON: Duration = Duration::from_secs(5);

/// Reads the answer to the submission or to a poll.
pub fn answered(job: &Job, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    let Some(endpoint) = &job.endpoint else {
        return Err(Failure::unreadable(reply, "an answer without an endpoint"));
    };
    let polled = progress.task.is_some();
    match reply.status {
        303 => redirected(job, endpoint, progress, reply),
        300..400 => Err(Failure::unreadable(reply, "a redirect").lasting()),
        202 if polled => Ok(wait(progress, None, SOON)),
        200..300 => result(job, endpoint, progress, reply),
        _ if polled => Err(poll_failed(reply)),
        _ => Err(failed(reply)),
    }
}

fn wait(progress: &Progress, task: Option<Url>, after: Duration) -> Step {
    let mut progress = match &progress.task {
        Some(_) => progress.polled(),
        None => progress.clone(),
    };
    if let Some(task) = task {
        progress.task = Some(task.into());
    }
    Step::Wait { progress, after }
}

/// The function still runs; its result will be where the answer says.
fn redirected(
    job: &Job,
    endpoint: &Url,
    progress: &Progress,
    reply: &Reply,
) -> Result<Step, Failure> {
    let called = match &progress.task {
        Some(address) => later::at_home(endpoint, address),
        None => request::called(job),
    };
    match called.and_then(|called| later::redirect(endpoint, &called, reply)) {
        Some(next) => Ok(wait(progress, Some(next), AT_ONCE)),
        None => {
            let what = "the result is said to be at another origin";
            let failure = Failure::told(ProviderFault::Upstream, reply, what);
            Err(failure.lasting().uncertain())
        }
    }
}

fn result(job: &Job, endpoint: &Url, progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    if progress.task.is_none()
        && let Some(address) = call_id(reply).and_then(|id| later::queued(endpoint, &id))
    {
        return Ok(wait(progress, Some(address), SOON));
    }
    let produced = match job.input.operation() {
        Operation::Llm => text::read(job, reply)?,
        operation => media::read(operation, reply)?,
    };
    Ok(Step::Done(Box::new(produced)))
}

fn call_id(reply: &Reply) -> Option<String> {
    // Anything longer is a result.
    if reply.body.len() > 1024 {
        return None;
    }
    let value: Value = serde_json::from_slice(&reply.body).ok()?;
    Some(value.get("call_id")?.as_str()?.to_owned())
}

/// What went wrong according to a JSON answer: FastAPI's `detail`, an `error`, or a status that
/// says so. `None` where it speaks of no error.
pub fn complaint(value: &Value) -> Option<String> {
    let error = value.get("error").filter(|error| !is_nothing(error));
    let detail = value.get("detail").filter(|detail| !is_nothing(detail));
    let status = value.get("status").and_then(Value::as_str).unwrap_or("");
    let failed = ["error", "failed", "failure"]
        .iter()
        .any(|word| status.eq_ignore_ascii_case(word))
        || value.get("object").and_then(Value::as_str) == Some("error");
    let has_failed = failed || error.is_some() || detail.is_some();
    has_failed.then(|| {
        let told = error.or(detail).or_else(|| value.get("message"));
        told.map_or_else(|| format!("status {status}"), words)
    })
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The sentence in an error of any shape; of FastAPI's list every place and message.
fn words(told: &Value) -> String {
    match told {
        Value::String(text) => text.clone(),
        Value::Array(problems) => {
            let lines: Vec<String> = problems.iter().take(8).map(problem).collect();
            lines.join("; ")
        }
        Value::Object(fields) => fields
            .get("message")
            .and_then(Value::as_str)
            .map_or_else(|| told.to_string(), str::to_owned),
        other => other.to_string(),
    }
}

fn problem(problem: &Value) -> String {
    let place: Vec<String> = problem
        .get("loc")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    let message = problem.get("msg").and_then(Value::as_str);
    format!("{}: {}", place.join("."), message.unwrap_or("not valid"))
}

/// An error by its status, with what the body says about it.
fn failed(reply: &Reply) -> Failure {
    let told = serde_json::from_slice::<Value>(&reply.body)
        .ok()
        .and_then(|value| complaint(&value).or_else(|| value.get("message").map(words)))
        .unwrap_or_else(|| reply.text());
    let failure = Failure::told(by_words(fault_by_status(reply.status), &told), reply, told);
    // The function raised, and will again.
    if failure.fault == ProviderFault::Upstream {
        failure.lasting()
    } else {
        failure
    }
}

/// The fault that the sentence names, where the status or the place says little: vLLM's words about
/// a prompt beyond the model's window, or those of a safety checker.
pub fn by_words(fault: ProviderFault, told: &str) -> ProviderFault {
    let is_vague = matches!(
        fault,
        ProviderFault::BadRequest | ProviderFault::Forbidden | ProviderFault::Upstream
    );
    let is_too_long = told.contains("maximum context length")
        || told.contains("longer than the maximum model length");
    match fault {
        _ if is_vague && is_too_long => ProviderFault::TooLarge,
        _ if is_vague && is_content_policy(told) => ProviderFault::ContentBlocked,
        fault => fault,
    }
}

/// An error of a poll: an overloaded gateway passes, all else has ended the function.
fn poll_failed(reply: &Reply) -> Failure {
    let mut failure = failed(reply);
    match reply.status {
        404 | 410 => {
            failure.fault = ProviderFault::Upstream;
            failure.lasting()
        }
        408 | 429 | 502 | 503 | 504 => failure.poll_again(SOON),
        _ => failure.lasting(),
    }
}

/// What the probe says. Every answer but two comes from a deployment that is there; whether it can
/// do its work is found out by paying for it only.
pub fn probed(provider: ProviderId, reply: &Reply) -> KeyFindings {
    let by_modal = reply.text().contains("modal-http");
    let auth = match reply.status {
        401 => {
            return KeyFindings {
                auth: KeyFindings::bad(
                    "The endpoint asks for a proxy token and does not accept this one. Save the token of its workspace. A bearer token of the app itself, such as vLLM's --api-key, is not supported.",
                ),
                quota: Finding::skipped(),
                models: Finding::skipped(),
            };
        }
        404 if by_modal => {
            return KeyFindings {
                auth: KeyFindings::bad(
                    "No app is deployed at this address. Deploy it, or correct the address.",
                ),
                quota: Finding::skipped(),
                models: Finding::skipped(),
            };
        }
        404 => KeyFindings::untold(
            "The app answers but has nothing at exactly this address. Check its path.",
        ),
        500.. => KeyFindings::untold("The endpoint answers with an error. It may be starting."),
        _ => KeyFindings::good("The endpoint answers."),
    };
    let untold = format!("{} does not tell.", provider.label());
    KeyFindings {
        auth,
        quota: KeyFindings::untold(&untold),
        models: KeyFindings::untold(&untold),
    }
}
