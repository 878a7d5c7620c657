//! Video or music job → upload, create and poll calls. Pure. What a model does not take is refused
//! here, before anything is paid.

use super::{
    families::{Family, First, Length, family},
    wire::{Base64Upload, CreateTask, GenerateMusic},
};
use crate::{Auth, Body, Call, Failure, Host, Job, Limits, Picture, Purpose, call::Part};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{
    Operation, ProviderFault,
    input::{GenerationInput, MusicInput, VideoInput},
};
use serde_json::{Map, Value, json};

/// The largest picture that is uploaded as base64; larger ones go as a form (KIE docs, file upload).
const MOST_AS_BASE64: usize = 7_000_000;
const UPLOAD_PATH: &str = "images/film-generator";
/// Suno tasks are refused without an address to call back; nobody listens there.
const CALL_BACK: &str = "https://example.com/film-generator";
/// The longest description in Suno's simple mode.
const SIMPLE_PROMPT: usize = 500;
/// The longest title.
const TITLE: usize = 80;

fn refused(why: impl Into<String>) -> Failure {
    Failure::ours(ProviderFault::BadRequest, why)
}

/// Whether the job can be said at all, asked before its pictures are uploaded.
pub fn check(job: &Job) -> Result<(), Failure> {
    let placeholder = vec![String::new(); job.pictures.len()];
    create(job, &placeholder).map(|_| ())
}

/// The free upload of a picture; the same job gives it the same name again.
pub fn upload(job: &Job, index: usize, bytes: &Bytes, media_type: &str) -> Result<Call, Failure> {
    let ending = match media_type {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "png",
    };
    let id: String = job
        .generation
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let name = format!("{id}-{index}.{ending}");
    if bytes.len() > MOST_AS_BASE64 {
        return Ok(stream_upload(name, bytes, media_type));
    }
    let body = Base64Upload {
        base64_data: format!("data:{media_type};base64,{}", STANDARD.encode(bytes)),
        upload_path: UPLOAD_PATH,
        file_name: &name,
    };
    let path = vec!["api".into(), "file-base64-upload".into()];
    let call = Call::post(Purpose::Prepare, Host::KieUpload, Auth::Bearer, path, &body)?;
    Ok(call.with_answer(Limits::UPLOAD))
}

fn stream_upload(name: String, bytes: &Bytes, media_type: &str) -> Call {
    let field = |name, content: String| Part {
        name,
        file: None,
        content: Bytes::from(content),
    };
    let file = Part {
        name: "file",
        file: Some((name.clone(), media_type.to_owned())),
        content: bytes.clone(),
    };
    let parts = vec![
        file,
        field("uploadPath", UPLOAD_PATH.to_owned()),
        field("fileName", name),
    ];
    let path = &["api", "file-stream-upload"];
    let mut call = Call::get(Purpose::Prepare, Host::KieUpload, Auth::Bearer, path);
    call.method = http::Method::POST;
    call.body = Body::Multipart(parts);
    call.with_answer(Limits::UPLOAD)
}

/// The paid call. `uploads` are the addresses of the uploaded pictures, in their order.
pub fn create(job: &Job, uploads: &[String]) -> Result<Call, Failure> {
    let path = |segments: &[&'static str]| segments.iter().map(|s| (*s).into()).collect();
    match &job.input {
        GenerationInput::Video(input) => {
            let body = video(job, input, uploads)?;
            let path = path(&["api", "v1", "jobs", "createTask"]);
            Call::post(Purpose::Submit, Host::Kie, Auth::Bearer, path, &body)
        }
        GenerationInput::Music(input) => {
            let body = music(&job.model, input)?;
            let path = path(&["api", "v1", "generate"]);
            Call::post(Purpose::Submit, Host::Kie, Auth::Bearer, path, &body)
        }
        _ => Err(refused("KIE is used for video and music")),
    }
}

/// The question how a task is doing.
pub fn poll(job: &Job, task: &str) -> Call {
    let path: &[&'static str] = match job.input.operation() {
        Operation::Music => &["api", "v1", "generate", "record-info"],
        _ => &["api", "v1", "jobs", "recordInfo"],
    };
    Call::get(Purpose::Poll, Host::Kie, Auth::Bearer, path).with_query("taskId", task)
}

/// The free test of a key.
pub fn credit() -> Call {
    Call::get(
        Purpose::Check,
        Host::Kie,
        Auth::Bearer,
        &["api", "v1", "chat", "credit"],
    )
}

fn video<'a>(
    job: &'a Job,
    input: &VideoInput,
    uploads: &[String],
) -> Result<CreateTask<'a>, Failure> {
    let unknown = || Failure::ours(ProviderFault::ModelGone, "an unknown video model");
    let mut chosen = family(&job.model).ok_or_else(unknown)?;
    let mut model = job.model.as_str();
    let addresses = addresses(job, uploads);
    if addresses.is_empty()
        && let Some(sibling) = chosen.without_picture
    {
        model = sibling;
        chosen = family(sibling).ok_or_else(unknown)?;
    }
    let mut body = Map::new();
    body.insert("prompt".to_owned(), json!(input.prompt));
    for (name, value) in chosen.extra {
        let value = serde_json::from_str(value).expect("the table holds JSON, a test reads it all");
        body.insert((*name).to_owned(), value);
    }
    first_picture(&mut body, chosen, addresses)?;
    length(&mut body, chosen, input.duration_seconds)?;
    if let Some(size) = &input.resolution {
        resolution(&mut body, chosen, size)?;
    }
    if let Some(name) = chosen.aspect
        && let Some(shape) = input.aspect_ratio.as_deref().or(chosen.default_aspect)
    {
        body.insert(name.to_owned(), json!(shape));
    }
    if let Some(name) = chosen.sound {
        body.insert(name.to_owned(), json!(input.audio.unwrap_or(false)));
    }
    Ok(CreateTask { model, input: body })
}

