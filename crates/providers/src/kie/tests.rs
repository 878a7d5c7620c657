//! KIE's calls and answers, from the upload to the result, against recorded shapes.

use super::{Kie, families};
use crate::{
    Adapter, Body, Failure, Host, Job, Media, Picture, Progress, Purpose, Step,
    test_support::{job, path, png, reply, sent},
};
use bytes::Bytes;
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, MusicInput, VideoInput},
    money::MicroUsd,
};
use serde_json::{Value, json};
use std::time::Duration;

mod answers;

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

fn tune(edit: impl Fn(&mut MusicInput)) -> Value {
    let mut input = MusicInput {
        prompt: "Calm strings".to_owned(),
        ..MusicInput::default()
    };
    edit(&mut input);
    asked(
        &Progress::default(),
        &job("V5", GenerationInput::Music(input)),
    )
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

#[test]
fn each_family_names_its_parameters_in_its_own_way() {
    let url = "https://example.com/a.png";
    let all = |input: &mut VideoInput| {
        input.aspect_ratio = Some("9:16".to_owned());
        input.audio = Some(true);
    };
    let table = [
        (
            "kling-2.6/image-to-video",
            Some(10),
            None,
            json!({ "image_urls": [url], "duration": "10", "sound": true }),
        ),
        (
            "kling-3.0/video",
            Some(7),
            Some("1080p"),
            json!({ "image_urls": [url], "duration": "7", "sound": true, "aspect_ratio": "9:16",
                 "mode": "pro", "multi_shots": false, "multi_prompt": [] }),
        ),
        (
            "kling/v2-5-turbo-image-to-video-pro",
            Some(5),
            None,
            json!({ "image_url": url, "duration": "5" }),
        ),
        (
            "kling/v2-1-standard",
            Some(5),
            None,
            json!({ "image_url": url, "duration": "5" }),
        ),
        (
            "hailuo/02-image-to-video-standard",
            Some(6),
            Some("768p"),
            json!({ "image_url": url, "duration": "6", "resolution": "768P" }),
        ),
        (
            "hailuo/02-image-to-video-pro",
            Some(6),
            None,
            json!({ "image_url": url }),
        ),
        (
            "hailuo/2-3-image-to-video-pro",
            Some(6),
            Some("1080P"),
            json!({ "image_url": url, "duration": "6", "resolution": "1080P" }),
        ),
        (
            "wan/2-2-a14b-image-to-video-turbo",
            None,
            Some("480p"),
            json!({ "image_url": url, "resolution": "480p" }),
        ),
        (
            "wan/2-5-image-to-video",
            None,
            None,
            json!({ "image_url": url, "duration": "5" }),
        ),
        (
            "wan/2-6-image-to-video",
            Some(15),
            Some("720p"),
            json!({ "image_urls": [url], "duration": "15", "resolution": "720p" }),
        ),
        (
            "wan/2-6-flash-image-to-video",
            Some(5),
            None,
            json!({ "image_urls": [url], "duration": "5", "audio": true }),
        ),
        (
            "wan/2-7-image-to-video",
            Some(9),
            None,
            json!({ "first_frame_url": url, "duration": 9 }),
        ),
        (
            "bytedance/seedance-1.5-pro",
            Some(8),
            Some("1080p"),
            json!({ "input_urls": [url], "duration": "8", "resolution": "1080p",
                 "aspect_ratio": "9:16", "generate_audio": true }),
        ),
        (
            "bytedance/seedance-2",
            Some(5),
            None,
            json!({ "first_frame_url": url, "duration": 5, "aspect_ratio": "9:16",
                 "generate_audio": true }),
        ),
        (
            "bytedance/seedance-2-fast",
            Some(5),
            None,
            json!({ "first_frame_url": url, "duration": 5, "aspect_ratio": "9:16",
                 "generate_audio": true }),
        ),
        (
            "bytedance/v1-pro-image-to-video",
            Some(5),
            Some("1080p"),
            json!({ "image_url": url, "duration": "5", "resolution": "1080p" }),
        ),
    ];
    for (model, seconds, size, mut expected) in table {
        let job = with_picture(clip(model, |input| {
            all(input);
            input.duration_seconds = seconds;
            input.resolution = size.map(str::to_owned);
        }));
        expected["prompt"] = json!("Waves");
        assert_eq!(
            asked(&Progress::default(), &job),
            json!({ "model": model, "input": expected })
        );
    }
    let wan = clip("wan/2-7-text-to-video", |input| {
        all(input);
        input.duration_seconds = Some(4);
    });
    let expected = json!({ "prompt": "Waves", "ratio": "9:16", "duration": 4 });
    assert_eq!(asked(&Progress::default(), &wan)["input"], expected);
}

#[test]
fn sound_that_costs_more_is_off_unless_chosen() {
    let body = asked(&Progress::default(), &clip("bytedance/seedance-2", |_| {}));
    assert_eq!(body["input"]["generate_audio"], false);
}

#[test]
fn without_a_picture_grok_works_from_text() {
    let body = asked(&Progress::default(), &clip(GROK, |_| {}));
    assert_eq!(body["model"], "grok-imagine/text-to-video");
    assert_eq!(body["input"]["duration"], 6);
}

#[test]
fn what_a_model_does_not_take_is_refused_before_anything_is_sent() {
    let refusals = [
        (clip("kling-2.6/image-to-video", |_| {}), Fault::BadRequest),
        (
            with_picture(clip("kling-2.6/text-to-video", |_| {})),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| i.duration_seconds = Some(7)),
            Fault::BadRequest,
        ),
        (
            clip("wan/2-6-text-to-video", |i| {
                i.resolution = Some("480p".to_owned())
            }),
            Fault::BadRequest,
        ),
        (
            clip("kling-2.6/text-to-video", |i| {
                i.resolution = Some("720p".to_owned())
            }),
            Fault::BadRequest,
        ),
        (clip("sora-2-text-to-video", |_| {}), Fault::ModelGone),
        (clip("../../jobs", |_| {}), Fault::ModelGone),
        (job("V5", crate::test_support::llm()), Fault::BadRequest),
    ];
    for (job, expected) in refusals {
        let failure = Kie.call(&job, &Progress::default()).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (expected, false),
            "{}",
            job.model
        );
    }
    let mut unknown = clip("sora-2-text-to-video", |_| {});
    unknown.pictures = vec![png()];
    assert!(
        Kie.call(&unknown, &Progress::default()).is_err(),
        "refused before the upload"
    );
}

