//! sunoapi.org's requests and answers against documented shapes.

mod hosted;

use super::Suno;
use crate::{
    Adapter, Auth, CheckStep, Failure, Host, Media, Progress, Purpose, Reply, Step,
    test_support::{job, json_reply, llm, music, path, reply, sent},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, MusicInput},
    keys::FindingResult,
};
use serde_json::{Value, json};
use std::time::Duration;

const TASK: &str = "091fbbaa1d20d47e9576ce84d5254b18";

fn plain() -> MusicInput {
    MusicInput {
        prompt: "Rain".to_owned(),
        ..MusicInput::default()
    }
}

fn body(model: &str, input: MusicInput) -> Result<Value, Failure> {
    let job = job(model, GenerationInput::Music(input));
    Suno.call(&job, &Progress::default())
        .map(|call| sent(&call))
}

fn create(reply: &Reply) -> Result<Step, Failure> {
    Suno.read(&job("V5", music()), &Progress::default(), reply)
}

fn poll(reply: &Reply) -> Result<Step, Failure> {
    let progress = Progress {
        task: Some(TASK.to_owned()),
        ..Progress::default()
    };
    Suno.read(&job("V5", music()), &progress, reply)
}

fn found(reply: &Reply) -> crate::KeyFindings {
    match Suno.check_read(0, reply) {
        CheckStep::Done(found) => found,
        CheckStep::Next(_) => panic!("known"),
    }
}

fn urls(produced: &crate::Produced) -> Vec<&str> {
    produced
        .media
        .iter()
        .map(|media| match media {
            Media::Url(url) => url.as_str(),
            Media::Bytes { .. } => panic!("bytes"),
        })
        .collect()
}

#[test]
fn a_plain_description_goes_the_simple_way() {
    assert_eq!(
        body("V5", plain()).unwrap(),
        json!({ "model": "V5", "customMode": false, "instrumental": true, "prompt": "Rain",
                "callBackUrl": "https://example.com/film-generator" })
    );
    let call = Suno
        .call(&job("V5", music()), &Progress::default())
        .unwrap();
    assert_eq!((call.host, call.auth), (Host::Suno, Auth::Bearer));
    assert_eq!(call.purpose, Purpose::Submit);
    assert_eq!(path(&call), "api/v1/generate");
}

#[test]
fn lyrics_are_sung_as_they_are_with_style_title_and_length() {
    let input = MusicInput {
        lyrics: Some("Drop, drop".to_owned()),
        style: Some("Folk".to_owned()),
        title: Some("Wet".to_owned()),
        duration_seconds: Some(60),
        ..plain()
    };
    let sent = body("V5_5", input.clone()).unwrap();
    assert_eq!(
        sent,
        json!({ "model": "V5_5", "customMode": true, "instrumental": false,
                "prompt": "Drop, drop", "style": "Folk, Rain", "title": "Wet", "duration": 60,
                "callBackUrl": "https://example.com/film-generator" })
    );
    let older = body("V4_5", input).unwrap();
    assert_eq!(older["style"], "Folk, Rain, about 60 seconds long");
    assert_eq!(older.get("duration"), None);
}

#[test]
fn a_length_is_said_where_it_has_no_field() {
    let input = MusicInput {
        instrumental: Some(false),
        duration_seconds: Some(60),
        ..plain()
    };
    let sent = body("V5_5", input).unwrap();
    assert_eq!(sent["customMode"], false);
    assert_eq!(sent["prompt"], "Rain, about 60 seconds long");
}

#[test]
fn limits_are_kept_before_anything_is_sent() {
    let long = |characters: usize| Some("é".repeat(characters));
    let with_style = |characters| MusicInput {
        prompt: String::new(),
        lyrics: Some("La".to_owned()),
        style: long(characters),
        ..MusicInput::default()
    };
    let with_lyrics = |characters| MusicInput {
        lyrics: long(characters),
        ..plain()
    };
    let described = |characters| MusicInput {
        prompt: "é".repeat(characters),
        instrumental: Some(false),
        ..MusicInput::default()
    };
    for (model, fits, too_long) in [
        ("V4", with_style(200), with_style(201)),
        ("V5", with_style(1000), with_style(1001)),
        ("V4", with_lyrics(3000), with_lyrics(3001)),
        ("V4_5", with_lyrics(5000), with_lyrics(5001)),
        ("V5", described(500), described(501)),
    ] {
        assert!(body(model, fits).is_ok(), "{model}");
        assert_eq!(body(model, too_long).unwrap_err().fault, Fault::TooLarge);
    }
    let title = MusicInput {
        title: long(90),
        ..plain()
    };
    let sent = body("V5", title).unwrap();
    assert_eq!(sent["title"].as_str().unwrap().chars().count(), 80);
}

#[test]
fn an_unknown_model_and_another_operation_are_never_sent() {
    for (model, input, fault) in [
        ("V3_5", music(), Fault::ModelGone),
        ("V5", llm(), Fault::BadRequest),
    ] {
        let call = Suno.call(&job(model, input), &Progress::default());
        assert_eq!(call.unwrap_err().fault, fault);
    }
}

#[test]
fn a_task_is_created_asked_for_and_done() {
    let created = create(&reply(200, include_str!("fixtures/created.json")));
    let Ok(Step::Wait { progress, after }) = created else {
        panic!("not created")
    };
    assert_eq!(after, Duration::from_secs(5));
    let call = Suno.call(&job("V5", music()), &progress).unwrap();
    assert_eq!(path(&call), "api/v1/generate/record-info");
    assert_eq!(call.query, [("taskId", TASK.to_owned())]);
    let Ok(Step::Done(produced)) = poll(&reply(200, include_str!("fixtures/success.json"))) else {
        panic!("not done")
    };
    assert_eq!(
        urls(&produced),
        ["https://cdn.example/a.mp3", "https://cdn.example/b.mp3"]
    );
    assert_eq!(produced.request_id.as_deref(), Some(TASK));
}

