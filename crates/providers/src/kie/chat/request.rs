//! Text job → the call in the form of its model. Pure. The instructions go where the form has a
//! place for them; Claude on KIE has none, so they stand before the prompt.

use super::Form;
use crate::{Auth, Call, Failure, Host, Job, Limits, Purpose, json::schema};
use domain::{
    ProviderFault,
    input::{GenerationInput, LlmInput},
};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The most tokens of an answer of Claude when nobody says; KIE would stop at 4,096.
const MOST_TOKENS: u32 = 16_000;

/// The call that writes the text.
///
/// # Errors
/// A job that this form cannot say. Nothing has been sent then.
pub fn call(job: &Job) -> Result<Call, Failure> {
    let refused = |why| Failure::ours(ProviderFault::BadRequest, why);
    let GenerationInput::Llm(input) = &job.input else {
        return Err(refused("a text model writes text"));
    };
    let form = Form::of(&job.model)
        .ok_or_else(|| Failure::ours(ProviderFault::ModelGone, "KIE has no such text model"))?;
    if input.json_schema.is_some() && form != Form::Chat {
        return Err(refused("this model cannot be held to a JSON schema at KIE"));
    }
    let mut body = match form {
        Form::Chat => chat(&job.model, input)?,
        Form::Messages => messages(&job.model, input),
        Form::Responses => responses(&job.model, input),
    };
    body.insert("stream".to_owned(), json!(job.streams()));
    let path: Vec<Cow<'static, str>> = match form {
        Form::Chat => vec![
            job.model.clone().into(),
            "v1".into(),
            "chat".into(),
            "completions".into(),
        ],
        Form::Messages => vec!["claude".into(), "v1".into(), "messages".into()],
        Form::Responses => vec!["codex".into(), "v1".into(), "responses".into()],
    };
    let call = Call::post(Purpose::Submit, Host::Kie, Auth::Bearer, path, &body)?;
    Ok(call.with_answer(if job.streams() {
        Limits::STREAM
    } else {
        Limits::TEXT
    }))
}

fn message(role: &str, kind: &str, text: &str) -> Value {
    json!({ "role": role, "content": [{ "type": kind, "text": text }] })
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Both roles where there are instructions.
fn both(input: &LlmInput, kind: &str) -> Vec<Value> {
    let system = input.system.as_deref();
    system
        .map(|system| message("system", kind, system))
        .into_iter()
        .chain([message("user", kind, &input.prompt)])
        .collect()
}

fn chat(model: &str, input: &LlmInput) -> Result<Map<String, Value>, Failure> {
    let mut body = object([("messages", json!(both(input, "text")))]);
    if model.starts_with("gemini-") {
        body.insert("include_thoughts".to_owned(), json!(false));
    }
    if let Some(text) = &input.json_schema {
        let format = json!({ "name": "answer", "strict": true, "schema": schema(text)? });
        body.insert(
            "response_format".to_owned(),
            json!({ "type": "json_schema", "json_schema": format }),
        );
    }
    Ok(body)
}

fn messages(model: &str, input: &LlmInput) -> Map<String, Value> {
    let parts: Vec<Value> = [input.system.as_deref(), Some(&input.prompt)]
        .into_iter()
        .flatten()
        .map(|text| json!({ "type": "text", "text": text }))
        .collect();
    object([
        ("model", json!(model)),
        ("messages", json!([{ "role": "user", "content": parts }])),
        (
            "max_tokens",
            json!(input.max_output_tokens.unwrap_or(MOST_TOKENS)),
        ),
        ("thinkingFlag", json!(false)),
    ])
}

fn responses(model: &str, input: &LlmInput) -> Map<String, Value> {
    object([
        ("model", json!(model)),
        ("input", json!(both(input, "input_text"))),
    ])
}
