//! Whatever a model offers changes what its provider is sent: a choice that went nowhere would be a
//! lie of the interface.

use super::load;
use bytes::Bytes;
use domain::{
    Operation, ProviderId,
    catalog::{Capabilities, Model},
    input::{GenerationInput, ImageInput, LlmInput, MusicInput, TtsInput, VideoInput},
    provider::EndpointKind,
};
use providers::{Body, Job, Picture, Progress};
use url::Url;

/// A job of the model with an input that `edit` has had its say in.
fn job(model: &Model, edit: &dyn Fn(&mut GenerationInput)) -> Job {
    let picture = || Picture::Bytes {
        bytes: Bytes::from_static(b"\x89PNG\r\n\x1a\n"),
        media_type: "image/png".to_owned(),
    };
    let mut input = match model.operation {
        Operation::Llm => GenerationInput::Llm(LlmInput {
            prompt: "A storm".to_owned(),
            ..LlmInput::default()
        }),
        Operation::Image => GenerationInput::Image(ImageInput {
            prompt: "A storm".to_owned(),
            ..ImageInput::default()
        }),
        Operation::Video => GenerationInput::Video(VideoInput {
            prompt: "A storm".to_owned(),
            ..VideoInput::default()
        }),
        Operation::Tts => GenerationInput::Tts(TtsInput {
            text: "A storm".to_owned(),
            ..TtsInput::default()
        }),
        Operation::Music => GenerationInput::Music(MusicInput {
            prompt: "A storm".to_owned(),
            instrumental: Some(true),
            ..MusicInput::default()
        }),
    };
    input.fill_defaults(&model.can);
    edit(&mut input);
    let needs_endpoint =
        EndpointKind::needed_by(model.provider, model.operation, model.sent_id()).is_some();
    Job {
        generation: "0190-ab".to_owned(),
        model: model.sent_id().to_owned(),
        input,
        pictures: if model.can.needs_image {
            vec![picture()]
        } else {
            Vec::new()
        },
        endpoint: needs_endpoint
            .then(|| Url::parse("https://me--app.modal.run/").expect("an address")),
    }
}

/// The paid request as text: path, query and body.
fn sent(model: &Model, edit: &dyn Fn(&mut GenerationInput)) -> String {
    let what = format!("{} {} {}", model.operation, model.provider, model.id);
    let adapter = providers::adapter(model.provider, model.operation)
        .unwrap_or_else(|| panic!("{what}: no adapter"));
    let uploaded = Progress {
        uploads: vec!["https://example.com/a.png".to_owned()],
        ..Progress::default()
    };
    let call = adapter
        .call(&job(model, edit), &uploaded)
        .unwrap_or_else(|failure| panic!("{what}: {failure}"));
    let body = match &call.body {
        Body::None => String::new(),
        Body::Json(json) => String::from_utf8_lossy(json).into_owned(),
        Body::Multipart(parts) => parts
            .iter()
            .map(|part| format!("{}={:?}", part.name, part.content))
            .collect(),
    };
    format!("{:?} {:?} {body}", call.path, call.query)
}

/// That two values of a parameter make two requests.
fn differs(
    model: &Model,
    parameter: &str,
    one: &dyn Fn(&mut GenerationInput),
    other: &dyn Fn(&mut GenerationInput),
) {
    assert_ne!(
        sent(model, one),
        sent(model, other),
        "{} {} {}: {parameter} goes nowhere",
        model.operation,
        model.provider,
        model.id
    );
}

fn resolution(value: &str) -> impl Fn(&mut GenerationInput) + '_ {
    move |input| match input {
        GenerationInput::Image(image) => image.resolution = Some(value.to_owned()),
        GenerationInput::Video(video) => video.resolution = Some(value.to_owned()),
        _ => {}
    }
}

