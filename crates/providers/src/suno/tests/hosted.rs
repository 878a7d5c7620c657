//! A suno-api server's requests and answers against documented shapes.

use super::{found, plain, urls};
use crate::{
    Adapter, Auth, Bases, Failure, Job, Progress, Purpose, Reply, Step,
    suno::Suno,
    test_support::{job, json_reply, path, reply, sent},
};
use bytes::Bytes;
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, MusicInput},
    keys::FindingResult,
};
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};

const SONGS: &str = include_str!("../fixtures/hosted.json");

fn a_job(input: MusicInput) -> Job {
    let mut job = job("suno-api/chirp-v3-5", GenerationInput::Music(input));
    job.endpoint = Some(url::Url::parse("http://studio.lan:3000/").unwrap());
    job
}

fn running() -> Progress {
    Progress {
        task: Some("a1-b2,c3-d4".to_owned()),
        ..Progress::default()
    }
}

fn begin(reply: &Reply) -> Result<Step, Failure> {
    Suno.read(&a_job(plain()), &Progress::default(), reply)
}

fn poll(reply: &Reply) -> Result<Step, Failure> {
    Suno.read(&a_job(plain()), &running(), reply)
}

fn address(call: &crate::Call) -> String {
    call.url(Bases::live().base(call).unwrap()).unwrap().into()
}

#[test]
fn a_description_goes_to_the_server_without_any_secret() {
    let call = Suno.call(&a_job(plain()), &Progress::default()).unwrap();
    assert_eq!((call.purpose, call.auth), (Purpose::Submit, Auth::None));
    assert_eq!(address(&call), "http://studio.lan:3000/api/generate");
    assert_eq!(
        sent(&call),
        json!({ "prompt": "Rain", "make_instrumental": true, "model": "chirp-v3-5",
                "wait_audio": false })
    );
}

#[test]
fn lyrics_go_to_the_custom_address_with_tags_and_title() {
    let input = MusicInput {
        lyrics: Some("Drop".to_owned()),
        style: Some("Folk".to_owned()),
        title: Some("Wet".to_owned()),
        ..plain()
    };
    let call = Suno.call(&a_job(input), &Progress::default()).unwrap();
    assert_eq!(path(&call), "api/custom_generate");
    assert_eq!(call.answer.first_byte.as_secs(), 120);
    assert_eq!(
        sent(&call),
        json!({ "prompt": "Drop", "tags": "Folk, Rain", "title": "Wet",
                "make_instrumental": false, "model": "chirp-v3-5", "wait_audio": false })
    );
    let silent = MusicInput {
        style: Some("Folk".to_owned()),
        ..plain()
    };
    let silent = sent(&Suno.call(&a_job(silent), &Progress::default()).unwrap());
    assert_eq!(
        (&silent["prompt"], &silent["tags"]),
        (&json!(""), &json!("Folk, Rain"))
    );
}

#[test]
fn a_job_without_an_endpoint_is_never_sent() {
    let mut job = a_job(plain());
    job.endpoint = None;
    for progress in [Progress::default(), running()] {
        let failure = Suno.call(&job, &progress).unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest);
    }
}

#[test]
fn songs_are_asked_for_by_their_ids_until_all_have_ended() {
    let Ok(Step::Wait { progress, .. }) = begin(&reply(200, SONGS)) else {
        panic!("not begun")
    };
    assert_eq!(progress, running());
    let call = Suno.call(&a_job(plain()), &progress).unwrap();
    assert_eq!(call.purpose, Purpose::Poll);
    assert_eq!(
        address(&call),
        "http://studio.lan:3000/api/get?ids=a1-b2%2Cc3-d4"
    );
    let with = |first: &str, second: &str| {
        let mut songs: Value = serde_json::from_str(SONGS).unwrap();
        songs[0]["status"] = json!(first);
        songs[1]["status"] = json!(second);
        poll(&json_reply(200, &songs))
    };
    for status in ["submitted", "queued", "streaming"] {
        assert!(
            matches!(with("complete", status), Ok(Step::Wait { .. })),
            "{status}"
        );
    }
    let Ok(Step::Done(produced)) = with("complete", "complete") else {
        panic!("not done")
    };
    assert_eq!(urls(&produced).len(), 2);
    let Ok(Step::Done(produced)) = with("error", "complete") else {
        panic!("one song is enough")
    };
    assert_eq!(urls(&produced), ["https://cdn.example/c.mp3"]);
    assert_eq!(with("error", "error").unwrap_err().fault, Fault::Upstream);
    assert!(matches!(
        poll(&json_reply(200, &json!([]))),
        Ok(Step::Wait { .. })
    ));
}

#[test]
fn ids_that_are_none_are_not_taken() {
    for id in [
        json!(""),
        json!("a,b"),
        json!("a&page=2"),
        json!(7),
        json!("x".repeat(65)),
    ] {
        let failure = begin(&json_reply(200, &json!([{ "id": id }]))).unwrap_err();
        assert!(failure.uncertain && !failure.transient, "{id}");
    }
}

#[test]
fn an_error_has_the_class_of_its_status() {
    let error = |text: &str| json!({ "error": text });
    for (status, text, fault) in [
        (402, "Insufficient credits", Fault::NoCredit),
        (429, "Too many", Fault::RateLimited),
        (500, "Internal server error", Fault::Upstream),
        (
            500,
            "Your lyrics violate our moderation rules",
            Fault::ContentBlocked,
        ),
        (503, "starting", Fault::Overloaded),
        (404, "no such page", Fault::ModelGone),
        (200, "Internal server error", Fault::Upstream),
    ] {
        let failure = begin(&json_reply(status, &error(text))).unwrap_err();
        assert_eq!(
            (failure.fault, failure.uncertain),
            (fault, false),
            "{status} {text}"
        );
    }
    assert!(begin(&reply(200, "<html>")).unwrap_err().uncertain);
    let hiccup = poll(&json_reply(500, &error("Internal server error"))).unwrap_err();
    assert!(hiccup.transient && hiccup.retry_after.is_some());
    let gone = poll(&json_reply(404, &error("no"))).unwrap_err();
    assert_eq!((gone.fault, gone.transient), (Fault::Upstream, false));
}

#[test]
fn the_test_of_a_server_tells_its_credits() {
    let endpoint = url::Url::parse("https://songs.example/base").unwrap();
    let call = Suno.check_call(0, Some(&endpoint)).unwrap();
    assert_eq!(call.auth, Auth::None);
    assert_eq!(address(&call), "https://songs.example/base/api/get_limit");
    let limit = |left: i64| json!({ "credits_left": left, "monthly_limit": 50 });
    assert_eq!(
        found(&json_reply(200, &limit(50))).quota.result,
        FindingResult::Ok
    );
    assert_eq!(
        found(&json_reply(200, &limit(0))).quota.result,
        FindingResult::Failed
    );
    for bad in [
        json_reply(500, &json!({ "error": "Failed to get session id" })),
        reply(404, "<html>"),
    ] {
        assert_eq!(found(&bad).auth.result, FindingResult::Failed);
    }
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(
        status in 0_u16..700, cut in 0_usize..900, at in 0_usize..900, byte in any::<u8>()
    ) {
        let mut body = SONGS.as_bytes().to_vec();
        let place = at % body.len();
        body[place] = byte;
        body.truncate(cut);
        let reply = Reply { status, headers: HeaderMap::new(), body: Bytes::from(body) };
        let _ = (begin(&reply), poll(&reply), found(&reply));
    }
}
