//! OpenAI's requests and answers against recorded shapes.

use super::OpenAi;
use crate::{
    Adapter, Auth, CheckStep, Failure, Limits, ListPage, Media, Produced, Progress, Purpose, Reply,
    Step,
    test_support::{job, json_reply, path, reply, sent, tts, with_header},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, TtsInput},
    keys::FindingResult,
};
use serde_json::{Value, json};

fn read(reply: &Reply) -> Result<Box<Produced>, Failure> {
    match OpenAi.read(&job("m", tts()), &Progress::default(), reply)? {
        Step::Done(produced) => Ok(produced),
        other => panic!("not done: {other:?}"),
    }
}

fn input(voice: &str, style: &str) -> GenerationInput {
    GenerationInput::Tts(TtsInput {
        text: "Hello there.".to_owned(),
        voice: Some(voice.to_owned()),
        language: Some("en".to_owned()),
        style: Some(style.to_owned()),
        seed: Some(3),
    })
}

fn error(kind: &str, code: Option<&str>, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}

#[test]
fn newer_models_take_a_style_and_tell_their_tokens() {
    let call = OpenAi
        .call(
            &job("gpt-4o-mini-tts", input("marin", " Warm, slow. ")),
            &Progress::default(),
        )
        .unwrap();
    assert_eq!(
        (call.purpose, call.auth, path(&call).as_str()),
        (Purpose::Submit, Auth::Bearer, "v1/audio/speech")
    );
    assert_eq!(call.answer, Limits::AUDIO_STREAM);
    assert_eq!(
        sent(&call),
        json!({
            "model": "gpt-4o-mini-tts", "input": "Hello there.", "voice": "marin",
            "instructions": "Warm, slow.", "response_format": "mp3", "stream_format": "sse"
        })
    );
}

#[test]
fn the_first_models_are_sent_neither_style_nor_stream() {
    for model in ["tts-1", "tts-1-hd"] {
        let call = OpenAi
            .call(&job(model, input("nova", "Warm")), &Progress::default())
            .unwrap();
        assert_eq!(call.answer, Limits::AUDIO_FILE);
        assert_eq!(
            sent(&call),
            json!({
                "model": model, "input": "Hello there.", "voice": "nova", "response_format": "mp3"
            })
        );
    }
}

#[test]
fn a_voice_of_ones_own_goes_by_its_id_and_no_voice_is_alloy() {
    let voice = |input| {
        sent(&OpenAi.call(&job("m", input), &Progress::default()).unwrap())["voice"].clone()
    };
    assert_eq!(
        voice(input("voice_1234", "")),
        json!({ "id": "voice_1234" })
    );
    assert_eq!(voice(tts()), json!("alloy"));
}

#[test]
fn streamed_sound_comes_with_its_tokens() {
    let answer = reply(200, include_str!("fixtures/speech.sse"));
    let produced = read(&with_header(answer, "x-request-id", "req_9")).unwrap();
    let Media::Bytes { bytes, media_type } = &produced.media[0] else {
        panic!("an address")
    };
    assert_eq!(
        (&bytes[..], media_type.as_deref()),
        (&b"ID3sound"[..], Some("audio/mpeg"))
    );
    assert_eq!(produced.usage.input_tokens, Some(14));
    assert_eq!(produced.usage.audio_tokens, Some(101));
    assert_eq!(produced.usage.output_tokens, None);
    assert_eq!(produced.request_id.as_deref(), Some("req_9"));
}

#[test]
fn plain_sound_tells_no_tokens() {
    let answer = with_header(reply(200, &b"ID3sound"[..]), "content-type", "audio/mpeg");
    let produced = read(&answer).unwrap();
    assert_eq!(produced.media.len(), 1);
    assert_eq!(produced.usage, domain::pricing::Usage::default());
}

