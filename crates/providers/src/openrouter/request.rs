//! Text job → `POST /chat/completions`; the free `GET /key`. Pure.

use super::wire::{ChatRequest, JsonSchema, Message, ResponseFormat};
use crate::{Auth, Call, Failure, Host, Job, Limits, Purpose};
use domain::{ProviderFault, input::GenerationInput};

/// The call that writes the text, whole or as a stream. Usage and cost come either way.
pub fn chat(job: &Job) -> Result<Call, Failure> {
    let GenerationInput::Llm(input) = &job.input else {
        return Err(Failure::ours(
            ProviderFault::BadRequest,
            "OpenRouter is used for text only",
        ));
    };
    let mut messages = Vec::with_capacity(2);
    if let Some(system) = &input.system {
        messages.push(Message {
            role: "system",
            content: system,
        });
    }
    messages.push(Message {
        role: "user",
        content: &input.prompt,
    });
    let schema = input
        .json_schema
        .as_deref()
        .map(crate::json::schema)
        .transpose()?;
    let body = ChatRequest {
        model: &job.model,
        messages,
        max_completion_tokens: input.max_output_tokens,
        response_format: schema.map(|schema| ResponseFormat {
            kind: "json_schema",
            json_schema: JsonSchema {
                name: "answer",
                strict: true,
                schema,
            },
        }),
        stream: job.streams(),
    };
    let path = vec!["chat".into(), "completions".into()];
    let mut call = Call::post(Purpose::Submit, Host::OpenRouter, Auth::Bearer, path, &body)?;
    call.headers.push(("x-openrouter-title", "Film Generator"));
    Ok(call.with_answer(if job.streams() {
        Limits::STREAM
    } else {
        Limits::TEXT
    }))
}

/// The free test of a key. The list of models is public and proves nothing.
pub fn key() -> Call {
    Call::get(Purpose::Check, Host::OpenRouter, Auth::Bearer, &["key"])
}
