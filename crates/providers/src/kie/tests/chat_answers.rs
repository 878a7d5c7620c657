//! What the answers of KIE's text models mean, in one piece and as events.

use super::*;
use crate::{
    Failure, Produced, Reply, sse,
    test_support::{json_reply, llm, with_header},
};
use domain::ProviderFault as Fault;

const FORMS: [(&str, &str, &str); 3] = [
    (
        "gemini-3-flash",
        include_str!("../fixtures/chat.json"),
        include_str!("../fixtures/chat.sse"),
    ),
    (
        "claude-sonnet-4-6",
        include_str!("../fixtures/claude.json"),
        include_str!("../fixtures/claude.sse"),
    ),
    (
        "gpt-5-5",
        include_str!("../fixtures/responses.json"),
        include_str!("../fixtures/responses.sse"),
    ),
];

fn read(model: &str, reply: &Reply) -> Result<Step, Failure> {
    Kie.read(&job(model, llm()), &Progress::default(), reply)
}

#[track_caller]
fn done(model: &str, reply: &Reply) -> Produced {
    match read(model, reply) {
        Ok(Step::Done(produced)) => *produced,
        other => panic!("{model}: {other:?}"),
    }
}

#[test]
fn whole_or_streamed_the_answer_is_the_same() {
    for (model, whole, streamed) in FORMS {
        let typed = with_header(reply(200, streamed), "content-type", "text/event-stream");
        for reply in [reply(200, whole), reply(200, streamed), typed] {
            let produced = done(model, &reply);
            assert_eq!(
                produced.text.as_deref(),
                Some("A quiet harbour."),
                "{model}"
            );
            let usage = &produced.usage;
            assert_eq!(
                (usage.input_tokens, usage.output_tokens, usage.cost),
                (Some(9), Some(5), Some(MicroUsd(100))),
                "{model}"
            );
            assert!(produced.request_id.is_some(), "{model}");
        }
    }
}

#[test]
fn what_is_shown_while_it_is_written_is_what_counts_in_the_end() {
    for (model, _, streamed) in FORMS {
        let job = job(model, llm());
        let shown: String = sse::events(streamed.as_bytes())
            .iter()
            .filter_map(|event| Kie.delta(&job, event))
            .collect();
        assert_eq!(shown, "A quiet harbour.", "{model}");
    }
}

#[test]
fn a_stream_without_its_end_may_have_been_charged() {
    for (model, _, streamed) in FORMS {
        let cut = streamed.find("harbour.").unwrap();
        for body in [&streamed[..cut], "data: {\"a\":1}\n\n"] {
            let failure = read(model, &reply(200, body.to_owned())).unwrap_err();
            assert_eq!(failure.fault, Fault::Upstream, "{model}");
            assert!(failure.uncertain && !failure.transient, "{model}");
        }
    }
}

#[test]
fn an_error_inside_a_stream_is_found() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n";
    let failure = read("claude-opus-4-6", &reply(200, overloaded)).unwrap_err();
    assert_eq!(
        (failure.fault, failure.uncertain),
        (Fault::Overloaded, false)
    );
    let failed = "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}}\n\n";
    let failure = read("gpt-5-4", &reply(200, failed)).unwrap_err();
    assert_eq!(failure.fault, Fault::Upstream);
    for (model, _, streamed) in FORMS {
        let cut = streamed.find("harbour.").unwrap();
        let begun = &streamed[..streamed[..cut].rfind("\n\n").unwrap()];
        let body =
            format!("{begun}\n\ndata: {{\"code\":402,\"msg\":\"Credits insufficient\"}}\n\n");
        let failure = read(model, &reply(200, body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.uncertain),
            (Fault::NoCredit, true),
            "{model}"
        );
    }
}

#[test]
fn errors_come_in_an_envelope_or_in_the_words_of_others() {
    let table = [
        (
            200,
            json!({ "code": 401, "msg": "You do not have access permissions" }),
            Fault::BadKey,
        ),
        (
            200,
            json!({ "code": "402", "msg": "Credits insufficient" }),
            Fault::NoCredit,
        ),
        (
            200,
            json!({ "code": 500, "msg": "oops", "data": null }),
            Fault::Upstream,
        ),
        (
            200,
            json!({ "code": 455, "msg": "maintenance" }),
            Fault::Overloaded,
        ),
        (
            200,
            json!({ "code": 404, "msg": "not found" }),
            Fault::ModelGone,
        ),
        (
            200,
            json!({ "code": 413, "msg": "too much" }),
            Fault::TooLarge,
        ),
        (
            400,
            json!({ "error": { "message": "bad", "type": "invalid_request_error" } }),
            Fault::BadRequest,
        ),
        (
            200,
            json!({ "error": { "message": "bad", "type": "authentication_error" } }),
            Fault::BadKey,
        ),
        (
            429,
            json!({ "error": { "message": "slow", "type": "rate_limit_error" } }),
            Fault::RateLimited,
        ),
        (
            422,
            json!({ "error": "violates our content policy" }),
            Fault::ContentBlocked,
        ),
        (503, json!({}), Fault::Overloaded),
    ];
    for (status, body, expected) in table {
        for (model, ..) in FORMS {
            let failure = read(model, &json_reply(status, &body)).unwrap_err();
            assert_eq!(failure.fault, expected, "{model} {status} {body}");
            assert!(!failure.uncertain);
        }
    }
    for status in [200, 502] {
        let unread = read("gpt-5-2", &reply(status, "<html>")).unwrap_err();
        assert!(unread.transient && !unread.uncertain, "{status}");
    }
}

#[test]
fn no_text_has_a_reason() {
    let chat = |content: Value, reason: &str| json!({ "choices": [{ "message": { "content": content }, "finish_reason": reason }] });
    let table = [
        (
            "gemini-3-pro",
            chat(json!(""), "content_filter"),
            Fault::ContentBlocked,
        ),
        (
            "gemini-3-pro",
            chat(json!("cut"), "content_filter"),
            Fault::ContentBlocked,
        ),
        (
            "gemini-3-pro",
            chat(json!(null), "length"),
            Fault::BadRequest,
        ),
        ("gemini-3-pro", chat(json!([]), "stop"), Fault::Upstream),
        (
            "gpt-5-2",
            json!({ "choices": [{ "message": { "refusal": "I cannot" } }] }),
            Fault::ContentBlocked,
        ),
        (
            "claude-opus-4-6",
            json!({ "content": [], "stop_reason": "refusal" }),
            Fault::ContentBlocked,
        ),
        (
            "claude-opus-4-6",
            json!({ "content": [], "stop_reason": "max_tokens" }),
            Fault::BadRequest,
        ),
        (
            "gpt-5-5",
            json!({ "status": "completed", "output": [{ "type": "message",
                    "content": [{ "type": "refusal", "refusal": "I cannot" }] }] }),
            Fault::ContentBlocked,
        ),
        (
            "gpt-5-5",
            json!({ "status": "incomplete", "output": [],
                    "incomplete_details": { "reason": "max_output_tokens" } }),
            Fault::BadRequest,
        ),
    ];
    for (model, body, expected) in table {
        let failure = read(model, &json_reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.fault, failure.transient),
            (expected, false),
            "{body}"
        );
    }
    let parts = chat(
        json!([{ "type": "text", "text": "A" }, { "type": "text", "text": "B" }]),
        "stop",
    );
    assert_eq!(
        done("gpt-5-2", &json_reply(200, &parts)).text.as_deref(),
        Some("AB")
    );
}