#[test]
fn the_table_of_families_is_sound() {
    for family in families::all() {
        for (_, value) in family.extra {
            serde_json::from_str::<Value>(value).unwrap();
        }
        let found = families::family(family.id).unwrap();
        assert_eq!(found.id, family.id, "an earlier row hides this one");
        if let Some(sibling) = family.without_picture {
            assert!(families::family(sibling).is_some());
        }
        let default = VideoInput {
            prompt: "Waves".to_owned(),
            ..VideoInput::default()
        };
        let job = job(family.id, GenerationInput::Video(default));
        let job = if family.needs_picture {
            with_picture(job)
        } else {
            job
        };
        assert!(
            Kie.call(&job, &Progress::default()).is_ok(),
            "{}",
            family.id
        );
    }
}

#[test]
fn music_without_words_is_simple_until_something_is_chosen() {
    assert_eq!(
        tune(|_| {}),
        json!({ "model": "V5", "customMode": false, "instrumental": true,
                "prompt": "Calm strings", "callBackUrl": "https://example.com/film-generator" })
    );
    let styled = tune(|input| {
        input.style = Some("jazz".to_owned());
        input.title = Some("Dawn".to_owned());
        input.duration_seconds = Some(60);
    });
    assert_eq!(
        styled,
        json!({ "model": "V5", "customMode": true, "instrumental": true,
                "prompt": "Calm strings", "style": "jazz, Calm strings, about 60 seconds long",
                "title": "Dawn", "callBackUrl": "https://example.com/film-generator" })
    );
}

#[test]
fn lyrics_are_sung_as_they_are_and_a_description_never_is() {
    let sung = tune(|input| input.lyrics = Some("La la".to_owned()));
    assert_eq!(sung["customMode"], true);
    assert_eq!(sung["instrumental"], false);
    assert_eq!(sung["prompt"], "La la");
    assert_eq!(
        (&sung["style"], &sung["title"]),
        (&json!("Calm strings"), &json!("Calm strings"))
    );
    let described = tune(|input| {
        input.instrumental = Some(false);
        input.style = Some("folk".to_owned());
    });
    assert_eq!(described["customMode"], false);
    assert_eq!(described["prompt"], "folk, Calm strings");
    let silent = tune(|input| {
        input.instrumental = Some(true);
        input.lyrics = Some("La la".to_owned());
    });
    assert_eq!(
        (&silent["instrumental"], &silent["prompt"]),
        (&json!(true), &json!("Calm strings"))
    );
}

#[test]
fn a_length_is_a_number_where_the_model_takes_one() {
    let input = MusicInput {
        prompt: "Calm".to_owned(),
        duration_seconds: Some(60),
        ..MusicInput::default()
    };
    let body = asked(
        &Progress::default(),
        &job("V6", GenerationInput::Music(input)),
    );
    assert_eq!(
        (&body["duration"], &body["style"]),
        (&json!(60), &json!("Calm"))
    );
}

#[test]
fn too_long_a_song_is_refused_and_not_cut() {
    let long = |lyrics: Option<String>, prompt: String, instrumental: bool| {
        let input = MusicInput {
            prompt,
            lyrics,
            instrumental: Some(instrumental),
            ..MusicInput::default()
        };
        Kie.call(
            &job("V5", GenerationInput::Music(input)),
            &Progress::default(),
        )
    };
    let fault = |call: Result<_, Failure>| call.map(|_: crate::Call| ()).unwrap_err().fault;
    assert_eq!(fault(long(None, "é".repeat(501), false)), Fault::TooLarge);
    assert_eq!(fault(long(None, "é".repeat(1_001), true)), Fault::TooLarge);
    assert_eq!(
        fault(long(Some("é".repeat(5_001)), String::new(), false)),
        Fault::TooLarge
    );
    assert!(long(None, "é".repeat(501), true).is_ok());
}