/// The addresses of all pictures: uploaded ones in their places between those given by address.
fn addresses(job: &Job, uploads: &[String]) -> Vec<String> {
    let mut uploads = uploads.iter();
    job.pictures
        .iter()
        .filter_map(|picture| match picture {
            Picture::Bytes { .. } => uploads.next().cloned(),
            Picture::Url(url) => Some(url.clone()),
        })
        .collect()
}

fn first_picture(
    body: &mut Map<String, Value>,
    family: &Family,
    addresses: Vec<String>,
) -> Result<(), Failure> {
    let Some(first) = addresses.first() else {
        return if family.needs_picture {
            Err(refused("this model needs a first picture"))
        } else {
            Ok(())
        };
    };
    match family.first {
        First::One(name) => body.insert(name.to_owned(), json!(first)),
        First::List(name) => body.insert(name.to_owned(), json!(addresses)),
        First::None => return Err(refused("this model takes no picture")),
    };
    Ok(())
}

fn length(
    body: &mut Map<String, Value>,
    family: &Family,
    chosen: Option<u32>,
) -> Result<(), Failure> {
    let Some(seconds) = chosen.or(family.default_length) else {
        return Ok(());
    };
    let value = match family.length {
        Length::Text(offered) if offered.contains(&seconds) => json!(seconds.to_string()),
        Length::Number(least, most) if (least..=most).contains(&seconds) => json!(seconds),
        Length::Fixed => return Ok(()),
        Length::Text(_) | Length::Number(..) => {
            return Err(refused("this model does not make clips of this length"));
        }
    };
    body.insert("duration".to_owned(), value);
    Ok(())
}

/// The size in the family's own spelling. Kling 3 names its sizes by quality.
fn resolution(body: &mut Map<String, Value>, family: &Family, size: &str) -> Result<(), Failure> {
    let Some((name, offered)) = family.resolution else {
        return Err(refused("this model has one size"));
    };
    let by_quality = match (name, size) {
        ("mode", "720p") => "std",
        ("mode", "1080p") => "pro",
        _ => size,
    };
    let spelled = offered
        .iter()
        .find(|one| one.eq_ignore_ascii_case(by_quality))
        .ok_or_else(|| refused("this model does not have this size"))?;
    body.insert(name.to_owned(), json!(spelled));
    Ok(())
}

/// Suno has a simple mode, where it writes the words itself from a description, and a custom mode,
/// where the prompt is sung as it is and style and title are required.
fn music<'a>(model: &'a str, input: &MusicInput) -> Result<GenerateMusic<'a>, Failure> {
    let lyrics = input
        .lyrics
        .as_deref()
        .filter(|lyrics| !lyrics.trim().is_empty());
    let instrumental = input.instrumental.unwrap_or(lyrics.is_none());
    let lyrics = lyrics.filter(|_| !instrumental);
    let takes_duration = model.starts_with("V5_5") || model.starts_with("V6");
    let seconds = input.duration_seconds;
    let told_length = seconds
        .filter(|_| !takes_duration)
        .map(|s| format!("about {s} seconds long"));
    let described = join(&[
        input.style.as_deref(),
        some(&input.prompt),
        told_length.as_deref(),
    ]);
    let is_plain = input.style.is_none() && input.title.is_none() && seconds.is_none();
    let custom =
        lyrics.is_some() || (instrumental && !(is_plain && count(&input.prompt) <= SIMPLE_PROMPT));
    if !custom {
        if count(&described) > SIMPLE_PROMPT {
            return Err(too_long(
                "a description for a song is at most 500 characters long",
            ));
        }
        return Ok(GenerateMusic {
            model,
            custom_mode: false,
            instrumental,
            prompt: described,
            style: None,
            title: None,
            duration: None,
            call_back_url: CALL_BACK,
        });
    }
    let (most_style, most_prompt) = if model == "V4" {
        (200, 3_000)
    } else {
        (1_000, 5_000)
    };
    if count(&described) > most_style {
        return Err(too_long("style and description are too long together"));
    }
    let prompt = lyrics.unwrap_or(&input.prompt);
    if count(prompt) > most_prompt {
        return Err(too_long("the lyrics are too long"));
    }
    Ok(GenerateMusic {
        model,
        custom_mode: true,
        instrumental,
        prompt: prompt.to_owned(),
        style: Some(if described.is_empty() {
            "Cinematic".to_owned()
        } else {
            described
        }),
        title: Some(title(input)),
        duration: seconds.filter(|_| takes_duration),
        call_back_url: CALL_BACK,
    })
}

fn too_long(why: &str) -> Failure {
    Failure::ours(ProviderFault::TooLarge, why)
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

fn join(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .flatten()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// The title, or the first words of the description.
fn title(input: &MusicInput) -> String {
    let given = input.title.as_deref().and_then(some);
    let text = given.or(some(&input.prompt)).unwrap_or("Untitled").trim();
    let line = text.lines().next().unwrap_or(text);
    if given.is_some() {
        return line.chars().take(TITLE).collect();
    }
    let mut title = String::new();
    for word in line.split_whitespace() {
        if count(&title) + count(word) > 40 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.is_empty() {
        line.chars().take(40).collect()
    } else {
        title
    }
}