#[test]
fn both_spellings_of_the_tracks_are_read() {
    for status in ["SUCCESS", "CALLBACK_EXCEPTION"] {
        let body = json!({ "code": 200, "data": { "status": status,
            "response": { "data": [{ "audio_url": "https://cdn.example/c.mp3" }] } } });
        let Ok(Step::Done(produced)) = poll(&json_reply(200, &body)) else {
            panic!("not done")
        };
        assert_eq!(urls(&produced), ["https://cdn.example/c.mp3"]);
    }
}

#[test]
fn a_task_runs_until_it_says_otherwise() {
    for status in [
        "PENDING",
        "TEXT_SUCCESS",
        "FIRST_SUCCESS",
        "CALLBACK_EXCEPTION",
        "NEW",
    ] {
        let body = json!({ "code": 200, "data": { "status": status } });
        assert!(
            matches!(poll(&json_reply(200, &body)), Ok(Step::Wait { progress, .. }) if progress.polls == 1),
            "{status}"
        );
    }
    let unknown = json!({ "code": 200, "msg": "success", "data": null });
    let early = poll(&json_reply(200, &unknown)).unwrap_err();
    assert!(early.transient && early.retry_after.is_some());
}

#[test]
fn a_failed_task_ends_with_its_class() {
    for (status, code, message, fault) in [
        (
            "SENSITIVE_WORD_ERROR",
            json!(null),
            "no",
            Fault::ContentBlocked,
        ),
        (
            "CREATE_TASK_FAILED",
            json!(429),
            "no credits",
            Fault::NoCredit,
        ),
        (
            "CREATE_TASK_FAILED",
            json!("413"),
            "too long",
            Fault::TooLarge,
        ),
        ("GENERATE_AUDIO_FAILED", json!(500), "oh", Fault::Upstream),
        (
            "GENERATE_AUDIO_FAILED",
            json!(400),
            "Copyrighted work",
            Fault::ContentBlocked,
        ),
    ] {
        let body = json!({ "code": 200, "data": { "status": status, "errorCode": code,
                                                  "errorMessage": message } });
        let failure = poll(&json_reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (fault, false),
            "{status} {code}"
        );
    }
    let empty = json!({ "code": 200, "data": { "status": "SUCCESS", "response": {} } });
    assert!(!poll(&json_reply(200, &empty)).unwrap_err().transient);
}

#[test]
fn the_codes_are_those_of_this_service() {
    for (code, message, fault, transient) in [
        (400, "bad", Fault::BadRequest, false),
        (
            400,
            "model is not within the range of allowed options",
            Fault::ModelGone,
            false,
        ),
        (
            400,
            "contains a sensitive word",
            Fault::ContentBlocked,
            false,
        ),
        (401, "no access", Fault::BadKey, false),
        (404, "not found", Fault::ModelGone, false),
        (405, "rate", Fault::RateLimited, true),
        (413, "too long", Fault::TooLarge, false),
        (429, "insufficient credits", Fault::NoCredit, false),
        (430, "too often", Fault::RateLimited, true),
        (455, "maintenance", Fault::Overloaded, true),
        (500, "oh", Fault::Upstream, true),
    ] {
        let body = json!({ "code": code, "msg": message, "data": null });
        let failure = create(&json_reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (fault, transient),
            "{code} {message}"
        );
        assert!(!failure.uncertain);
    }
    for body in ["<html>", "{\"code\":200,\"data\":{}}"] {
        let lost = create(&reply(200, body)).unwrap_err();
        assert!(lost.uncertain && !lost.transient);
    }
    for (status, fault) in [(405, Fault::RateLimited), (429, Fault::NoCredit)] {
        let failure = create(&reply(status, "{}")).unwrap_err();
        assert_eq!(failure.fault, fault, "{status} without a code");
    }
    assert_eq!(
        create(&reply(429, "slow down")).unwrap_err().fault,
        Fault::RateLimited
    );
}

#[test]
fn a_task_that_is_not_known_yet_is_asked_for_again_and_later_is_lost() {
    for body in [
        json!({ "code": 422, "msg": "recordInfo is null", "data": null }),
        json!({ "code": 404, "msg": "not found" }),
    ] {
        for (polls, early) in [(0, true), (5, true), (6, false)] {
            let progress = Progress {
                task: Some(TASK.to_owned()),
                polls,
                ..Progress::default()
            };
            let failure = Suno
                .read(&job("V5", music()), &progress, &json_reply(200, &body))
                .unwrap_err();
            assert_eq!(failure.transient, early, "{polls} {body}");
        }
    }
}

#[test]
fn the_key_test_tells_the_credits() {
    let call = Suno.check_call(0, None).unwrap();
    assert_eq!(path(&call), "api/v1/generate/credit");
    let good = found(&json_reply(
        200,
        &json!({ "code": 200, "msg": "success", "data": 100 }),
    ));
    assert_eq!(good.auth.result, FindingResult::Ok);
    assert!(
        good.quota.message.contains("100 credits"),
        "{}",
        good.quota.message
    );
    let empty = found(&json_reply(200, &json!({ "code": 200, "data": 0 })));
    assert_eq!(empty.quota.result, FindingResult::Failed);
    let wrong = found(&json_reply(
        200,
        &json!({ "code": 401, "msg": "no", "data": null }),
    ));
    assert_eq!(wrong.auth.result, FindingResult::Failed);
}
