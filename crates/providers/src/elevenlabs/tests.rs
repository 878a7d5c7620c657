//! ElevenLabs' requests and answers against recorded shapes.

use super::ElevenLabs;
use crate::{
    Adapter, Auth, CheckStep, ListPage, Media, Progress, Reply, Step,
    test_support::{job, json_reply, path, reply, sent, tts, with_header},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, TtsInput},
    keys::FindingResult,
};
use serde_json::{Value, json};

fn input(language: &str, style: &str) -> GenerationInput {
    GenerationInput::Tts(TtsInput {
        seed: Some(12_345),
        text: "Hello.".to_owned(),
        voice: Some("21m00Tcm4TlvDq8ikWAM".to_owned()),
        language: Some(language.to_owned()),
        style: Some(style.to_owned()),
    })
}

fn body(model: &str, input: GenerationInput) -> Value {
    sent(
        &ElevenLabs
            .call(&job(model, input), &Progress::default())
            .unwrap(),
    )
}

fn read(reply: &Reply) -> Result<Step, crate::Failure> {
    ElevenLabs.read(&job("m", tts()), &Progress::default(), reply)
}

#[test]
fn voice_language_and_style_arrive_where_the_model_takes_them() {
    let flash = body("eleven_flash_v2_5", input("de", "warm"));
    assert_eq!(
        flash,
        json!({ "text": "Hello.", "model_id": "eleven_flash_v2_5", "language_code": "de", "seed": 12345 })
    );
    let multilingual = body("eleven_multilingual_v2", input("de", "warm"));
    assert_eq!(multilingual.get("language_code"), None);
    assert_eq!(body("eleven_v3", tts()).get("seed"), None);
    assert_eq!(
        body("eleven_v3", input("de", "[warm]"))["text"],
        "[warm] Hello."
    );
    let call = ElevenLabs
        .call(&job("eleven_v3", input("de", "warm")), &Progress::default())
        .unwrap();
    assert_eq!(path(&call), "v1/text-to-speech/21m00Tcm4TlvDq8ikWAM");
    assert_eq!(call.auth, Auth::Header("xi-api-key"));
    assert_eq!(call.query, [("output_format", "mp3_44100_128".to_owned())]);
    assert!(!call.answer.compressed);
}

#[test]
fn sound_comes_with_its_credits() {
    let answer = with_header(reply(200, &b"ID3sound"[..]), "content-type", "audio/mpeg");
    let answer = with_header(
        with_header(answer, "character-cost", "6"),
        "request-id",
        "r-9",
    );
    let Ok(Step::Done(produced)) = read(&answer) else {
        panic!("not done")
    };
    let Media::Bytes { bytes, media_type } = &produced.media[0] else {
        panic!("an address")
    };
    assert_eq!(
        (&bytes[..], media_type.as_deref()),
        (&b"ID3sound"[..], Some("audio/mpeg"))
    );
    assert_eq!(produced.usage.credits, Some(6));
    assert_eq!(produced.request_id.as_deref(), Some("r-9"));
}

#[test]
fn a_success_without_sound_is_a_failure() {
    assert_eq!(read(&reply(200, "")).unwrap_err().fault, Fault::Upstream);
    let page = with_header(reply(200, "<html>"), "content-type", "text/html");
    assert_eq!(read(&page).unwrap_err().fault, Fault::Upstream);
}

