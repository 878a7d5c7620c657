//! Claude's requests and answers against recorded shapes.

use super::Claude;
use crate::{
    Adapter, Auth, CheckStep, Failure, Limits, ListPage, Progress, Purpose, Reply, Step,
    test_support::{job, json_reply, llm, path, reply, sent, with_header},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, LlmInput},
    keys::FindingResult,
    listing::Listing,
};
use serde_json::{Value, json};
use std::time::Duration;

fn read(reply: &Reply) -> Result<Step, Failure> {
    Claude.read(&job("m", llm()), &Progress::default(), reply)
}

fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_01" })
}

fn wish(max_output_tokens: Option<u32>) -> GenerationInput {
    GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        max_output_tokens,
        ..LlmInput::default()
    })
}

#[test]
fn everything_a_person_chooses_is_sent_and_no_sampling_parameter_is() {
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        system: Some("Be brief".to_owned()),
        max_output_tokens: Some(200),
        json_schema: Some(r#"{"type":"object","additionalProperties":false}"#.to_owned()),
        stream: true,
    });
    let call = Claude
        .call(&job("claude-sonnet-5-5", input), &Progress::default())
        .unwrap();
    assert_eq!(
        (call.purpose, call.auth, path(&call).as_str()),
        (Purpose::Submit, Auth::Header("x-api-key"), "v1/messages")
    );
    assert_eq!(call.headers, [("anthropic-version", "2026-10-21")]);
    assert_eq!(call.answer, Limits::STREAM);
    assert_eq!(
        sent(&call),
        json!({
            "model": "claude-sonnet-5-5",
            "max_tokens": 4_296,
            "system": "Be brief",
            "messages": [{ "role": "user", "content": "Write" }],
            "output_config": { "format": {
                "type": "json_schema",
                "schema": { "type": "object", "additionalProperties": false }
            } },
            "stream": true
        })
    );
}

#[test]
fn thinking_has_room_beside_the_answer_and_long_answers_are_streamed() {
    for (model, wanted, max_tokens, stream) in [
        ("claude-haiku-5-5", None, 16_000, false),
        ("claude-haiku-5-5", Some(16), 4_112, false),
        ("claude-haiku-5-5", Some(16_904), 21_000, false),
        ("claude-haiku-5-5", Some(21_001), 25_097, true),
        ("claude-opus-4-6", Some(128_000), 128_000, true),
        ("claude-sonnet-4-5", Some(128_000), 64_000, true),
        ("claude-haiku-4-5-20251001", Some(u32::MAX), 64_000, true),
    ] {
        let call = Claude
            .call(&job(model, wish(wanted)), &Progress::default())
            .unwrap();
        let body = sent(&call);
        assert_eq!(
            (&body["max_tokens"], &body["stream"]),
            (&json!(max_tokens), &json!(stream)),
            "{model} {wanted:?}"
        );
        let limits = if stream { Limits::STREAM } else { Limits::TEXT };
        assert_eq!(call.answer, limits);
    }
}

#[test]
fn a_broken_schema_is_refused_before_anything_is_sent() {
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        json_schema: Some("[]".to_owned()),
        ..LlmInput::default()
    });
    let failure = Claude
        .call(&job("m", input), &Progress::default())
        .unwrap_err();
    assert_eq!(failure.fault, Fault::BadRequest);
}

#[test]
fn text_is_the_text_blocks_and_the_prompt_counts_with_its_cache() {
    let answer = reply(200, include_str!("fixtures/message.json"));
    let Ok(Step::Done(produced)) = read(&with_header(answer, "request-id", "req_011")) else {
        panic!("not done")
    };
    assert_eq!(produced.text.as_deref(), Some("Rain over the harbour."));
    assert_eq!(produced.usage.input_tokens, Some(20));
    assert_eq!(produced.usage.output_tokens, Some(40));
    assert_eq!(produced.usage.cost, None);
    assert_eq!(produced.request_id.as_deref(), Some("req_011"));
}

