//! A suno-api server that a person runs: its songs are generated and then asked for by their ids.
//! It has no key; the account's cookie is the server's own business, and none is ever sent. Pure.

use super::{
    request::music,
    response::songs,
    song::{Takes, song},
    wire::{HostedError, HostedSong, HostedTrack},
};
use crate::{
    Auth, Call, Failure, Job, KeyFindings, Limits, Progress, Purpose, Reply, Step,
    content_policy::is_content_policy, failure::fault_by_status, json::number, pace,
};
use domain::{ProviderFault, keys::Finding};
use http::Method;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// More songs than one request makes.
const MOST_SONGS: usize = 8;

/// The answer to the paid call: the server solves Suno's puzzles before it begins.
const GENERATE: Limits = Limits {
    first_byte: Duration::from_secs(120),
    total: Duration::from_secs(180),
    ..Limits::JSON
};

fn call(purpose: Purpose, method: Method, endpoint: &Url, path: &'static str) -> Call {
    let mut call = Call::endpoint(purpose, method, endpoint.clone()).with_answer(Limits::JSON);
    call.auth = Auth::None;
    call.path = vec!["api".into(), path.into()];
    call
}

fn endpoint(job: &Job) -> Result<&Url, Failure> {
    job.endpoint
        .as_ref()
        .ok_or_else(|| Failure::ours(ProviderFault::BadRequest, "the job names no endpoint"))
}

/// The call that uses up the account's credits. It does not wait for the sound.
pub fn generate(job: &Job, model: &str) -> Result<Call, Failure> {
    let song = song(music(job)?, Takes::OLDEST)?;
    let custom = song.custom.as_ref();
    let body = HostedSong {
        prompt: match custom {
            Some(_) if song.instrumental => "",
            _ => &song.prompt,
        },
        tags: custom.map(|custom| custom.style.as_str()),
        title: custom.map(|custom| custom.title.as_str()),
        make_instrumental: song.instrumental,
        model,
        wait_audio: false,
    };
    let path = if custom.is_some() {
        "custom_generate"
    } else {
        "generate"
    };
    call(Purpose::Submit, Method::POST, endpoint(job)?, path)
        .with_answer(GENERATE)
        .with_json(&body)
}

/// The question how the songs are doing.
pub fn poll(job: &Job, ids: &str) -> Result<Call, Failure> {
    let call = call(Purpose::Poll, Method::GET, endpoint(job)?, "get");
    Ok(call.with_query("ids", ids))
}

/// The free test of the server.
pub fn limit(endpoint: &Url) -> Call {
    call(Purpose::Check, Method::GET, endpoint, "get_limit")
}

/// Reads the songs that were begun; their ids are the task.
pub fn generated(progress: &Progress, reply: &Reply) -> Result<Step, Failure> {
    if let Some(failure) = failure(reply) {
        return Err(failure);
    }
    let Ok(tracks) = serde_json::from_slice::<Vec<HostedTrack>>(&reply.body) else {
        let failure = Failure::unreadable(reply, "not a list of songs");
        return Err(failure.lasting().uncertain());
    };
    let is_id = |id: &String| {
        (1..=64).contains(&id.len())
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let ids: Vec<String> = tracks
        .into_iter()
        .filter_map(|track| track.id)
        .filter(is_id)
        .take(MOST_SONGS)
        .collect();
    if ids.is_empty() {
        let failure = Failure::told(ProviderFault::Upstream, reply, "songs without an id");
        return Err(failure.lasting().uncertain());
    }
    Ok(Step::Wait {
        progress: Progress {
            task: Some(ids.join(",")),
            polls: 0,
            ..progress.clone()
        },
        after: pace::suno(0),
    })
}

/// Reads a poll: done when every song has ended. One that failed does not take the others with it.
pub fn polled(progress: &Progress, ids: &str, reply: &Reply) -> Result<Step, Failure> {
    if let Some(failure) = failure(reply) {
        return Err(match failure.fault {
            ProviderFault::Upstream
            | ProviderFault::Overloaded
            | ProviderFault::RateLimited
            | ProviderFault::Timeout => failure.poll_again(pace::suno(progress.polls)),
            ProviderFault::ModelGone => {
                let failure = Failure::told(ProviderFault::Upstream, reply, "no such songs");
                failure.lasting()
            }
            _ => failure.lasting(),
        });
    }
    let Ok(tracks) = serde_json::from_slice::<Vec<HostedTrack>>(&reply.body) else {
        let failure = Failure::unreadable(reply, "not a list of songs");
        return Err(failure.poll_again(pace::suno(progress.polls)));
    };
    let status = |track: &HostedTrack| track.status.clone().unwrap_or_default();
    let has_ended = |track: &HostedTrack| matches!(status(track).as_str(), "complete" | "error");
    if tracks.is_empty() || !tracks.iter().all(has_ended) {
        return Ok(Step::Wait {
            progress: progress.polled(),
            after: pace::suno(progress.polls),
        });
    }
    let told = tracks.iter().find_map(|track| track.error_message.clone());
    let urls: Vec<String> = tracks
        .into_iter()
        .filter(|track| status(track) == "complete")
        .filter_map(|track| track.audio_url)
        .filter(|url| !url.is_empty())
        .collect();
    if urls.is_empty() {
        let told = told.unwrap_or_default();
        let fault = if is_content_policy(&told) {
            ProviderFault::ContentBlocked
        } else {
            ProviderFault::Upstream
        };
        return Err(Failure::told(fault, reply, format!("no song: {told}")).lasting());
    }
    Ok(Step::Done(Box::new(songs(urls, ids))))
}

/// An error, by the status that the server passes on from Suno; also one inside a success. `None`
/// where nothing went wrong.
fn failure(reply: &Reply) -> Option<Failure> {
    let told = serde_json::from_slice::<HostedError>(&reply.body)
        .ok()
        .and_then(|told| told.error);
    if reply.is_success() && told.is_none() {
        return None;
    }
    let told = told.unwrap_or_else(|| reply.text());
    let fault = match fault_by_status(reply.status) {
        ProviderFault::BadRequest | ProviderFault::Upstream if is_content_policy(&told) => {
            ProviderFault::ContentBlocked
        }
        fault => fault,
    };
    let failure = Failure::told(fault, reply, told);
    Some(if fault == ProviderFault::ContentBlocked {
        failure.lasting()
    } else {
        failure
    })
}

/// Reads the credits that are left; `None` for an answer of another service.
pub fn limit_read(reply: &Reply) -> Option<KeyFindings> {
    let bad = |what| KeyFindings {
        auth: KeyFindings::bad(what),
        quota: Finding::skipped(),
        models: Finding::skipped(),
    };
    if reply.status == 404 {
        let what = "No suno-api server answers at this address. Check the address.";
        return Some(bad(what));
    }
    let value: Value = serde_json::from_slice(&reply.body).ok()?;
    let fields = value.as_object()?;
    if fields.len() == 1 && fields.get("error").is_some_and(Value::is_string) {
        let what = "The server answers with an error. Check its Suno cookie.";
        return Some(bad(what));
    }
    let left = number(fields.get("credits_left"))?;
    let quota = if left > 0 {
        KeyFindings::good(&format!("{left} credits are left at Suno."))
    } else {
        KeyFindings::bad("No credits are left at Suno.")
    };
    Some(KeyFindings {
        auth: KeyFindings::good("The server answers."),
        quota,
        models: Finding::skipped(),
    })
}
