//! Music job → `POST /api/v1/task`; the poll; the free key test. Pure.

use super::wire::{AceStep, Config, CreateTask, Udio};
use crate::{Auth, Call, Failure, Host, Job, Purpose};
use domain::{
    ProviderFault,
    input::{GenerationInput, MusicInput},
};
use http::Method;
use serde::Serialize;

const AUTH: Auth = Auth::Header("x-api-key");
/// What ACE-Step takes for lyrics where nobody sings.
const NOBODY_SINGS: &str = "[inst]";

/// The paid call.
pub fn create(job: &Job) -> Result<Call, Failure> {
    let GenerationInput::Music(input) = &job.input else {
        return Err(Failure::ours(
            ProviderFault::BadRequest,
            "PiAPI is used for music only",
        ));
    };
    match job.model.as_str() {
        "music-u" => task(&job.model, "generate_music", udio(input)),
        "Qubico/ace-step" => task(&job.model, "txt2audio", ace_step(input)),
        "music-s" => Err(Failure::ours(
            ProviderFault::ModelGone,
            "PiAPI stopped its Suno service",
        )),
        _ => Err(Failure::ours(
            ProviderFault::ModelGone,
            "an unknown music model",
        )),
    }
}

fn task<T: Serialize>(model: &str, task_type: &'static str, input: T) -> Result<Call, Failure> {
    let body = CreateTask {
        model,
        task_type,
        input,
        config: Config {
            service_mode: "public",
        },
    };
    let path = vec!["api".into(), "v1".into(), "task".into()];
    Call::post(Purpose::Submit, Host::PiApi, AUTH, path, &body)
}

/// The words to sing, unless nobody is to sing them.
fn lyrics(input: &MusicInput) -> Option<&str> {
    let lyrics = input.lyrics.as_deref()?;
    (input.instrumental != Some(true) && !lyrics.trim().is_empty()).then_some(lyrics)
}

fn described(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .flatten()
        .copied()
        .filter(|part| !part.trim().is_empty())
        .collect();
    parts.join(", ")
}

fn udio(input: &MusicInput) -> Udio<'_> {
    let lyrics = lyrics(input);
    let lyrics_type = match (lyrics, input.instrumental) {
        (Some(_), _) => "user",
        (None, Some(false)) => "generate",
        (None, _) => "instrumental",
    };
    let length = input
        .duration_seconds
        .map(|seconds| format!("about {seconds} seconds long"));
    let parts = [
        Some(input.prompt.as_str()),
        input.style.as_deref(),
        length.as_deref(),
    ];
    Udio {
        gpt_description_prompt: described(&parts),
        lyrics_type,
        lyrics,
        negative_tags: "",
        seed: input.seed.map_or(-1, i64::from),
    }
}

fn ace_step(input: &MusicInput) -> AceStep<'_> {
    AceStep {
        style_prompt: described(&[Some(&input.prompt), input.style.as_deref()]),
        lyrics: lyrics(input).unwrap_or(NOBODY_SINGS),
        duration: input.duration_seconds,
    }
}

/// The question how a task is doing.
pub fn poll(task: String) -> Call {
    let mut call = Call::get(Purpose::Poll, Host::PiApi, AUTH, &["api", "v1", "task"]);
    call.path.push(task.into());
    call
}

/// The wish to stop a task, which only one that has not begun fulfils (PiAPI docs, cancel task).
pub fn cancel(task: String) -> Call {
    Call {
        purpose: Purpose::Cancel,
        method: Method::DELETE,
        ..poll(task)
    }
}

/// The free test of a key.
pub fn account() -> Call {
    Call::get(Purpose::Check, Host::PiApi, AUTH, &["account", "info"])
}
