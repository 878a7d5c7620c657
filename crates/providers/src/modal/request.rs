//! Job → the call of its deployment, the call that waits on for a result, and the probe. Pure. What
//! a payload cannot carry is refused here, before a GPU is woken.

use super::{bodies, later};
use crate::{Body, Call, Failure, Job, Limits, Picture, Purpose, call::Part};
use bytes::Bytes;
use domain::{
    ProviderFault, ProviderId,
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
};
use http::Method;
use serde::Serialize;
use url::Url;

/// Frames of a second in Modal's example of pictures that move (LTX).
const EXAMPLE_FRAMES: u32 = 24;

/// Which payload a deployment speaks; the model id says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    Standard,
    Extended,
    Example,
    OpenAi,
}

fn payload(model: &str) -> Result<Payload, Failure> {
    Ok(match model {
        "standard" => Payload::Standard,
        "extended" => Payload::Extended,
        "modal-example" => Payload::Example,
        "openai" => Payload::OpenAi,
        _ => return Err(unknown()),
    })
}

fn unknown() -> Failure {
    Failure::ours(ProviderFault::ModelGone, "an unknown payload")
}

pub(super) fn refused(why: &str) -> Failure {
    Failure::ours(ProviderFault::BadRequest, why)
}

fn endpoint(job: &Job) -> Result<&Url, Failure> {
    job.endpoint
        .as_ref()
        .ok_or_else(|| refused("the job names no endpoint"))
}

/// The call that costs GPU time.
pub fn submit(provider: ProviderId, job: &Job) -> Result<Call, Failure> {
    let payload = payload(&job.model)?;
    let endpoint = endpoint(job)?.clone();
    if provider == ProviderId::ModalEdit {
        return match &job.input {
            GenerationInput::Image(_) if job.pictures.is_empty() => {
                Err(refused("an edit needs a picture"))
            }
            GenerationInput::Image(input) => edit(payload, endpoint, input, &job.pictures),
            _ => Err(refused("Modal Edit is used for pictures only")),
        };
    }
    match &job.input {
        GenerationInput::Llm(input) => text(payload, endpoint, input),
        GenerationInput::Image(input) => image(payload, endpoint, input, &job.pictures),
        GenerationInput::Video(input) => video(payload, endpoint, input, &job.pictures),
        GenerationInput::Tts(input) => speech(payload, endpoint, input),
        GenerationInput::Music(input) => music(payload, endpoint, input),
    }
}

/// The address that the submission went to, without its query; relative redirects start there.
pub fn called(job: &Job) -> Option<Url> {
    let endpoint = job.endpoint.as_ref()?;
    let mut url = endpoint.clone();
    if matches!(payload(&job.model), Ok(Payload::OpenAi)) {
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(chat_path(endpoint));
    }
    Some(url)
}

/// The call that waits on for a result at the address that the deployment named. The address was
/// stored meanwhile, so its origin is judged again.
pub fn poll(job: &Job, address: &str) -> Result<Call, Failure> {
    let address = later::at_home(endpoint(job)?, address).ok_or_else(|| {
        Failure::ours(ProviderFault::Upstream, "the result is at another origin").uncertain()
    })?;
    let call = Call::endpoint(Purpose::Poll, Method::GET, address);
    Ok(if job.streams() {
        call.with_answer(Limits::STREAM)
    } else {
        call
    })
}

/// The probe of an endpoint: no function runs for it where Modal or the framework answers.
pub fn probe(endpoint: Url) -> Call {
    Call::endpoint(Purpose::Check, Method::OPTIONS, endpoint).with_answer(Limits::PROBE)
}

fn post<T: Serialize>(endpoint: Url, body: &T) -> Result<Call, Failure> {
    Call::endpoint(Purpose::Submit, Method::POST, endpoint).with_json(body)
}

fn text(payload: Payload, endpoint: Url, input: &LlmInput) -> Result<Call, Failure> {
    match payload {
        Payload::Standard | Payload::Extended => {
            Ok(post(endpoint, &bodies::text(input)?)?.with_answer(Limits::ENDPOINT))
        }
        Payload::OpenAi => {
            let path = chat_path(&endpoint);
            let mut call = post(endpoint, &bodies::chat(input)?)?;
            call.path = path.iter().map(|segment| (*segment).into()).collect();
            Ok(if input.stream {
                call.with_answer(Limits::STREAM)
            } else {
                call
            })
        }
        Payload::Example => Err(unknown()),
    }
}

