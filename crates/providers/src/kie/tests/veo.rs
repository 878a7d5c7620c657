//! Veo on KIE: its own calls, its flags, and what it refuses.

use super::*;
use crate::{Failure, Reply, test_support::json_reply};
use domain::ProviderFault as Fault;

fn poll(reply: &Reply) -> Result<Step, Failure> {
    Kie.read(&clip("veo3_fast", |_| {}), &running(3), reply)
}

#[test]
fn a_clip_of_veo_is_made_by_its_own_api() {
    let job = clip("veo3_fast", |input| {
        input.aspect_ratio = Some("16:9".to_owned());
        input.resolution = Some("4K".to_owned());
        input.duration_seconds = Some(8);
        input.seed = Some(12_345);
    });
    let create = Kie.call(&job, &Progress::default()).unwrap();
    assert_eq!(
        (create.purpose, path(&create)),
        (Purpose::Submit, "api/v1/veo/generate".to_owned())
    );
    assert_eq!(
        sent(&create),
        json!({ "prompt": "Waves", "model": "veo3_fast", "generationType": "TEXT_2_VIDEO",
                "aspect_ratio": "16:9", "resolution": "4k", "duration": 8, "seeds": 12345,
                "enableTranslation": false })
    );
    let created = reply(200, include_str!("../fixtures/created.json"));
    let Ok(Step::Wait { progress, after }) = Kie.read(&job, &Progress::default(), &created) else {
        panic!("not created")
    };
    assert_eq!(after, Duration::from_secs(10));
    let poll = Kie.call(&job, &progress).unwrap();
    assert_eq!(
        (poll.purpose, path(&poll)),
        (Purpose::Poll, "api/v1/veo/record-info".to_owned())
    );
    let done = reply(200, include_str!("../fixtures/veo-success.json"));
    let Ok(Step::Done(produced)) = Kie.read(&job, &progress, &done) else {
        panic!("not done")
    };
    let [Media::Url(url)] = &produced.media[..] else {
        panic!("not one address")
    };
    assert_eq!(url, "https://tempfile.example.net/veo.mp4");
    assert_eq!(produced.usage.cost, Some(MicroUsd(300_000)));
}

#[test]
fn the_count_of_pictures_says_what_they_are() {
    let kind = |model: &str, pictures: usize| {
        let mut job = clip(model, |_| {});
        job.pictures = vec![Picture::Url("https://example.com/a.png".to_owned()); pictures];
        Kie.call(&job, &Progress::default())
            .map(|call| sent(&call)["generationType"].clone())
            .map_err(|failure| failure.fault)
    };
    assert_eq!(kind("veo3", 0).unwrap(), "TEXT_2_VIDEO");
    assert_eq!(kind("veo3", 1).unwrap(), "FIRST_AND_LAST_FRAMES_2_VIDEO");
    assert_eq!(
        kind("veo3_lite", 2).unwrap(),
        "FIRST_AND_LAST_FRAMES_2_VIDEO"
    );
    assert_eq!(kind("veo3_fast", 3).unwrap(), "REFERENCE_2_VIDEO");
    assert_eq!(kind("veo3", 3).unwrap_err(), Fault::BadRequest);
    assert_eq!(kind("veo3_fast", 4).unwrap_err(), Fault::BadRequest);
    let body = asked(&Progress::default(), &with_picture(clip("veo3", |_| {})));
    assert_eq!(body["imageUrls"], json!(["https://example.com/a.png"]));
}

#[test]
fn what_veo_does_not_offer_is_refused() {
    let edits: [fn(&mut VideoInput); 4] = [
        |input| input.aspect_ratio = Some("4:3".to_owned()),
        |input| input.resolution = Some("480p".to_owned()),
        |input| input.duration_seconds = Some(5),
        |input| input.seed = Some(7),
    ];
    for edit in edits {
        let failure = Kie
            .call(&clip("veo3", edit), &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest);
    }
}

#[test]
fn flags_say_how_a_clip_is_doing() {
    let record = |flag: Value, code: Value| {
        json_reply(
            200,
            &json!({ "code": 200, "data": { "successFlag": flag, "errorCode": code,
                     "errorMessage": "it failed", "response": null } }),
        )
    };
    let waits = |reply: &Reply| matches!(poll(reply), Ok(Step::Wait { .. }));
    assert!(waits(&record(json!(0), json!(null))));
    assert!(waits(&record(json!(9), json!(null))));
    for (flag, code, expected) in [
        (json!(2), json!(400), Fault::ContentBlocked),
        (json!("3"), json!("400"), Fault::ContentBlocked),
        (json!(3), json!(500), Fault::Upstream),
        (json!(2), json!(501), Fault::Upstream),
        (json!(1), json!(null), Fault::Upstream),
    ] {
        let failure = poll(&record(flag.clone(), code)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (expected, false),
            "{flag}"
        );
    }
    let blocked = poll(&reply(200, include_str!("../fixtures/veo-blocked.json"))).unwrap_err();
    assert_eq!(blocked.fault, Fault::ContentBlocked);
    for passing in [json!({ "code": 200, "data": null }), json!({ "code": 429 })] {
        let failure = poll(&json_reply(200, &passing)).unwrap_err();
        assert!(failure.transient);
        assert_eq!(failure.retry_after, Some(Duration::from_secs(10)));
    }
}
