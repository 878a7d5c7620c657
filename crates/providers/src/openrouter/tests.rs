//! OpenRouter's requests and answers against recorded shapes.

use super::OpenRouter;
use crate::{
    Adapter, Auth, CheckStep, Limits, ListPage, Progress, Purpose, Reply, Step,
    test_support::{job, json_reply, llm, path, reply, sent, with_header},
};
use domain::{
    ProviderFault as Fault,
    catalog::Unit,
    input::{GenerationInput, LlmInput},
    keys::FindingResult,
    listing::Listing,
    money::MicroUsd,
};
use serde_json::json;
use std::time::Duration;

const SUCCESS: &str = include_str!("fixtures/success.json");

fn read(reply: &Reply) -> Result<Step, crate::Failure> {
    OpenRouter.read(&job("a/b", llm()), &Progress::default(), reply)
}

fn fault(status: u16, error: serde_json::Value) -> Fault {
    read(&json_reply(status, &json!({ "error": error })))
        .unwrap_err()
        .fault
}

#[test]
fn everything_a_person_chooses_is_sent() {
    let input = GenerationInput::Llm(LlmInput {
        prompt: "Write".to_owned(),
        system: Some("Be brief".to_owned()),
        max_output_tokens: Some(200),
        json_schema: Some(r#"{"type":"object"}"#.to_owned()),
        stream: true,
    });
    let call = OpenRouter
        .call(&job("google/gemini-3.8-flash", input), &Progress::default())
        .unwrap();
    assert_eq!(call.purpose, Purpose::Submit);
    assert_eq!(path(&call), "chat/completions");
    assert_eq!(
        sent(&call),
        json!({
            "model": "google/gemini-3.8-flash",
            "messages": [
                { "role": "system", "content": "Be brief" },
                { "role": "user", "content": "Write" }
            ],
            "max_completion_tokens": 200,
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": true, "schema": { "type": "object" } }
            },
            "stream": true
        })
    );
    assert!(call.answer == Limits::STREAM && !call.answer.compressed);
    let whole = OpenRouter
        .call(&job("a/b", llm()), &Progress::default())
        .unwrap();
    assert_eq!(sent(&whole)["stream"], json!(false));
    assert_eq!(whole.answer, Limits::TEXT);
}

#[test]
fn a_broken_schema_is_refused_before_anything_is_sent() {
    for schema in ["{", "[]", "1"] {
        let input = GenerationInput::Llm(LlmInput {
            prompt: "Write".to_owned(),
            json_schema: Some(schema.to_owned()),
            ..LlmInput::default()
        });
        let failure = OpenRouter
            .call(&job("a/b", input), &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest);
    }
}

#[test]
fn a_completion_is_text_with_its_exact_cost() {
    let reply = with_header(reply(200, SUCCESS), "x-generation-id", "gen-header");
    let Ok(Step::Done(produced)) = read(&reply) else {
        panic!("not done")
    };
    assert_eq!(produced.text.as_deref(), Some("Rain over the harbour."));
    assert_eq!(produced.usage.input_tokens, Some(8));
    assert_eq!(produced.usage.output_tokens, Some(12));
    assert_eq!(produced.usage.cost, Some(MicroUsd(136)));
    assert_eq!(produced.request_id.as_deref(), Some("gen-header"));
}

#[test]
fn spend_at_the_upstream_with_an_own_key_is_added() {
    let reply = json_reply(
        200,
        &json!({
            "choices": [{ "message": { "content": [{ "type": "text", "text": "Hi" }] } }],
            "usage": { "cost": 0.00001, "is_byok": true,
                       "cost_details": { "upstream_inference_cost": 0.0002 } }
        }),
    );
    let Ok(Step::Done(produced)) = read(&reply) else {
        panic!("not done")
    };
    assert_eq!(produced.text.as_deref(), Some("Hi"));
    assert_eq!(produced.usage.cost, Some(MicroUsd(210)));
}