#[test]
fn an_answer_cut_at_its_limit_is_still_text() {
    let body =
        json!({ "content": [{ "type": "text", "text": "Half" }], "stop_reason": "max_tokens" });
    let Ok(Step::Done(produced)) = read(&json_reply(200, &body)) else {
        panic!("not done")
    };
    assert_eq!(produced.text.as_deref(), Some("Half"));
    assert_eq!(produced.usage.input_tokens, None);
}

#[test]
fn a_refusal_is_one_even_behind_a_beginning_of_text() {
    let failure = read(&reply(200, include_str!("fixtures/refusal.json"))).unwrap_err();
    assert_eq!(failure.fault, Fault::ContentBlocked);
    assert_eq!(failure.detail(&[]), "refusal general_harms: Not this.");
    let stream = include_str!("fixtures/stream.sse").replace("end_turn", "refusal");
    assert_eq!(
        read(&reply(200, stream)).unwrap_err().fault,
        Fault::ContentBlocked
    );
}

#[test]
fn an_answer_without_text_says_why() {
    for (reason, expected) in [
        (json!("max_tokens"), Fault::BadRequest),
        (json!("model_context_window_exceeded"), Fault::TooLarge),
        (json!("end_turn"), Fault::Upstream),
        (json!(null), Fault::Upstream),
    ] {
        let thought = json!([{ "type": "thinking", "thinking": "Hm", "text": "Hm" }]);
        let body = json!({ "content": thought, "stop_reason": reason });
        let failure = read(&json_reply(200, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{reason}");
    }
}

#[test]
fn every_documented_error_has_its_class() {
    let coded = |code: &str| {
        json!({ "type": "error", "error": {
            "type": "rate_limit_error", "message": "m", "details": { "error_code": code } } })
    };
    let table = [
        (400, error("invalid_request_error", "m"), Fault::BadRequest),
        (
            400,
            error(
                "invalid_request_error",
                "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            ),
            Fault::SpendLimit,
        ),
        (
            400,
            error(
                "invalid_request_error",
                "You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            ),
            Fault::SpendLimit,
        ),
        (
            400,
            error(
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API.",
            ),
            Fault::NoCredit,
        ),
        (
            400,
            error(
                "invalid_request_error",
                "prompt is too long: 1000001 tokens > 1000000 maximum",
            ),
            Fault::TooLarge,
        ),
        (
            401,
            error("authentication_error", "invalid x-api-key"),
            Fault::BadKey,
        ),
        (402, error("billing_error", "m"), Fault::NoCredit),
        (403, error("permission_error", "m"), Fault::Forbidden),
        (404, error("not_found_error", "model: x"), Fault::ModelGone),
        (409, error("conflict_error", "m"), Fault::Upstream),
        (413, error("request_too_large", "m"), Fault::TooLarge),
        (429, error("rate_limit_error", "m"), Fault::RateLimited),
        (
            429,
            coded("enforced_spend_limit_reached"),
            Fault::SpendLimit,
        ),
        (
            429,
            coded("contract_spend_limit_reached"),
            Fault::SpendLimit,
        ),
        (429, coded("ramp_limit_exceeded"), Fault::RateLimited),
        (500, error("api_error", "m"), Fault::Upstream),
        (504, error("timeout_error", "m"), Fault::Timeout),
        (529, error("overloaded_error", "m"), Fault::Overloaded),
        (529, error("a_new_error", "m"), Fault::Overloaded),
        (200, error("overloaded_error", "m"), Fault::Overloaded),
    ];
    for (status, body, expected) in table {
        let failure = read(&json_reply(status, &body)).unwrap_err();
        assert_eq!(failure.fault, expected, "{status} {body}");
        let event = format!("event: error\ndata: {body}\n\n");
        let begun = include_str!("fixtures/stream.sse")
            .split("event: message_delta")
            .next();
        let failure = read(&reply(200, format!("{}{event}", begun.unwrap()))).unwrap_err();
        let by_status_alone = body["error"]["type"] == "a_new_error";
        let within = if by_status_alone {
            Fault::Upstream
        } else {
            expected
        };
        assert_eq!(
            (failure.fault, failure.uncertain),
            (within, false),
            "{body}"
        );
    }
    for (status, body, expected) in [
        (413, "Payload Too Large", Fault::TooLarge),
        (502, "<html>Bad gateway</html>", Fault::Overloaded),
        (200, "<html>", Fault::Upstream),
        (401, "{}", Fault::BadKey),
    ] {
        assert_eq!(read(&reply(status, body)).unwrap_err().fault, expected);
    }
}

#[test]
fn the_wait_comes_from_the_header() {
    let limited = json_reply(429, &error("rate_limit_error", "m"));
    let failure = read(&with_header(limited, "retry-after", "20")).unwrap_err();
    assert_eq!(failure.retry_after, Some(Duration::from_secs(20)));
    assert!(failure.transient);
}

#[test]
fn the_key_test_lists_one_model() {
    let call = Claude.check_call(0, None).unwrap();
    assert_eq!(path(&call), "v1/models");
    assert_eq!(call.query, [("limit", "1".to_owned())]);
    assert_eq!(call.headers, [("anthropic-version", "2026-10-21")]);
    assert!(Claude.check_call(1, None).is_none());
    let result = |reply: &Reply| match Claude.check_read(0, reply) {
        CheckStep::Done(found) => (found.auth.result, found.quota.result),
        CheckStep::Next(_) => panic!("one stage"),
    };
    use FindingResult::{Failed, Ok as Good, Skipped, Unknown};
    for (answer, expected) in [
        (
            reply(200, include_str!("fixtures/models.json")),
            (Good, Unknown),
        ),
        (
            json_reply(401, &error("authentication_error", "invalid x-api-key")),
            (Failed, Skipped),
        ),
        (
            json_reply(402, &error("billing_error", "m")),
            (Good, Failed),
        ),
        (
            json_reply(529, &error("overloaded_error", "m")),
            (Unknown, Skipped),
        ),
        (reply(200, "<html>"), (Unknown, Skipped)),
    ] {
        assert_eq!(result(&answer), expected, "{answer:?}");
    }
}

#[test]
fn the_list_leaves_out_what_is_switched_off_and_dates_what_will_be() {
    let page = reply(200, include_str!("fixtures/models.json"));
    let list = |at: &ListPage| -> (Listing, Option<ListPage>) {
        Claude.list_read(at, &page, "2026-11-22").unwrap()
    };
    let (listing, next) = list(&ListPage::default());
    let shown: Vec<_> = listing
        .models
        .iter()
        .map(|model| {
            (
                model.id.as_str(),
                model.retires_on.as_deref(),
                model.json_schema,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("claude-sonnet-5-5", None, true),
            ("claude-sonnet-4-5", Some("2026-11-30"), true),
            ("claude-overdue", None, false)
        ]
    );
    assert!(listing.whole && listing.models.iter().all(|model| model.prices.is_empty()));
    let next = next.unwrap();
    let call = Claude.list_call(&next).unwrap();
    assert_eq!(
        call.query,
        [
            ("limit", "1000".to_owned()),
            ("after_id", "claude-3-opus".to_owned())
        ]
    );
    assert_eq!(list(&next).1, None, "the same page is not asked for twice");
    for (status, body, expected) in [
        (200, json!({ "data": [] }), Fault::Upstream),
        (401, error("authentication_error", "m"), Fault::BadKey),
    ] {
        let read = Claude.list_read(
            &ListPage::default(),
            &json_reply(status, &body),
            "2026-11-22",
        );
        assert_eq!(read.unwrap_err().fault, expected);
    }
}
