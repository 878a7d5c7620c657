//! Music job → `POST /api/v1/generate` at sunoapi.org; the poll; the free key test. Pure.

use super::{
    song::{Takes, song},
    wire::Generate,
};
use crate::{Auth, Call, Failure, Host, Job, Purpose};
use domain::{
    ProviderFault,
    input::{GenerationInput, MusicInput},
};

/// Tasks are refused without an address to call back; nobody listens there.
const CALL_BACK: &str = "https://example.com/film-generator";
/// The models that it accepts (sunoapi.org docs, generate music).
const MODELS: [&str; 6] = ["V5_5", "V5", "V4_5PLUS", "V4_5ALL", "V4_5", "V4"];

/// The input of a music job; anything else is refused.
pub fn music(job: &Job) -> Result<&MusicInput, Failure> {
    match &job.input {
        GenerationInput::Music(input) => Ok(input),
        _ => Err(Failure::ours(
            ProviderFault::BadRequest,
            "Suno is used for music only",
        )),
    }
}

/// The paid call.
pub fn create(job: &Job) -> Result<Call, Failure> {
    let input = music(job)?;
    if !MODELS.contains(&job.model.as_str()) {
        let why = "an unknown Suno model";
        return Err(Failure::ours(ProviderFault::ModelGone, why));
    }
    let song = song(input, Takes::of(&job.model))?;
    let custom = song.custom.as_ref();
    let body = Generate {
        model: &job.model,
        custom_mode: custom.is_some(),
        instrumental: song.instrumental,
        prompt: &song.prompt,
        style: custom.map(|custom| custom.style.as_str()),
        title: custom.map(|custom| custom.title.as_str()),
        duration: custom.and_then(|custom| custom.duration),
        call_back_url: CALL_BACK,
    };
    let path = vec!["api".into(), "v1".into(), "generate".into()];
    Call::post(Purpose::Submit, Host::Suno, Auth::Bearer, path, &body)
}

/// The question how a task is doing.
pub fn poll(task: &str) -> Call {
    get(Purpose::Poll, &["api", "v1", "generate", "record-info"]).with_query("taskId", task)
}

/// The free test of a key.
pub fn credit() -> Call {
    get(Purpose::Check, &["api", "v1", "generate", "credit"])
}

fn get(purpose: Purpose, path: &[&'static str]) -> Call {
    Call::get(purpose, Host::Suno, Auth::Bearer, path)
}