#[test]
fn a_paid_text_survives_a_strange_usage() {
    for usage in [
        json!("lots"),
        json!({ "cost": {}, "prompt_tokens": -1 }),
        json!(null),
    ] {
        let body = json!({ "choices": [{ "message": { "content": "Hi" } }], "usage": usage });
        let Ok(Step::Done(produced)) = read(&json_reply(200, &body)) else {
            panic!("not done")
        };
        assert_eq!(
            (produced.text.as_deref(), produced.usage.cost),
            (Some("Hi"), None)
        );
    }
}

#[test]
fn errors_within_status_200_are_found_before_the_content() {
    let failure = read(&reply(200, include_str!("fixtures/choice-error.json"))).unwrap_err();
    assert_eq!(failure.fault, Fault::RateLimited);
    assert_eq!(
        fault(200, json!({ "code": 502, "message": "Provider down" })),
        Fault::Overloaded
    );
    assert_eq!(
        fault(200, json!({ "code": "server_error", "message": "x" })),
        Fault::Upstream
    );
    assert_eq!(fault(200, json!("plain words")), Fault::Upstream);
}

#[test]
fn every_documented_error_has_its_class() {
    let table = [
        (
            400,
            json!({ "code": 400, "message": "bad" }),
            Fault::BadRequest,
        ),
        (
            400,
            json!({ "code": 400, "message": "x/y is not a valid model ID" }),
            Fault::ModelGone,
        ),
        (
            400,
            json!({ "message": "m", "availability": { "code": "model_not_found" } }),
            Fault::ModelGone,
        ),
        (
            400,
            json!({ "code": 400, "metadata": { "error_type": "context_length_exceeded" } }),
            Fault::TooLarge,
        ),
        (
            401,
            json!({ "code": 401, "message": "Missing Authentication header" }),
            Fault::BadKey,
        ),
        (
            402,
            json!({ "code": 402, "metadata": { "limit_source": "openrouter_credits" } }),
            Fault::NoCredit,
        ),
        (
            402,
            json!({ "code": 402, "message": "Insufficient credits" }),
            Fault::NoCredit,
        ),
        (
            402,
            json!({ "code": 402, "metadata": { "limit_source": "openrouter_key_limit" } }),
            Fault::SpendLimit,
        ),
        (
            402,
            json!({ "code": 402, "metadata": { "limit_source": "openrouter_in_flight_budget", "reason": "in_flight_budget_exhausted" } }),
            Fault::RateLimited,
        ),
        (
            403,
            json!({ "code": 403, "message": "no" }),
            Fault::Forbidden,
        ),
        (
            403,
            json!({ "code": 403, "metadata": { "reasons": ["violence"], "flagged_input": "…" } }),
            Fault::ContentBlocked,
        ),
        (
            403,
            json!({ "code": 403, "metadata": { "limit_source": "openrouter_workspace_budget" } }),
            Fault::SpendLimit,
        ),
        (
            403,
            json!({ "availability": { "code": "region_restricted" } }),
            Fault::Forbidden,
        ),
        (
            404,
            json!({ "code": 404, "message": "No endpoints found" }),
            Fault::ModelGone,
        ),
        (
            404,
            json!({ "availability": { "code": "privacy_restricted" } }),
            Fault::BadRequest,
        ),
        (408, json!({ "code": 408 }), Fault::Timeout),
        (413, json!({ "code": 413 }), Fault::TooLarge),
        (422, json!({ "code": 422 }), Fault::BadRequest),
        (429, json!({ "code": 429 }), Fault::RateLimited),
        (
            429,
            json!({ "availability": { "code": "capacity_exhausted" } }),
            Fault::RateLimited,
        ),
        (
            500,
            json!({ "code": 500, "metadata": { "error_type": "server" } }),
            Fault::Upstream,
        ),
        (502, json!({ "code": 502 }), Fault::Overloaded),
        (
            503,
            json!({ "error_type": "provider_unavailable", "http_status": 503 }),
            Fault::Overloaded,
        ),
        (524, json!({ "code": 524 }), Fault::Timeout),
        (529, json!({ "code": 529 }), Fault::Overloaded),
        (
            400,
            json!({ "code": 400, "metadata": { "error_type": "content_policy_violation" } }),
            Fault::ContentBlocked,
        ),
        (
            400,
            json!({ "code": 400, "metadata": { "error_type": "a_new_word" } }),
            Fault::BadRequest,
        ),
    ];
    for (status, error, expected) in table {
        assert_eq!(fault(status, error.clone()), expected, "{status} {error}");
    }
}

