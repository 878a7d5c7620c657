//! PiAPI's requests and answers against documented shapes.

use super::PiApi;
use crate::{
    Adapter, Auth, CheckStep, Failure, Host, Media, Progress, Purpose, Reply, Step,
    test_support::{job, json_reply, llm, music, path, reply, sent},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, MusicInput},
    keys::FindingResult,
    money::MicroUsd,
};
use serde_json::{Value, json};
use std::time::Duration;

const TASK: &str = "58cb41b7-556d-46c0-b82e-1e116aa1a31a";

fn body(model: &str, input: MusicInput) -> Value {
    let job = job(model, GenerationInput::Music(input));
    sent(&PiApi.call(&job, &Progress::default()).unwrap())
}

fn plain() -> MusicInput {
    MusicInput {
        prompt: "Night breeze".to_owned(),
        ..MusicInput::default()
    }
}

fn running() -> Progress {
    Progress {
        task: Some(TASK.to_owned()),
        polls: 2,
        ..Progress::default()
    }
}

fn create(reply: &Reply) -> Result<Step, Failure> {
    PiApi.read(&job("music-u", music()), &Progress::default(), reply)
}

fn poll(reply: &Reply) -> Result<Step, Failure> {
    PiApi.read(&job("music-u", music()), &running(), reply)
}

#[test]
fn udio_gets_description_style_and_length_in_one_text() {
    let input = MusicInput {
        style: Some("piano".to_owned()),
        title: Some("Dropped".to_owned()),
        duration_seconds: Some(90),
        seed: Some(7),
        ..plain()
    };
    assert_eq!(
        body("music-u", input),
        json!({
            "model": "music-u", "task_type": "generate_music",
            "input": { "gpt_description_prompt": "Night breeze, piano, about 90 seconds long",
                       "lyrics_type": "instrumental", "negative_tags": "", "seed": 7 },
            "config": { "service_mode": "public" }
        })
    );
    let call = PiApi
        .call(&job("music-u", music()), &Progress::default())
        .unwrap();
    assert_eq!((call.purpose, call.host), (Purpose::Submit, Host::PiApi));
    assert_eq!(call.auth, Auth::Header("x-api-key"));
    assert_eq!(path(&call), "api/v1/task");
}

#[test]
fn who_sings_what_decides_the_kind_of_lyrics() {
    let kind = |lyrics: Option<&str>, instrumental| {
        let input = MusicInput {
            lyrics: lyrics.map(str::to_owned),
            instrumental,
            ..plain()
        };
        let input = body("music-u", input)["input"].take();
        (input["lyrics_type"].clone(), input["lyrics"].clone())
    };
    assert_eq!(kind(Some("La la"), None), (json!("user"), json!("La la")));
    assert_eq!(kind(Some("La la"), Some(true)).0, "instrumental");
    assert_eq!(kind(Some("La la"), Some(true)).1, Value::Null);
    assert_eq!(kind(None, Some(false)).0, "generate");
    assert_eq!(kind(None, None).0, "instrumental");
    assert_eq!(kind(Some("  "), None).0, "instrumental");
}

#[test]
fn ace_step_gets_style_lyrics_and_seconds() {
    let input = MusicInput {
        style: Some("folk".to_owned()),
        lyrics: Some("La la".to_owned()),
        duration_seconds: Some(60),
        ..plain()
    };
    let body_of = body("Qubico/ace-step", input);
    assert_eq!(body_of["task_type"], "txt2audio");
    assert_eq!(
        body_of["input"],
        json!({ "style_prompt": "Night breeze, folk", "lyrics": "La la", "duration": 60 })
    );
    assert_eq!(
        body("Qubico/ace-step", plain())["input"],
        json!({ "style_prompt": "Night breeze", "lyrics": "[inst]" })
    );
}

#[test]
fn a_stopped_model_another_operation_and_an_unknown_model_are_never_sent() {
    for (model, input, fault) in [
        ("music-s", music(), Fault::ModelGone),
        ("Qubico/unknown", music(), Fault::ModelGone),
        ("music-u", llm(), Fault::BadRequest),
    ] {
        let call = PiApi.call(&job(model, input), &Progress::default());
        assert_eq!(call.unwrap_err().fault, fault, "{model}");
    }
}

#[test]
fn a_created_task_is_asked_for_after_five_seconds() {
    let created = reply(200, include_str!("fixtures/created.json"));
    let Ok(Step::Wait { progress, after }) = create(&created) else {
        panic!("not created")
    };
    assert_eq!(progress.task.as_deref(), Some(TASK));
    assert_eq!(after, Duration::from_secs(5));
    let call = PiApi.call(&job("music-u", music()), &progress).unwrap();
    assert_eq!(call.purpose, Purpose::Poll);
    assert_eq!(path(&call), format!("api/v1/task/{TASK}"));
}

#[test]
fn every_running_status_waits_although_an_error_object_is_there() {
    for status in [
        "pending",
        "Staged",
        "starting",
        "Processing",
        "retry",
        "new",
    ] {
        let body = json!({ "code": 200, "data": { "status": status,
            "error": { "code": 0, "message": "" } } });
        let Ok(Step::Wait { progress, after }) = poll(&json_reply(200, &body)) else {
            panic!("{status}")
        };
        assert_eq!((progress.polls, after), (3, Duration::from_secs(8)));
    }
}