/// What is missing behind the endpoint until `/v1/chat/completions`.
fn chat_path(endpoint: &Url) -> &'static [&'static str] {
    let path = endpoint.path().trim_end_matches('/');
    if path.ends_with("/v1/chat/completions") {
        &[]
    } else if path.ends_with("/v1") {
        &["chat", "completions"]
    } else {
        &["v1", "chat", "completions"]
    }
}

fn image(
    payload: Payload,
    endpoint: Url,
    input: &ImageInput,
    pictures: &[Picture],
) -> Result<Call, Failure> {
    match payload {
        Payload::Standard => post(endpoint, &bodies::standard_image(input, pictures)),
        Payload::Extended | Payload::Example if !pictures.is_empty() => {
            Err(refused("this deployment takes no pictures"))
        }
        Payload::Extended => post(endpoint, &bodies::extended_image(input)?),
        Payload::Example => {
            let call = Call::endpoint(Purpose::Submit, Method::GET, endpoint);
            Ok(with_seed(
                call.with_query("prompt", &input.prompt),
                input.seed,
            ))
        }
        Payload::OpenAi => Err(unknown()),
    }
}

fn edit(
    payload: Payload,
    endpoint: Url,
    input: &ImageInput,
    pictures: &[Picture],
) -> Result<Call, Failure> {
    match payload {
        Payload::Standard => post(endpoint, &bodies::standard_image(input, pictures)),
        Payload::Extended => post(endpoint, &bodies::extended_edit(input, pictures)?),
        Payload::Example | Payload::OpenAi => Err(unknown()),
    }
}

fn video(
    payload: Payload,
    endpoint: Url,
    input: &VideoInput,
    pictures: &[Picture],
) -> Result<Call, Failure> {
    match payload {
        Payload::Standard => post(endpoint, &bodies::standard_video(input, pictures)),
        Payload::Extended => post(endpoint, &bodies::extended_video(input, pictures)),
        Payload::Example => example_video(endpoint, input, pictures),
        Payload::OpenAi => Err(unknown()),
    }
}

/// Parameters in the query, the picture as a file of a form. The model wants a multiple of eight
/// frames and one more.
fn example_video(endpoint: Url, input: &VideoInput, pictures: &[Picture]) -> Result<Call, Failure> {
    let Some(Picture::Bytes { bytes, media_type }) = pictures.first() else {
        return Err(refused("this deployment needs a first picture as a file"));
    };
    let mut call =
        Call::endpoint(Purpose::Submit, Method::POST, endpoint).with_query("prompt", &input.prompt);
    if let Some(seconds) = input.duration_seconds {
        let frames = seconds.saturating_mul(EXAMPLE_FRAMES).saturating_add(1);
        call = call.with_query("num_frames", frames.to_string());
    }
    let ending = media_type.strip_prefix("image/").unwrap_or("png");
    call.body = Body::Multipart(vec![Part {
        name: "image_bytes",
        file: Some((format!("first.{ending}"), media_type.clone())),
        content: Bytes::clone(bytes),
    }]);
    Ok(with_seed(call, input.seed))
}

fn with_seed(call: Call, seed: Option<u32>) -> Call {
    match seed {
        Some(seed) => call.with_query("seed", seed.to_string()),
        None => call,
    }
}

fn speech(payload: Payload, endpoint: Url, input: &TtsInput) -> Result<Call, Failure> {
    match payload {
        Payload::Standard => post(endpoint, &bodies::standard_speech(input)),
        Payload::Extended => post(endpoint, &bodies::extended_speech(input)),
        Payload::Example => Ok(Call::endpoint(Purpose::Submit, Method::POST, endpoint)
            .with_query("prompt", &input.text)),
        Payload::OpenAi => Err(unknown()),
    }
}

fn music(payload: Payload, endpoint: Url, input: &MusicInput) -> Result<Call, Failure> {
    match payload {
        Payload::Standard => post(endpoint, &bodies::standard_music(input)),
        Payload::Extended => post(endpoint, &bodies::extended_music(input)?),
        Payload::Example | Payload::OpenAi => Err(unknown()),
    }
}
