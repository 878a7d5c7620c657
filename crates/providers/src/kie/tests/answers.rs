//! What KIE's answers mean: codes, states, failed tasks, and polls that go on.

use super::*;
use crate::{
    CheckStep, Failure, Reply,
    test_support::{json_reply, music, video},
};
use domain::keys::FindingResult;

fn poll(input: GenerationInput, polls: u32, reply: &Reply) -> Result<Step, Failure> {
    Kie.read(&job(GROK, input), &running(polls), reply)
}

fn create(reply: &Reply) -> Result<Step, Failure> {
    Kie.read(
        &with_picture(clip(GROK, |_| {})),
        &Progress::default(),
        reply,
    )
}

#[test]
fn finished_music_is_every_track() {
    let done = poll(
        music(),
        3,
        &reply(200, include_str!("../fixtures/music-success.json")),
    );
    let Ok(Step::Done(produced)) = done else {
        panic!("not done")
    };
    assert_eq!(produced.media.len(), 2);
    let unheard = include_str!("../fixtures/music-success.json")
        .replace("\"SUCCESS\"", "\"CALLBACK_EXCEPTION\"");
    assert!(matches!(
        poll(music(), 3, &reply(200, unheard)),
        Ok(Step::Done(_))
    ));
    let first =
        include_str!("../fixtures/music-success.json").replace("\"SUCCESS\"", "\"FIRST_SUCCESS\"");
    let Ok(Step::Wait { after, .. }) = poll(music(), 3, &reply(200, first)) else {
        panic!("done")
    };
    assert_eq!(after, Duration::from_secs(5));
    let job = job("V5", music());
    assert_eq!(
        path(&Kie.call(&job, &running(0)).unwrap()),
        "api/v1/generate/record-info"
    );
}

#[test]
fn of_many_pictures_the_first_four_are_kept() {
    let done = Kie.read(
        &job("grok-imagine/text-to-image", crate::test_support::image()),
        &running(1),
        &reply(200, include_str!("../fixtures/six-images.json")),
    );
    let Ok(Step::Done(produced)) = done else {
        panic!("not done")
    };
    assert_eq!(produced.media.len(), 4);
    assert_eq!(produced.usage.cost, Some(MicroUsd(20_000)));
}

#[test]
fn failed_tasks_end_with_their_class() {
    let market = |code: Value, message: &str| json!({ "code": 200, "data": { "state": "fail", "failCode": code, "failMsg": message } });
    let suno = |status: &str, message: &str| json!({ "code": 200, "data": { "status": status, "errorMessage": message } });
    let table = [
        (
            video(),
            market(json!("500"), "Internal server error"),
            Fault::Upstream,
        ),
        (
            video(),
            market(json!("500"), "Rejected: Intellectual-Property"),
            Fault::ContentBlocked,
        ),
        (
            video(),
            market(json!(501), "flagged by content policy"),
            Fault::ContentBlocked,
        ),
        (
            video(),
            market(json!("422"), "width is wrong"),
            Fault::BadRequest,
        ),
        (video(), market(json!(null), ""), Fault::Upstream),
        (
            video(),
            json!({ "code": 200, "data": { "state": "success", "resultJson": "" } }),
            Fault::Upstream,
        ),
        (
            music(),
            suno("SENSITIVE_WORD_ERROR", ""),
            Fault::ContentBlocked,
        ),
        (
            music(),
            suno("GENERATE_AUDIO_FAILED", "public figure"),
            Fault::ContentBlocked,
        ),
        (music(), suno("CREATE_TASK_FAILED", "no"), Fault::Upstream),
        (music(), suno("SUCCESS", ""), Fault::Upstream),
    ];
    for (input, body, expected) in table {
        let failure = poll(input, 0, &json_reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (expected, false),
            "{body}"
        );
    }
    let failed = poll(
        video(),
        0,
        &reply(200, include_str!("../fixtures/failed.json")),
    )
    .unwrap_err();
    assert_eq!(failed.fault, Fault::Upstream);
}

#[test]
fn a_poll_goes_on_through_what_passes() {
    for (body, polls) in [
        (
            json!({ "code": 422, "msg": "Record does not exist", "data": null }),
            0,
        ),
        (
            json!({ "code": 422, "msg": "recordInfo is null", "data": null }),
            8,
        ),
        (json!({ "code": 200, "msg": "success", "data": null }), 100),
        (json!({ "code": 200, "data": { "taskId": "x" } }), 100),
        (json!({ "code": 429, "msg": "slow down" }), 100),
        (json!({ "code": 455, "msg": "maintenance" }), 100),
        (json!({ "code": 500, "msg": "oops" }), 100),
    ] {
        for input in [video(), music()] {
            let polls = if matches!(input, GenerationInput::Music(_)) {
                polls.min(5)
            } else {
                polls
            };
            let failure = poll(input, polls, &json_reply(200, &body)).unwrap_err();
            assert!(
                failure.transient && failure.retry_after.is_some(),
                "{polls} {body}"
            );
        }
    }
    for status in [200, 403, 502] {
        let failure = poll(video(), 50, &reply(status, "<html>blocked</html>")).unwrap_err();
        assert!(
            failure.transient && failure.retry_after.is_some(),
            "{status}"
        );
    }
}

