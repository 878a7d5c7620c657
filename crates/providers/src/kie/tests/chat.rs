//! Text on KIE: three forms of request, and what cannot be said in them.

use super::*;
use crate::{Limits, test_support::llm};
use domain::{ProviderFault as Fault, input::LlmInput};

fn text(model: &str, edit: impl Fn(&mut LlmInput)) -> Job {
    let GenerationInput::Llm(mut input) = llm() else {
        panic!("no text")
    };
    edit(&mut input);
    job(model, GenerationInput::Llm(input))
}

fn full(input: &mut LlmInput) {
    input.system = Some("Be brief.".to_owned());
    input.max_output_tokens = Some(500);
}

#[test]
fn each_model_is_spoken_to_in_its_form() {
    let both = |kind: &str| {
        json!([{ "role": "system", "content": [{ "type": kind, "text": "Be brief." }] },
               { "role": "user", "content": [{ "type": kind, "text": "A storm" }] }])
    };
    let table = [
        (
            "gemini-3-flash",
            "gemini-3-flash/v1/chat/completions",
            json!({ "messages": both("text"), "stream": false, "include_thoughts": false }),
        ),
        (
            "gpt-5-2",
            "gpt-5-2/v1/chat/completions",
            json!({ "messages": both("text"), "stream": false }),
        ),
        (
            "claude-sonnet-4-6",
            "claude/v1/messages",
            json!({ "model": "claude-sonnet-4-6", "stream": false, "max_tokens": 500,
                    "thinkingFlag": false, "messages": [{ "role": "user", "content": [
                        { "type": "text", "text": "Be brief." },
                        { "type": "text", "text": "A storm" }] }] }),
        ),
        (
            "gpt-5-5",
            "codex/v1/responses",
            json!({ "model": "gpt-5-5", "stream": false, "input": both("input_text") }),
        ),
    ];
    for (model, expected_path, expected) in table {
        let call = Kie.call(&text(model, full), &Progress::default()).unwrap();
        assert_eq!(path(&call), expected_path);
        assert_eq!(sent(&call), expected);
        assert_eq!((call.purpose, call.answer), (Purpose::Submit, Limits::TEXT));
        let streamed = Kie
            .call(
                &text(model, |input| input.stream = true),
                &Progress::default(),
            )
            .unwrap();
        assert_eq!(sent(&streamed)["stream"], true);
        assert_eq!(streamed.answer, Limits::STREAM);
    }
}

#[test]
fn a_schema_is_sent_where_it_is_documented_and_refused_elsewhere() {
    let held = |model| {
        let job = text(model, |input| {
            input.json_schema = Some("{\"type\":\"object\"}".to_owned());
        });
        Kie.call(&job, &Progress::default())
    };
    assert_eq!(
        sent(&held("gemini-3-pro").unwrap())["response_format"],
        json!({ "type": "json_schema", "json_schema":
                { "name": "answer", "strict": true, "schema": { "type": "object" } } })
    );
    for model in ["claude-opus-4-6", "gpt-5-4"] {
        assert_eq!(held(model).unwrap_err().fault, Fault::BadRequest, "{model}");
    }
}

#[test]
fn a_model_that_is_no_text_model_is_gone() {
    for model in ["V5", "nano-banana-pro", "gpt-5-9", "../claude-x", ""] {
        let failure = Kie
            .call(&text(model, |_| {}), &Progress::default())
            .unwrap_err();
        assert_eq!(failure.fault, Fault::ModelGone, "{model}");
    }
}
