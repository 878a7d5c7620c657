//! Texts that were cut at their limit: still a text, but never an answer in a JSON schema.

use crate::{
    Reply, Step,
    test_support::{job, json_reply},
};
use domain::{
    Operation, ProviderFault as Fault, ProviderId,
    input::{GenerationInput, LlmInput},
};
use serde_json::{Value, json};
use url::Url;

fn read(
    provider: ProviderId,
    model: &str,
    schema: bool,
    reply: &Reply,
) -> Result<Step, crate::Failure> {
    let input = LlmInput {
        prompt: "A storm".to_owned(),
        json_schema: schema.then(|| r#"{"type":"object"}"#.to_owned()),
        ..LlmInput::default()
    };
    let mut job = job(model, GenerationInput::Llm(input));
    job.endpoint = Some(Url::parse("https://me--app.modal.run/").unwrap());
    let adapter = crate::adapter(provider, Operation::Llm).unwrap();
    adapter.read(&job, &crate::Progress::default(), reply)
}

#[test]
fn a_text_cut_at_its_limit_is_one_unless_it_has_to_fit_a_schema() {
    let half = "{\"a\":";
    let chat = |reason: &str| -> Value {
        json!({ "choices": [{ "finish_reason": reason, "message": { "content": half } }] })
    };
    let message = |reason: &str| -> Value {
        json!({ "content": [{ "type": "text", "text": half }], "stop_reason": reason })
    };
    let candidate = |reason: &str| -> Value {
        json!({ "candidates": [{ "finishReason": reason, "content": { "parts": [{ "text": half }] } }] })
    };
    for (provider, model, cut, whole) in [
        (
            ProviderId::Claude,
            "m",
            message("max_tokens"),
            message("end_turn"),
        ),
        (ProviderId::OpenRouter, "a/b", chat("length"), chat("stop")),
        (
            ProviderId::Gemini,
            "m",
            candidate("MAX_TOKENS"),
            candidate("STOP"),
        ),
        (
            ProviderId::Kie,
            "gemini-3-flash",
            chat("length"),
            chat("stop"),
        ),
        (
            ProviderId::Kie,
            "claude-sonnet-4-6",
            message("max_tokens"),
            message("end_turn"),
        ),
        (ProviderId::Modal, "openai", chat("length"), chat("stop")),
    ] {
        let (cut, whole) = (json_reply(200, &cut), json_reply(200, &whole));
        let failure = read(provider, model, true, &cut).unwrap_err();
        assert_eq!(failure.fault, Fault::BadRequest, "{provider} {model}");
        for (schema, reply) in [(false, &cut), (true, &whole)] {
            let Ok(Step::Done(produced)) = read(provider, model, schema, reply) else {
                panic!("{provider} {model}: not done");
            };
            assert_eq!(produced.text.as_deref(), Some(half), "{provider} {model}");
        }
    }
}