fn aspect_ratio(value: &str) -> impl Fn(&mut GenerationInput) + '_ {
    move |input| match input {
        GenerationInput::Image(image) => image.aspect_ratio = Some(value.to_owned()),
        GenerationInput::Video(video) => video.aspect_ratio = Some(value.to_owned()),
        _ => {}
    }
}

fn duration(value: u32) -> impl Fn(&mut GenerationInput) {
    move |input| match input {
        GenerationInput::Video(video) => video.duration_seconds = Some(value),
        GenerationInput::Music(music) => music.duration_seconds = Some(value),
        _ => {}
    }
}

fn seed(value: u32) -> impl Fn(&mut GenerationInput) {
    move |input| match input {
        GenerationInput::Image(image) => image.seed = Some(value),
        GenerationInput::Video(video) => video.seed = Some(value),
        GenerationInput::Tts(tts) => tts.seed = Some(value),
        GenerationInput::Music(music) => music.seed = Some(value),
        GenerationInput::Llm(_) => {}
    }
}

fn audio(value: bool) -> impl Fn(&mut GenerationInput) {
    move |input| {
        if let GenerationInput::Video(video) = input {
            video.audio = Some(value);
        }
    }
}

fn voice(value: &str) -> impl Fn(&mut GenerationInput) + '_ {
    move |input| {
        if let GenerationInput::Tts(tts) = input {
            tts.voice = Some(value.to_owned());
        }
    }
}

fn language(value: &str) -> impl Fn(&mut GenerationInput) + '_ {
    move |input| {
        if let GenerationInput::Tts(tts) = input {
            tts.language = Some(value.to_owned());
        }
    }
}

fn words(field: &'static str, value: &'static str) -> impl Fn(&mut GenerationInput) {
    move |input| match (input, field) {
        (GenerationInput::Tts(tts), "style") => tts.style = Some(value.to_owned()),
        (GenerationInput::Music(music), "style") => music.style = Some(value.to_owned()),
        (GenerationInput::Music(music), "title") => music.title = Some(value.to_owned()),
        (GenerationInput::Music(music), "lyrics") => {
            music.instrumental = Some(false);
            music.lyrics = Some(value.to_owned());
        }
        _ => {}
    }
}

/// Every two neighbours of what is offered.
fn each<T>(values: &[T], check: impl Fn(&T, &T)) {
    for pair in values.windows(2) {
        check(&pair[0], &pair[1]);
    }
}

fn reaches(model: &Model) {
    let Capabilities {
        resolutions,
        aspect_ratios,
        durations,
        voices,
        languages,
        ..
    } = &model.can;
    each(resolutions, |a, b| {
        differs(model, "the resolution", &resolution(a), &resolution(b));
    });
    each(aspect_ratios, |a, b| {
        differs(model, "the shape", &aspect_ratio(a), &aspect_ratio(b));
    });
    each(durations, |a, b| {
        differs(model, "the length", &duration(*a), &duration(*b));
    });
    each(voices, |a, b| {
        differs(model, "the voice", &voice(&a.id), &voice(&b.id));
    });
    each(languages, |a, b| {
        differs(model, "the language", &language(a), &language(b));
    });
    if model.can.audio {
        differs(model, "sound", &audio(false), &audio(true));
    }
    if model.can.seed {
        differs(model, "the seed", &seed(11_111), &seed(22_222));
    }
    for (offered, field) in [
        (model.can.style, "style"),
        (model.can.title, "title"),
        (model.can.lyrics, "lyrics"),
    ] {
        if offered {
            differs(model, field, &words(field, "warm"), &words(field, "cold"));
        }
    }
}

#[test]
fn every_choice_that_a_model_offers_reaches_its_provider() {
    let catalog = load().unwrap();
    let mut seen = 0;
    for model in &catalog.models {
        let is_program = model.provider == ProviderId::ClaudeCli;
        // What is switched off is not sent any more.
        if is_program || model.is_retired("2026-11-22") {
            continue;
        }
        reaches(model);
        seen += 1;
    }
    assert!(seen > 180, "only {seen} models were tried");
}
