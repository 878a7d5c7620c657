//! Text: the chat shape with its stream, and the looser shapes.

use super::{a_job, begin, read, waiting_at};
use crate::{
    Adapter, Job, Limits, Produced, Progress, Reply, Step,
    modal::Modal,
    sse,
    test_support::{json_reply, llm, reply, sent, with_header},
};
use domain::{
    ProviderFault as Fault,
    input::{GenerationInput, LlmInput},
};
use serde_json::json;
use url::Url;

const CHAT: &str = include_str!("../fixtures/chat.json");
const STREAM: &str = include_str!("../fixtures/chat.sse");

fn streaming() -> Job {
    let input = LlmInput {
        prompt: "Write".to_owned(),
        system: Some("Be brief".to_owned()),
        max_output_tokens: Some(200),
        json_schema: Some(r#"{"type":"object"}"#.to_owned()),
        stream: true,
    };
    a_job("openai", GenerationInput::Llm(input))
}

fn text(reply: &Reply) -> Box<Produced> {
    match read(llm(), reply) {
        Ok(Step::Done(produced)) => produced,
        other => panic!("not done: {other:?}"),
    }
}

fn stream(body: &str) -> Reply {
    with_header(
        reply(200, body.to_owned()),
        "content-type",
        "text/event-stream; charset=utf-8",
    )
}

#[test]
fn everything_a_person_chooses_is_in_the_chat() {
    let call = begin(&streaming());
    assert_eq!(call.answer, Limits::STREAM);
    assert_eq!(
        sent(&call),
        json!({
            "model": "llm",
            "messages": [
                { "role": "system", "content": "Be brief" },
                { "role": "user", "content": "Write" }
            ],
            "max_tokens": 200,
            "response_format": {
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": true, "schema": { "type": "object" } }
            },
            "stream": true,
            "stream_options": { "include_usage": true }
        })
    );
    let whole = begin(&a_job("openai", llm()));
    assert_eq!(whole.answer, Limits::ENDPOINT);
    assert_eq!(
        sent(&whole),
        json!({ "model": "llm", "messages": [{ "role": "user", "content": "A storm" }],
                "stream": false })
    );
    let poll = Modal::GENERATE
        .call(&streaming(), &waiting_at(super::LATER))
        .unwrap();
    assert_eq!(poll.answer, Limits::STREAM);
}

#[test]
fn the_chat_path_is_added_once() {
    for (endpoint, called) in [
        (
            "https://a.modal.run",
            "https://a.modal.run/v1/chat/completions",
        ),
        (
            "https://a.modal.run/",
            "https://a.modal.run/v1/chat/completions",
        ),
        (
            "https://a.modal.run/v1",
            "https://a.modal.run/v1/chat/completions",
        ),
        (
            "https://a.modal.run/x/v1/",
            "https://a.modal.run/x/v1/chat/completions",
        ),
        (
            "https://a.modal.run/v1/chat/completions",
            "https://a.modal.run/v1/chat/completions",
        ),
    ] {
        let mut job = streaming();
        job.endpoint = Some(Url::parse(endpoint).unwrap());
        let call = begin(&job);
        let url = call.url(call.endpoint.as_ref().unwrap()).unwrap();
        assert_eq!(url.as_str(), called);
    }
}

#[test]
fn a_whole_and_a_streamed_chat_say_the_same() {
    for answer in [reply(200, CHAT), stream(STREAM), reply(200, STREAM)] {
        let produced = text(&answer);
        assert_eq!(produced.text.as_deref(), Some("Rain over the harbour."));
        assert_eq!(
            (produced.usage.input_tokens, produced.usage.output_tokens),
            (Some(8), Some(12))
        );
        assert_eq!(produced.request_id.as_deref(), Some("chatcmpl-7"));
    }
    let job = streaming();
    let shown: String = sse::events(STREAM.as_bytes())
        .iter()
        .filter_map(|event| Modal::GENERATE.delta(&job, event))
        .collect();
    assert_eq!(shown, "Rain over the harbour.");
}

#[test]
fn every_looser_shape_is_read() {
    for body in [
        json!({ "response": "Rain" }),
        json!({ "text": "Rain", "error": null }),
        json!({ "content": "Rain" }),
        json!({ "content": [{ "type": "text", "text": "Ra" }, { "text": "in" }] }),
        json!("Rain"),
    ] {
        let produced = text(&json_reply(200, &body));
        assert_eq!(produced.text.as_deref(), Some("Rain"), "{body}");
    }
}

#[test]
fn a_stream_that_stops_may_have_cost_something() {
    let cut = STREAM.split("\"finish_reason\":\"stop\"").next().unwrap();
    for body in [cut, "data: {}\n\n", ": ping\n\n"] {
        let failure = read(llm(), &stream(body)).unwrap_err();
        assert_eq!(failure.fault, Fault::Upstream);
        assert!(failure.uncertain && !failure.transient, "{body}");
    }
}

#[test]
fn an_error_inside_an_answer_has_its_class() {
    let too_long = "This model's maximum context length is 4096 tokens.";
    for (body, fault) in [
        (
            json!({ "error": { "message": "gone", "code": 404 } }),
            Fault::ModelGone,
        ),
        (json!({ "error": { "message": "oh" } }), Fault::Upstream),
        (
            json!({ "object": "error", "message": too_long, "code": 400 }),
            Fault::TooLarge,
        ),
        (
            json!({ "object": "error", "message": "bad", "code": 400 }),
            Fault::BadRequest,
        ),
    ] {
        let streamed = stream(&format!("data: {body}\n\ndata: [DONE]\n\n"));
        for answer in [json_reply(200, &body), streamed] {
            let failure = read(llm(), &answer).unwrap_err();
            assert_eq!((failure.fault, failure.transient), (fault, false), "{body}");
        }
    }
    let told = json!({ "error": { "message": too_long } });
    assert_eq!(
        read(llm(), &json_reply(400, &told)).unwrap_err().fault,
        Fault::TooLarge
    );
}

#[test]
fn an_answer_without_text_says_why() {
    let choice = |message, finish: &str| json!({ "choices": [{ "message": message, "finish_reason": finish }] });
    for (body, fault) in [
        (
            choice(json!({ "refusal": "I can't" }), "stop"),
            Fault::ContentBlocked,
        ),
        (
            choice(json!({ "content": "" }), "content_filter"),
            Fault::ContentBlocked,
        ),
        (
            choice(json!({ "content": null }), "length"),
            Fault::BadRequest,
        ),
        (choice(json!({}), "stop"), Fault::Upstream),
        (json!({}), Fault::Upstream),
        (json!({ "text": "" }), Fault::Upstream),
    ] {
        let failure = read(llm(), &json_reply(200, &body)).unwrap_err();
        assert_eq!((failure.fault, failure.transient), (fault, false), "{body}");
    }
}

#[test]
fn a_text_that_came_later_is_read_like_any_other() {
    let step = Modal::GENERATE.read(&streaming(), &waiting_at(super::LATER), &stream(STREAM));
    assert!(matches!(step, Ok(Step::Done(_))));
    let begun = Modal::GENERATE.read(&streaming(), &Progress::default(), &reply(202, "{}"));
    assert_eq!(begun.unwrap_err().fault, Fault::Upstream);
}

#[test]
fn a_relative_redirect_starts_at_the_chat_path() {
    let step = Modal::GENERATE.read(
        &streaming(),
        &Progress::default(),
        &super::redirect("?__modal_function_call_id=fc-1"),
    );
    let Ok(Step::Wait { progress, .. }) = step else {
        panic!("not waiting")
    };
    assert_eq!(
        progress.task.as_deref(),
        Some(
            "https://film--image-api.modal.run/generate/v1/chat/completions?__modal_function_call_id=fc-1"
        )
    );
}