#[test]
fn every_documented_error_has_its_class() {
    let coded = |code: &str| json!({ "detail": { "code": code, "message": "m" } });
    let legacy = |status: &str| json!({ "detail": { "status": status, "message": "m" } });
    let table = [
        (400, coded("invalid_request"), Fault::BadRequest),
        (400, coded("text_too_long"), Fault::TooLarge),
        (400, coded("max_character_limit_exceeded"), Fault::TooLarge),
        (400, coded("unsupported_model"), Fault::ModelGone),
        (401, coded("missing_api_key"), Fault::BadKey),
        (401, coded("quota_exceeded"), Fault::NoCredit),
        (401, coded("missing_permissions"), Fault::Forbidden),
        (401, legacy("detected_unusual_activity"), Fault::Forbidden),
        (401, json!({ "detail": "Unauthorized" }), Fault::BadKey),
        (402, coded("insufficient_credits"), Fault::NoCredit),
        (402, coded("paid_plan_required"), Fault::Forbidden),
        (403, coded("voice_access_denied"), Fault::Forbidden),
        (404, coded("voice_not_found"), Fault::BadRequest),
        (404, coded("model_not_found"), Fault::ModelGone),
        (409, coded("conflict"), Fault::BadRequest),
        (429, coded("rate_limit_exceeded"), Fault::RateLimited),
        (
            429,
            legacy("too_many_concurrent_requests"),
            Fault::RateLimited,
        ),
        (429, coded("system_busy"), Fault::RateLimited),
        (500, coded("internal_error"), Fault::Upstream),
        (503, coded("service_unavailable"), Fault::Overloaded),
        (503, coded("a_new_word"), Fault::Overloaded),
    ];
    for (status, body, expected) in table {
        let failure = read(&json_reply(status, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{status} {body}");
    }
    for (status, body, expected) in [
        (401, include_str!("fixtures/bad-key.json"), Fault::BadKey),
        (
            401,
            include_str!("fixtures/quota-exceeded.json"),
            Fault::NoCredit,
        ),
        (
            422,
            include_str!("fixtures/validation.json"),
            Fault::BadRequest,
        ),
        (502, "<html>Bad gateway</html>", Fault::Overloaded),
        (401, "not json", Fault::BadKey),
    ] {
        assert_eq!(
            read(&reply(status, body)).unwrap_err().fault,
            expected,
            "{body}"
        );
    }
}

#[test]
fn the_key_test_falls_back_to_the_models_for_a_scoped_key() {
    let subscription = reply(200, include_str!("fixtures/subscription.json"));
    let CheckStep::Done(found) = ElevenLabs.check_read(0, &subscription) else {
        panic!("known")
    };
    assert_eq!(
        (found.auth.result, found.quota.result),
        (FindingResult::Ok, FindingResult::Ok)
    );
    assert!(
        found.quota.message.contains("98766"),
        "{}",
        found.quota.message
    );

    let scoped = json_reply(
        401,
        &json!({ "detail": { "status": "missing_permissions" } }),
    );
    assert_eq!(ElevenLabs.check_read(0, &scoped), CheckStep::Next(1));
    assert_eq!(path(&ElevenLabs.check_call(1, None).unwrap()), "v1/models");
    let CheckStep::Done(found) = ElevenLabs.check_read(1, &json_reply(200, &json!([{}]))) else {
        panic!("known")
    };
    assert_eq!(
        (found.auth.result, found.quota.result),
        (FindingResult::Ok, FindingResult::Unknown)
    );
    let CheckStep::Done(found) = ElevenLabs.check_read(1, &scoped) else {
        panic!("known")
    };
    assert_eq!(
        (found.auth.result, found.models.result),
        (FindingResult::Ok, FindingResult::Failed)
    );

    let wrong = reply(401, include_str!("fixtures/bad-key.json"));
    let CheckStep::Done(found) = ElevenLabs.check_read(0, &wrong) else {
        panic!("known")
    };
    assert_eq!(found.auth.result, FindingResult::Failed);
}

#[test]
fn a_used_up_period_is_no_credit_unless_more_may_be_used() {
    let quota = |extension: Value| {
        let body = json!({ "character_count": 10, "character_limit": 10,
                           "max_credit_limit_extension": extension });
        match ElevenLabs.check_read(0, &json_reply(200, &body)) {
            CheckStep::Done(found) => found.quota.result,
            CheckStep::Next(_) => panic!("known"),
        }
    };
    assert_eq!(quota(json!(0)), FindingResult::Failed);
    assert_eq!(quota(json!("unlimited")), FindingResult::Ok);
    assert_eq!(quota(json!(500)), FindingResult::Ok);
}

#[test]
fn models_that_speak_are_listed_and_then_the_voices_page_by_page() {
    let list = |at: &ListPage, reply: &Reply| ElevenLabs.list_read(at, reply, "2026-11-22");
    let start = ListPage::default();
    assert_eq!(path(&ElevenLabs.list_call(&start).unwrap()), "v1/models");
    let models = reply(200, include_str!("fixtures/models.json"));
    let (listing, next) = list(&start, &models).unwrap();
    let shown: Vec<_> = listing
        .models
        .iter()
        .map(|model| (model.id.as_str(), model.max_characters, model.prices.len()))
        .collect();
    assert_eq!(shown, [("eleven_multilingual_v2", Some(10_000), 0)]);

    let voices = next.unwrap();
    let call = ElevenLabs.list_call(&voices).unwrap();
    assert_eq!(path(&call), "v2/voices");
    let page = reply(200, include_str!("fixtures/voices.json"));
    let (listing, next) = list(&voices, &page).unwrap();
    let shown: Vec<_> = listing
        .voices
        .iter()
        .map(|voice| (voice.id.as_str(), voice.name.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("JBFqnCBsd6RMkjVDRZzb", "George"),
            ("21m00Tcm4TlvDq8ikWAM", "21m00Tcm4TlvDq8ikWAM")
        ]
    );
    let further = next.unwrap();
    let call = ElevenLabs.list_call(&further).unwrap();
    assert!(call.query.contains(&("next_page_token", "n2".to_owned())));
    assert_eq!(list(&further, &page).unwrap().1, None, "no page twice");
    let last = include_str!("fixtures/voices.json").replace("true", "false");
    assert_eq!(list(&voices, &reply(200, last)).unwrap().1, None);

    let scoped = json_reply(401, &json!({ "detail": { "code": "missing_permissions" } }));
    let (without, next) = list(&voices, &scoped).unwrap();
    assert!(without.voices.is_empty() && next.is_none());
    assert_eq!(list(&start, &scoped).unwrap_err().fault, Fault::Forbidden);
    let nothing = json_reply(200, &json!([]));
    assert_eq!(list(&start, &nothing).unwrap_err().fault, Fault::Upstream);
    assert_eq!(list(&voices, &nothing).unwrap_err().fault, Fault::Upstream);
}
