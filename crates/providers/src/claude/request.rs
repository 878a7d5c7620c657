//! Text job → `POST /v1/messages`; the pages of `GET /v1/models`. Pure. What is sent as
//! `max_tokens` is the length allowed for the answer plus room for thinking, because thinking counts
//! towards it and a tight limit would be used up before any text.

use super::wire::{Format, MessageRequest, OutputConfig, Turn};
use crate::{Auth, Call, Failure, Host, Job, Limits, Purpose};
use domain::{
    ProviderFault,
    input::{GenerationInput, THINKING_TOKENS},
};

const AUTH: Auth = Auth::Header("x-api-key");
const VERSION: (&str, &str) = ("anthropic-version", "2026-10-21");
/// Answer and thinking together when the person set no limit.
const WITHOUT_WISH: u32 = 16_000;
/// Above this a whole answer may take longer than the ten minutes that the API holds a request;
/// Anthropic's own SDK refuses it from about here on.
const WHOLE: u32 = 21_000;

/// The call that writes the text. A long answer is streamed whether or not it is shown meanwhile.
pub fn message(job: &Job) -> Result<Call, Failure> {
    let GenerationInput::Llm(input) = &job.input else {
        return Err(Failure::ours(
            ProviderFault::BadRequest,
            "Claude is used for text only",
        ));
    };
    let schema = input
        .json_schema
        .as_deref()
        .map(crate::json::schema)
        .transpose()?;
    let max_tokens = max_tokens(&job.model, input.max_output_tokens);
    let stream = input.stream || max_tokens > WHOLE;
    let body = MessageRequest {
        model: &job.model,
        max_tokens,
        system: input.system.as_deref(),
        messages: [Turn {
            role: "user",
            content: &input.prompt,
        }],
        output_config: schema.map(|schema| OutputConfig {
            format: Format {
                kind: "json_schema",
                schema,
            },
        }),
        stream,
    };
    let path = vec!["v1".into(), "messages".into()];
    let mut call = Call::post(Purpose::Submit, Host::Anthropic, AUTH, path, &body)?;
    call.headers.push(VERSION);
    Ok(call.with_answer(if stream { Limits::STREAM } else { Limits::TEXT }))
}

/// The 4.5 models write 64,000 tokens at most, all later ones 128,000 (Anthropic docs, models).
fn max_tokens(model: &str, wish: Option<u32>) -> u32 {
    let most = if model.contains("-4-5") {
        64_000
    } else {
        128_000
    };
    wish.map_or(WITHOUT_WISH, |wish| {
        wish.saturating_add(THINKING_TOKENS).min(most)
    })
}

/// A page of models: the free test of a key, or the list.
pub fn models(limit: &'static str) -> Call {
    let mut call = Call::get(Purpose::Check, Host::Anthropic, AUTH, &["v1", "models"])
        .with_query("limit", limit);
    call.headers.push(VERSION);
    call
}