#[test]
fn a_completed_task_has_its_songs_and_its_cost_in_points() {
    let Ok(Step::Done(produced)) = poll(&reply(200, include_str!("fixtures/completed.json")))
    else {
        panic!("not done")
    };
    let urls: Vec<&str> = produced
        .media
        .iter()
        .map(|media| match media {
            Media::Url(url) => url.as_str(),
            Media::Bytes { .. } => panic!("bytes"),
        })
        .collect();
    assert_eq!(
        urls,
        ["https://img.example/a.mp3", "https://img.example/b.mp3"]
    );
    assert_eq!(produced.usage.cost, Some(MicroUsd(50_000)));
    assert_eq!(produced.request_id.as_deref(), Some(TASK));
}

#[test]
fn ace_step_answers_one_address_and_unclear_points_are_no_cost() {
    for (usage, cost) in [
        (
            json!({ "type": "point", "consume": 300_001 }),
            Some(MicroUsd(30_001)),
        ),
        (
            json!({ "type": "point", "consume": 300_000.0 }),
            Some(MicroUsd(30_000)),
        ),
        (json!({ "type": "point", "consume": 0 }), None),
        (json!({ "type": "point", "consume": -5 }), None),
        (json!({ "type": "token", "consume": 5 }), None),
        (json!("free"), None),
    ] {
        let body = json!({ "code": 0, "data": { "status": "completed", "meta": { "usage": usage },
            "output": { "audio_url": "https://img.example/c.wav" } } });
        let Ok(Step::Done(produced)) = poll(&json_reply(200, &body)) else {
            panic!("not done")
        };
        assert_eq!((produced.media.len(), produced.usage.cost), (1, cost));
    }
}

#[test]
fn a_failed_task_says_why_and_ends() {
    let blocked = poll(&reply(200, include_str!("fixtures/failed.json"))).unwrap_err();
    assert_eq!(
        (blocked.fault, blocked.transient),
        (Fault::ContentBlocked, false)
    );
    assert!(blocked.detail(&[]).contains("lyrics violate"));
    let failed = |error: Value| {
        let body = json!({ "code": 200, "data": { "status": "failed", "error": error } });
        poll(&json_reply(200, &body)).unwrap_err().fault
    };
    assert_eq!(
        failed(json!({ "message": "Insufficient credits" })),
        Fault::NoCredit
    );
    assert_eq!(
        failed(json!({ "raw_message": "task timed out" })),
        Fault::Timeout
    );
    assert_eq!(
        failed(json!({ "code": 400, "message": "bad field" })),
        Fault::BadRequest
    );
    assert_eq!(failed(json!(null)), Fault::Upstream);
    let at_once = reply(200, include_str!("fixtures/failed.json"));
    assert_eq!(create(&at_once).unwrap_err().fault, Fault::ContentBlocked);
}

#[test]
fn every_error_of_the_creation_has_its_class() {
    for (status, fault) in [
        (400, Fault::BadRequest),
        (401, Fault::BadKey),
        (402, Fault::NoCredit),
        (403, Fault::Forbidden),
        (404, Fault::ModelGone),
        (429, Fault::RateLimited),
        (500, Fault::Upstream),
        (503, Fault::Overloaded),
    ] {
        let body = json!({ "code": status, "data": null, "message": "m" });
        for reply in [json_reply(status, &body), json_reply(200, &body)] {
            let failure = create(&reply).unwrap_err();
            assert_eq!(
                (failure.fault, failure.uncertain),
                (fault, false),
                "{status}"
            );
        }
    }
    for message in [
        "Invalid model",
        "model x: this service is no longer available",
    ] {
        let body = json!({ "code": 400, "data": null, "message": message });
        assert_eq!(
            create(&json_reply(400, &body)).unwrap_err().fault,
            Fault::ModelGone
        );
    }
    for body in ["<html>", "{\"code\":200,\"data\":{}}", "{}"] {
        let lost = create(&reply(200, body)).unwrap_err();
        assert!(lost.uncertain && !lost.transient, "{body}");
    }
}

#[test]
fn a_poll_goes_on_after_a_hiccup_and_ends_at_an_unknown_task() {
    let hiccup = poll(&reply(502, "<html>")).unwrap_err();
    assert!(hiccup.transient && hiccup.retry_after == Some(Duration::from_secs(8)));
    for status in [200, 403] {
        let unread = poll(&reply(status, "<html>")).unwrap_err();
        assert!(unread.transient && !unread.uncertain, "{status}");
    }
    let gone = poll(&json_reply(
        404,
        &json!({ "code": 404, "message": "no task" }),
    ))
    .unwrap_err();
    assert_eq!((gone.fault, gone.transient), (Fault::Upstream, false));
}

#[test]
fn the_key_test_tells_the_balance_in_dollars() {
    let call = PiApi.check_call(0, None).unwrap();
    assert_eq!(path(&call), "account/info");
    assert!(PiApi.check_call(1, None).is_none());
    let found = |reply: &Reply| match PiApi.check_read(0, reply) {
        CheckStep::Done(found) => found,
        CheckStep::Next(_) => panic!("known"),
    };
    let good = found(&reply(200, include_str!("fixtures/account.json")));
    assert_eq!(good.auth.result, FindingResult::Ok);
    assert_eq!(good.quota.message, "US$12.34 are left at PiAPI.");
    let empty = json!({ "code": 200, "data": { "equivalent_in_usd": 0 } });
    assert_eq!(
        found(&json_reply(200, &empty)).quota.result,
        FindingResult::Failed
    );
    let untold = json!({ "code": 200, "data": { "name": "x" } });
    assert_eq!(
        found(&json_reply(200, &untold)).quota.result,
        FindingResult::Unknown
    );
    for status in [401, 403] {
        let wrong = json!({ "code": status, "data": null, "message": "invalid key" });
        assert_eq!(
            found(&json_reply(status, &wrong)).auth.result,
            FindingResult::Failed
        );
    }
}