#[test]
fn an_error_in_the_middle_of_a_stream_is_its_error() {
    let failure = read(&reply(200, include_str!("fixtures/stream-error.sse"))).unwrap_err();
    assert_eq!(
        (failure.fault, failure.uncertain),
        (Fault::RateLimited, false)
    );
    let refused = "data: {\"choices\":[{\"delta\":{\"refusal\":\"I can\"}}]}\n\n\
                   data: {\"choices\":[{\"delta\":{\"refusal\":\"not\"},\"finish_reason\":\"stop\"}]}\n\n\
                   data: [DONE]\n\n";
    let failure = read(&reply(200, refused)).unwrap_err();
    assert_eq!(failure.fault, Fault::ContentBlocked);
    assert_eq!(failure.detail(&[]), "I cannot");
}

#[test]
fn the_wait_comes_from_the_header_or_the_body() {
    let error = json!({ "error": { "code": 429, "availability": { "retry_after": 9 } } });
    let from_body = read(&json_reply(429, &error)).unwrap_err();
    assert_eq!(from_body.retry_after, Some(Duration::from_secs(9)));
    let reply = with_header(json_reply(429, &error), "retry-after", "20");
    assert_eq!(
        read(&reply).unwrap_err().retry_after,
        Some(Duration::from_secs(20))
    );
}

#[test]
fn an_empty_answer_says_why() {
    for (choice, expected) in [
        (
            json!({ "finish_reason": "length", "message": { "content": null } }),
            Fault::BadRequest,
        ),
        (
            json!({ "finish_reason": "content_filter", "message": {} }),
            Fault::ContentBlocked,
        ),
        (
            json!({ "message": { "content": "", "refusal": "I cannot" } }),
            Fault::ContentBlocked,
        ),
        (
            json!({ "finish_reason": "stop", "message": { "content": "" } }),
            Fault::Upstream,
        ),
        (
            json!({ "finish_reason": "error", "message": { "content": "Half a" } }),
            Fault::Upstream,
        ),
        (json!({}), Fault::Upstream),
    ] {
        let failure = read(&json_reply(200, &json!({ "choices": [choice] }))).unwrap_err();
        assert_eq!(failure.fault, expected, "{choice}");
    }
}

#[test]
fn other_languages_than_json_are_judged_by_status() {
    for (status, expected) in [
        (200, Fault::Upstream),
        (401, Fault::BadKey),
        (502, Fault::Overloaded),
        (302, Fault::Upstream),
    ] {
        let failure = read(&reply(status, "<html>Bad gateway</html>")).unwrap_err();
        assert_eq!((failure.fault, failure.status), (expected, Some(status)));
    }
}

#[test]
fn the_key_test_asks_for_the_key_and_reads_its_cap() {
    assert_eq!(path(&OpenRouter.check_call(0, None).unwrap()), "key");
    assert!(OpenRouter.check_call(1, None).is_none());
    let result = |reply: &Reply| match OpenRouter.check_read(0, reply) {
        CheckStep::Done(found) => (found.auth.result, found.quota.result),
        CheckStep::Next(_) => panic!("one stage"),
    };
    let good = reply(200, include_str!("fixtures/key.json"));
    assert_eq!(result(&good), (FindingResult::Ok, FindingResult::Ok));
    let used_up = json_reply(200, &json!({ "data": { "limit_remaining": 0 } }));
    assert_eq!(result(&used_up), (FindingResult::Ok, FindingResult::Failed));
    let no_cap = json_reply(200, &json!({ "data": { "limit_remaining": null } }));
    assert_eq!(result(&no_cap), (FindingResult::Ok, FindingResult::Unknown));
    let bad = json_reply(
        401,
        &json!({ "error": { "code": 401, "message": "User not found." } }),
    );
    assert_eq!(
        result(&bad),
        (FindingResult::Failed, FindingResult::Skipped)
    );
    let down = reply(502, "bad gateway");
    assert_eq!(
        result(&down),
        (FindingResult::Unknown, FindingResult::Skipped)
    );
}