#[test]
fn an_unknown_task_is_given_up_after_half_a_minute() {
    let gone = json!({ "code": 422, "msg": "Record does not exist", "data": null });
    for (input, polls) in [(video(), 12), (music(), 7)] {
        let failure = poll(input, polls, &json_reply(200, &gone)).unwrap_err();
        assert!(!failure.transient);
    }
}

#[test]
fn an_unknown_state_counts_as_running() {
    let body = json!({ "code": 200, "data": { "state": "a-new-state" } });
    assert!(matches!(
        poll(video(), 0, &json_reply(200, &body)),
        Ok(Step::Wait { .. })
    ));
}

#[test]
fn the_code_in_the_body_counts_and_not_the_status() {
    let table = [
        (400, "bad", Fault::BadRequest),
        (400, "violates our content policy", Fault::ContentBlocked),
        (401, "You do not have access permissions", Fault::BadKey),
        (402, "Credits insufficient", Fault::NoCredit),
        (404, "not found", Fault::ModelGone),
        (408, "no result", Fault::Timeout),
        (409, "conflict", Fault::BadRequest),
        (413, "matches an existing work", Fault::ContentBlocked),
        (422, "Please enter callBackUrl.", Fault::BadRequest),
        (422, "The model is not supported", Fault::ModelGone),
        (429, "too many", Fault::RateLimited),
        (433, "sub-key limit", Fault::SpendLimit),
        (451, "image could not be fetched", Fault::BadRequest),
        (455, "maintenance", Fault::Overloaded),
        (500, "error", Fault::Upstream),
        (501, "generation failed", Fault::Upstream),
        (505, "disabled", Fault::ModelGone),
    ];
    for (code, message, expected) in table {
        for told in [json!(code), json!(code.to_string())] {
            let body = json!({ "code": told, "msg": message, "data": null });
            assert_eq!(
                create(&json_reply(200, &body)).unwrap_err().fault,
                expected,
                "{body}"
            );
        }
        let body = json!({ "code": code, "message": message });
        assert_eq!(
            create(&json_reply(401, &body)).unwrap_err().fault,
            expected,
            "{body}"
        );
    }
    assert_eq!(
        create(&reply(429, "")).unwrap_err().fault,
        Fault::RateLimited
    );
    assert_eq!(
        create(&json_reply(503, &json!({}))).unwrap_err().fault,
        Fault::Overloaded
    );
}

#[test]
fn a_created_task_without_an_id_is_uncertain_and_never_sent_again() {
    for body in [
        "{\"code\":200,\"data\":{}}",
        "{\"code\":200}",
        "<html>",
        "{\"code\":2",
    ] {
        let failure = create(&reply(200, body)).unwrap_err();
        assert!(failure.uncertain && !failure.transient, "{body}");
    }
    let refused = json_reply(200, &json!({ "code": 402, "msg": "Credits insufficient" }));
    assert!(!create(&refused).unwrap_err().uncertain);
}

#[test]
fn the_key_test_reads_the_credit_with_its_decimals() {
    assert_eq!(
        path(&Kie.check_call(0, None).unwrap()),
        "api/v1/chat/credit"
    );
    let result = |body: Value| match Kie.check_read(0, &json_reply(200, &body)) {
        CheckStep::Done(found) => (found.auth.result, found.quota.result),
        CheckStep::Next(_) => panic!("one stage"),
    };
    let told = Kie.check_read(
        0,
        &json_reply(200, &json!({ "code": 200, "data": 5916.25 })),
    );
    let CheckStep::Done(found) = told else {
        panic!("one stage")
    };
    assert!(found.quota.message.contains("5916 credits"), "{found:?}");
    assert_eq!(
        result(json!({ "code": 200, "data": 5916.25 })),
        (FindingResult::Ok, FindingResult::Ok)
    );
    assert_eq!(
        result(json!({ "code": 200, "data": 0 })),
        (FindingResult::Ok, FindingResult::Failed)
    );
    let refused = json!({ "code": 401, "msg": "You do not have access permissions" });
    assert_eq!(
        result(refused),
        (FindingResult::Failed, FindingResult::Skipped)
    );
}
