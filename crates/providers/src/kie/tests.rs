//! KIE's calls and answers, from the upload to the result, against recorded shapes.

use super::Kie;
use crate::{
    Adapter, Body, Host, Job, Media, Picture, Progress, Purpose, Step,
    test_support::{job, path, png, reply, sent},
};
use bytes::Bytes;
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, VideoInput},
    money::MicroUsd,
};
use serde_json::{Value, json};
use std::time::Duration;

mod answers;
mod chat;
mod chat_answers;
mod inputs;
mod music;
mod prices;
mod veo;

const GROK: &str = "grok-imagine/image-to-video";

fn asked(progress: &Progress, job: &Job) -> Value {
    sent(&Kie.call(job, progress).unwrap())
}

fn clip(model: &str, edit: impl Fn(&mut VideoInput)) -> Job {
    let mut input = VideoInput {
        prompt: "Waves".to_owned(),
        ..VideoInput::default()
    };
    edit(&mut input);
    job(model, GenerationInput::Video(input))
}

fn with_picture(mut job: Job) -> Job {
    job.pictures = vec![Picture::Url("https://example.com/a.png".to_owned())];
    job
}

fn running(polls: u32) -> Progress {
    Progress {
        task: Some("t1".to_owned()),
        polls,
        ..Progress::default()
    }
}

#[test]
fn a_clip_is_upload_create_and_polls() {
    let mut job = clip(GROK, |input| input.resolution = Some("720P".to_owned()));
    job.pictures = vec![png()];
    let mut progress = Progress::default();

    let upload = Kie.call(&job, &progress).unwrap();
    assert_eq!(
        (upload.purpose, upload.host),
        (Purpose::Prepare, Host::KieUpload)
    );
    assert_eq!(path(&upload), "api/file-base64-upload");
    let body = sent(&upload);
    assert_eq!(body["base64Data"], "data:image/png;base64,iVBORw==");
    assert_eq!(body["fileName"], "0190-ab-0.png");
    let step = Kie.read(
        &job,
        &progress,
        &reply(200, include_str!("fixtures/uploaded.json")),
    );
    let Ok(Step::Continue(next)) = step else {
        panic!("not uploaded")
    };
    progress = next;

    let create = Kie.call(&job, &progress).unwrap();
    assert_eq!((create.purpose, create.host), (Purpose::Submit, Host::Kie));
    assert_eq!(path(&create), "api/v1/jobs/createTask");
    assert_eq!(
        sent(&create),
        json!({ "model": GROK, "input": {
            "prompt": "Waves",
            "image_urls": ["https://tempfile.redpandaai.co/kieai/a.png"],
            "duration": "6", "resolution": "720p", "mode": "normal"
        } })
    );
    let step = Kie.read(
        &job,
        &progress,
        &reply(200, include_str!("fixtures/created.json")),
    );
    let Ok(Step::Wait { progress, after }) = step else {
        panic!("not created")
    };
    assert_eq!(
        progress.task.as_deref(),
        Some("a8de419efea8acc988aa41b07b131d18")
    );
    assert_eq!(after, Duration::from_millis(2_500));

    let poll = Kie.call(&job, &progress).unwrap();
    assert_eq!(
        (poll.purpose, path(&poll)),
        (Purpose::Poll, "api/v1/jobs/recordInfo".to_owned())
    );
    assert_eq!(
        poll.query,
        [("taskId", "a8de419efea8acc988aa41b07b131d18".to_owned())]
    );
    let step = Kie.read(
        &job,
        &progress,
        &reply(200, include_str!("fixtures/waiting.json")),
    );
    let Ok(Step::Wait { progress, after }) = step else {
        panic!("not waiting")
    };
    assert_eq!((progress.polls, after), (1, Duration::from_secs(2)));

    let step = Kie.read(
        &job,
        &progress,
        &reply(200, include_str!("fixtures/success.json")),
    );
    let Ok(Step::Done(produced)) = step else {
        panic!("not done")
    };
    let Media::Url(url) = &produced.media[0] else {
        panic!("no address")
    };
    assert_eq!(url, "https://tempfile.aiquickdraw.com/seedance/clip.mp4");
    assert_eq!(produced.usage.cost, Some(MicroUsd(62_500)));
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let mut job = with_picture(clip(GROK, |_| {}));
    job.pictures.push(png());
    let stored = serde_json::to_string(&running(7)).unwrap();
    let progress: Progress = serde_json::from_str(&stored).unwrap();
    assert_eq!(Kie.call(&job, &progress).unwrap().purpose, Purpose::Poll);
    let uploaded = Progress {
        uploads: vec!["https://up/1".to_owned()],
        ..Progress::default()
    };
    assert_eq!(
        asked(&uploaded, &job)["input"]["image_urls"],
        json!(["https://example.com/a.png", "https://up/1"])
    );
    assert_eq!(
        serde_json::from_str::<Progress>("{}").unwrap(),
        Progress::default()
    );
}

#[test]
fn a_large_picture_is_uploaded_as_a_form() {
    let mut job = clip(GROK, |_| {});
    let bytes = Bytes::from(vec![0; 7_000_001]);
    job.pictures = vec![Picture::Bytes {
        bytes,
        media_type: "image/jpeg".to_owned(),
    }];
    let call = Kie.call(&job, &Progress::default()).unwrap();
    assert_eq!(path(&call), "api/file-stream-upload");
    let Body::Multipart(parts) = &call.body else {
        panic!("no form")
    };
    let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
    assert_eq!(names, ["file", "uploadPath", "fileName"]);
}