fn list(reply: &Reply) -> Result<(Listing, Option<ListPage>), crate::Failure> {
    OpenRouter.list_read(&ListPage::default(), reply, "2026-11-22")
}

#[test]
fn the_list_is_asked_for_without_a_key() {
    let call = OpenRouter.list_call(&ListPage::default()).unwrap();
    assert_eq!((path(&call).as_str(), call.auth), ("models", Auth::None));
    assert!(call.query.is_empty());
    let second = ListPage {
        stage: 1,
        after: None,
    };
    assert!(OpenRouter.list_call(&second).is_none());
}

#[test]
fn listed_prices_are_exact_and_what_depends_is_unknown() {
    let (listing, next) = list(&reply(200, include_str!("fixtures/models.json"))).unwrap();
    assert!(listing.whole && next.is_none());
    type Row = (Unit, i64, Option<u64>);
    let shown: Vec<(&str, bool, Option<&str>, Vec<Row>)> = listing
        .models
        .iter()
        .map(|model| {
            let rows = model
                .prices
                .iter()
                .map(|row| (row.unit, row.micro_usd.0, row.above_input_tokens));
            (
                model.id.as_str(),
                model.json_schema,
                model.retires_on.as_deref(),
                rows.collect(),
            )
        })
        .collect();
    let (put_in, out) = (Unit::MillionInputTokens, Unit::MillionOutputTokens);
    assert_eq!(
        shown,
        [
            (
                "anthropic/claude-sonnet-5.5",
                true,
                None,
                vec![
                    (put_in, 2_000_000, None),
                    (out, 10_000_000, None),
                    (put_in, 4_000_000, Some(200_000)),
                    (out, 15_000_000, Some(200_000)),
                ]
            ),
            (
                "a/off-soon",
                false,
                Some("2026-12-31"),
                vec![(put_in, 75_000, None), (out, 210_000, None)]
            ),
            ("openrouter/auto", false, None, vec![]),
            ("a/fee", false, None, vec![]),
            (
                "a/free:free",
                true,
                None,
                vec![(put_in, 0, None), (out, 0, None)]
            ),
            ("a/night", false, None, vec![]),
            ("a/weekend", false, None, vec![]),
        ]
    );
    let row = &listing.models[0].prices[0];
    assert_eq!(
        (row.source.as_str(), row.as_of.as_str()),
        ("OpenRouter model list", "2026-11-22")
    );
}

#[test]
fn further_pages_are_followed_forward_only() {
    let page = |next: &str| {
        json_reply(
            200,
            &json!({ "data": [{ "id": "a/b" }], "links": { "next": next } }),
        )
    };
    let further = ListPage {
        stage: 0,
        after: Some("500".to_owned()),
    };
    let (_, next) = list(&page("/api/v1/models?offset=500&limit=500")).unwrap();
    assert_eq!(next, Some(further.clone()));
    let call = OpenRouter.list_call(&further).unwrap();
    assert_eq!(call.query[0], ("offset", "500".to_owned()));
    for address in ["/api/v1/models?offset=500", "/models", "::", "?offset=x"] {
        let read = OpenRouter.list_read(&further, &page(address), "2026-11-22");
        assert_eq!(read.unwrap().1, None, "{address}");
    }
}

#[test]
fn what_is_no_list_is_a_failure() {
    for (reply, expected) in [
        (json_reply(200, &json!({ "data": [] })), Fault::Upstream),
        (json_reply(200, &json!({})), Fault::Upstream),
        (reply(200, "<html>"), Fault::Upstream),
        (
            json_reply(429, &json!({ "error": { "code": 429 } })),
            Fault::RateLimited,
        ),
    ] {
        assert_eq!(list(&reply).unwrap_err().fault, expected);
    }
}