#[test]
fn a_success_without_sound_is_a_failure() {
    let page = with_header(reply(200, "<html>"), "content-type", "text/html");
    let done = "data: {\"type\":\"speech.audio.done\"}\n\n";
    let broken = "data: {\"type\":\"speech.audio.delta\",\"audio\":\"%%\"}\n\n";
    let sound = with_header(reply(200, ""), "content-type", "audio/mpeg");
    for answer in [page, sound, reply(200, done), reply(200, broken)] {
        let failure = read(&answer).unwrap_err();
        assert_eq!((failure.fault, failure.uncertain), (Fault::Upstream, false));
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let invalid = |code: &str| error("invalid_request_error", Some(code), "m");
    let table = [
        (
            400,
            error("invalid_request_error", None, "m"),
            Fault::BadRequest,
        ),
        (400, invalid("string_above_max_length"), Fault::TooLarge),
        (
            400,
            invalid("content_policy_violation"),
            Fault::ContentBlocked,
        ),
        (401, invalid("invalid_api_key"), Fault::BadKey),
        (
            401,
            error("invalid_request_error", None, "No key"),
            Fault::BadKey,
        ),
        (
            403,
            invalid("unsupported_country_region_territory"),
            Fault::Forbidden,
        ),
        (403, invalid("missing_scope"), Fault::Forbidden),
        (
            401,
            error(
                "invalid_request_error",
                None,
                "Missing scopes: api.model.audio.request",
            ),
            Fault::Forbidden,
        ),
        (404, invalid("model_not_found"), Fault::ModelGone),
        (
            429,
            error("requests", Some("rate_limit_exceeded"), "m"),
            Fault::RateLimited,
        ),
        (429, error("insufficient_quota", None, "m"), Fault::NoCredit),
        (
            429,
            error("insufficient_quota", Some("credit_balance_exhausted"), "m"),
            Fault::NoCredit,
        ),
        (
            429,
            serde_json::from_str(include_str!("fixtures/quota.json")).unwrap(),
            Fault::NoCredit,
        ),
        (
            500,
            error("server_error", Some("server_error"), "m"),
            Fault::Upstream,
        ),
        (
            503,
            error("server_error", Some("slow_down"), "m"),
            Fault::Overloaded,
        ),
        (
            503,
            error("server_error", Some("server_is_overloaded"), "m"),
            Fault::Overloaded,
        ),
    ];
    for (status, body, expected) in table {
        let failure = read(&json_reply(status, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{status} {body}");
    }
    assert_eq!(
        read(&reply(502, "<html>")).unwrap_err().fault,
        Fault::Overloaded
    );
    let quota = reply(429, include_str!("fixtures/quota.json"));
    assert!(!read(&quota).unwrap_err().transient);
}

#[test]
fn an_error_in_the_middle_of_a_stream_is_its_error() {
    let told = error("server_error", Some("slow_down"), "m");
    let body =
        format!("data: {{\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}}\n\ndata: {told}\n\n");
    let failure = read(&reply(200, body)).unwrap_err();
    assert_eq!(
        (failure.fault, failure.uncertain),
        (Fault::Overloaded, false)
    );
}

#[test]
fn the_key_test_takes_a_key_that_may_not_list() {
    assert_eq!(path(&OpenAi.check_call(0, None).unwrap()), "v1/models");
    assert!(OpenAi.check_call(1, None).is_none());
    let result = |reply: &Reply| match OpenAi.check_read(0, reply) {
        CheckStep::Done(found) => (found.auth.result, found.models.result),
        CheckStep::Next(_) => panic!("one stage"),
    };
    use FindingResult::{Failed, Ok as Good, Skipped, Unknown};
    let scoped = error(
        "invalid_request_error",
        None,
        "You have insufficient permissions for this operation. Missing scopes: api.model.read.",
    );
    let abroad = error(
        "request_forbidden",
        Some("unsupported_country_region_territory"),
        "m",
    );
    for (answer, expected) in [
        (
            reply(200, include_str!("fixtures/models.json")),
            (Good, Good),
        ),
        (json_reply(403, &scoped), (Good, Failed)),
        (json_reply(403, &abroad), (Failed, Skipped)),
        (
            json_reply(
                401,
                &error("invalid_request_error", Some("invalid_api_key"), "m"),
            ),
            (Failed, Skipped),
        ),
        (reply(200, "<html>"), (Unknown, Skipped)),
    ] {
        assert_eq!(result(&answer), expected, "{answer:?}");
    }
}

#[test]
fn only_models_that_speak_are_listed_with_their_last_day() {
    let start = ListPage::default();
    assert_eq!(path(&OpenAi.list_call(&start).unwrap()), "v1/models");
    let list = |reply: &Reply| OpenAi.list_read(&start, reply, "2026-11-22");
    let (listing, next) = list(&reply(200, include_str!("fixtures/models.json"))).unwrap();
    assert!(listing.whole && next.is_none());
    let shown: Vec<_> = listing
        .models
        .iter()
        .map(|model| {
            (
                model.id.as_str(),
                model.retires_on.as_deref(),
                model.prices.len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("gpt-4o-mini-tts", Some("2027-01-06"), 0),
            ("tts-1", None, 0)
        ]
    );
    let silent = json_reply(200, &json!({ "data": [{ "id": "gpt-5.5" }] }));
    assert!(list(&silent).unwrap().0.models.is_empty());
    for (status, body) in [(200, json!({ "data": [] })), (500, json!({}))] {
        assert_eq!(
            list(&json_reply(status, &body)).unwrap_err().fault,
            Fault::Upstream
        );
    }
}
