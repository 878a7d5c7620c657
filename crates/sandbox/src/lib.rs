//! A local server that speaks the wire protocols of the providers, so that every operation runs
//! without keys or money and tests run offline. It must never make an outbound request, never keep
//! or show the value of a key, and never share code with the adapters that it stands in for.
//!
//! # Base paths
//!
//! | provider | base |
//! |---|---|
//! | OpenRouter | `/openrouter/api/v1` |
//! | Google Gemini | `/gemini` (the version `v1beta` or `v1` follows) |
//! | ElevenLabs | `/elevenlabs` (`/v1/…`, `/v2/…`) |
//! | KIE.ai | `/kie` (market, Suno, Veo and language models), `/kie-upload` (its upload host) |
//! | Anthropic | `/anthropic` (`/v1/…`) |
//! | OpenAI | `/openai` (`/v1/…`) |
//! | Modal | `/modal/{llm,image,image-edit,video,tts,music}`, and the same below `/modal-protected` |
//! | PiAPI | `/piapi` |
//! | Suno by sunoapi.org | `/suno` |
//! | Suno by a self-hosted suno-api | `/suno-api` (no key) |
//!
//! Results that a provider would put on a file host are at `/media/…`, readable without a key.
//! A further provider is one more module with a `routes()` function and one more `nest` line.
//!
//! # Keys
//!
//! A key is read from the place where the real provider reads it. A missing key and a wrong key get
//! that provider's own answers. Any key that begins with `sandbox-` is valid (of a Modal proxy token:
//! `wk-sandbox-` and `ws-sandbox-`); these beginnings do more:
//!
//! | key | behaviour |
//! |---|---|
//! | `sandbox-no-credit…` | free calls answer (and show an empty balance); whatever costs is refused for lack of credit |
//! | `sandbox-rate-limited…` | every call that needs a key is refused as too frequent |
//! | `sandbox-slow…` | right answers, each after [`Config::slow_delay`] |
//! | `sandbox-down…` | every call that needs a key is refused as an outage |
//!
//! # Triggers in the prompt
//!
//! A prompt or text that contains one of these gets the matching answer in the provider's own form:
//!
//! | trigger | OpenRouter | Gemini | ElevenLabs | KIE.ai |
//! |---|---|---|---|---|
//! | `[sandbox:blocked]` | 403 moderation | 200 with `promptFeedback.blockReason` | 400 terms of service | task fails with a content policy message; Suno `SENSITIVE_WORD_ERROR` |
//! | `[sandbox:output-blocked]` | 200, `finish_reason` `content_filter` | 200, `finishReason` `SAFETY` | as `blocked` | as `blocked` |
//! | `[sandbox:model-gone]` | 404 `model_deprecated` | 404 | 400 `model_not_found` | 422 model not supported |
//! | `[sandbox:malformed]` | 200 with broken JSON | 200 with broken JSON | 200 audio type with a page of HTML | task succeeds with a broken `resultJson` (Suno, Veo: a wrongly typed response) |
//! | `[sandbox:error-in-200]` | 200 with a top-level `error` | 200 without candidates | 503 | code 500 in a 200 |
//! | `[sandbox:error-in-choice]` | 200 with `choices[0].error` | as `error-in-200` | 503 | code 500 in a 200 |
//! | `[sandbox:stream-error]` | an error chunk in the middle of a stream (unary: as `error-in-200`) | an error object in the stream (unary: 500) | 503 | code 500 in a 200 |
//! | `[sandbox:empty]` | 200 with empty content | 200, a candidate without parts | 200 without bytes | task succeeds with no URL |
//! | `[sandbox:truncated]` | `finish_reason` `length` | `finishReason` `MAX_TOKENS` | normal | normal |
//! | `[sandbox:fail]` | 500 | 500 | 500 | task fails, `failCode` `500` |
//! | `[sandbox:overloaded]` | 529 | 503 | 503 | code 455 |
//! | `[sandbox:timeout]` | 408 | 504 | 504 | code 408 |
//! | `[sandbox:forbidden]` | 403 permission | 403 | 401 `missing_permissions` | code 505 |
//! | `[sandbox:spend-limit]` | 403 key limit | 429 quota per day | 402 `payment_required` | code 433 |
//! | `[sandbox:too-large]` | 413 | 400 token count | 400 `max_character_limit_exceeded` | code 422 prompt length |
//!
//! | trigger | Anthropic | OpenAI | KIE.ai, language models |
//! |---|---|---|---|
//! | `[sandbox:blocked]` | 200, `stop_reason` `refusal`, no content | 400 `content_policy_violation` | HTTP 400 with an `error` object |
//! | `[sandbox:output-blocked]` | 200, `stop_reason` `refusal` after half of the text | as `blocked` | `content_filter` or `refusal` after half of the text |
//! | `[sandbox:model-gone]` | 404 `not_found_error` | 404 `model_not_found` | code 422 in a 200 |
//! | `[sandbox:malformed]` | 200 with broken JSON | 200 audio type with a page of HTML | 200 with broken JSON |
//! | `[sandbox:error-in-200]`, `[sandbox:error-in-choice]` | a stream of one `error` event (unary: 500) | a stream of one `error` event (raw: 500) | code 500 in a 200 |
//! | `[sandbox:stream-error]` | an `error` event after two pieces of text (unary: 529) | an `error` event after one piece (raw: 500) | an error in the middle of the stream (unary: code 500 in a 200) |
//! | `[sandbox:empty]` | 200 with empty content | 200 without bytes | 200 with empty content |
//! | `[sandbox:truncated]` | `stop_reason` `max_tokens` | normal | `length`, `max_tokens` or `incomplete` |
//! | `[sandbox:fail]` | 500 `api_error` | 500 `server_error` | HTTP 500 with code 500 |
//! | `[sandbox:overloaded]` | 529 `overloaded_error` | 503 `server_is_overloaded` | code 455 in a 200 |
//! | `[sandbox:timeout]` | 504 `timeout_error` | 504 | code 408 in a 200 |
//! | `[sandbox:forbidden]` | 403 `permission_error` | 403 missing scopes | code 505 in a 200 |
//! | `[sandbox:spend-limit]` | 400 with the day of the end | 429 `credit_balance_exhausted` | code 433 in a 200 |
//! | `[sandbox:too-large]` | 413 `request_too_large` | 400 `string_above_max_length` | code 422 in a 200 |
//!
//! | trigger | PiAPI | sunoapi.org | suno-api | Modal |
//! |---|---|---|---|---|
//! | `[sandbox:blocked]`, `[sandbox:output-blocked]` | task fails with a content policy message | `SENSITIVE_WORD_ERROR` | songs end in `error` | 400 `detail` |
//! | `[sandbox:model-gone]` | 400 | code 400 | 400 | 404 `modal-http` (chat: model not found) |
//! | `[sandbox:malformed]` | task completes with a wrongly typed `output` | task succeeds with a wrongly typed response | 200 with broken JSON | 200 with broken JSON (raw: a page of HTML) |
//! | `[sandbox:error-in-200]`, `[sandbox:error-in-choice]`, `[sandbox:stream-error]` | created with status `failed` | code 500 in a 200 | 200 with an `error` | 200 with an `error` (chat stream: in the middle of it) |
//! | `[sandbox:empty]` | task completes without a file | task succeeds without tracks | songs complete without `audio_url` | 200 with an empty value or no bytes |
//! | `[sandbox:truncated]` | normal | normal | normal | half of the text (chat: `length`) |
//! | `[sandbox:fail]` | task fails, the cause in `logs` alone | `GENERATE_AUDIO_FAILED` | 500 | 500 in plain text |
//! | `[sandbox:overloaded]` | 503 | code 455 | 503 | 503 in plain text |
//! | `[sandbox:timeout]` | 504 | HTTP 504 with a page of HTML | 504 | 504 in plain text |
//! | `[sandbox:forbidden]` | 403 | code 401 | 403 | 403 `detail` |
//! | `[sandbox:spend-limit]` | 402 | code 429 | 402 | 402 in plain text |
//! | `[sandbox:too-large]` | 400 | code 413 | 400 | 413 `detail` |
//! | `[sandbox:too-often]` | normal | code 430 | 429 | normal |
//!
//! Modal has more of its own (forms of results, cold starts, redirects); its module lists them.
//!
//! # Looking in and breaking things
//!
//! `GET /__journal` lists the requests received, without values of headers, queries or bodies;
//! `DELETE /__journal` clears it. `POST /__faults` sets a fault for a path prefix, `GET` lists them,
//! `DELETE` removes them. The fields of both are described in their modules.

mod anthropic;
mod config;
mod elevenlabs;
mod exchange;
mod faults;
mod gemini;
mod hostile;
mod ids;
mod journal;
mod keys;
mod kie;
mod media;
mod modal;
mod openai;
mod openrouter;
mod piapi;
mod reply;
mod schema_sample;
mod serve;
mod shared;
mod sse;
mod story;
mod suno;
mod suno_tasks;
mod tasks;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trigger;
mod welcome;

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;

pub use config::Config;
use shared::{Shared, State};

/// A sandbox: its settings and all it remembers (tasks, uploads, journal, faults), in memory.
/// Every router made from one sandbox shares that memory.
#[derive(Clone)]
pub struct Sandbox {
    shared: Shared,
}

impl Sandbox {
    /// A sandbox that has seen nothing yet.
    pub fn new(config: Config) -> Self {
        Self {
            shared: Arc::new(State::new(config)),
        }
    }

    /// All simulated providers at their base paths, the journal, the faults and the front page.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(welcome::page))
            .route("/__journal", get(journal::list).delete(journal::clear))
            .route(
                "/__faults",
                get(faults::list).post(faults::set).delete(faults::clear),
            )
            .route("/media/{id}/{name}", get(media::result))
            .nest("/openrouter/api/v1", openrouter::routes())
            .nest("/gemini", gemini::routes())
            .nest("/elevenlabs", elevenlabs::routes())
            .nest("/kie", kie::routes())
            .nest("/kie-upload", kie::upload_routes())
            .nest("/modal", modal::routes())
            .nest("/modal-protected", modal::protected_routes())
            .nest("/piapi", piapi::routes())
            .nest("/suno", suno::routes())
            .nest("/suno-api", suno::self_hosted_routes())
            .nest("/anthropic", anthropic::routes())
            .nest("/openai", openai::routes())
            .fallback(welcome::not_simulated)
            .layer(DefaultBodyLimit::disable())
            .layer(middleware::from_fn_with_state(
                self.shared.clone(),
                exchange::observe,
            ))
            .with_state(self.shared.clone())
    }
}

/// The router of a fresh sandbox. Without a connection of its own (see [`serve`]) the fault
/// `drop_after_accept` can only break the body, not keep back the whole reply.
pub fn router(config: Config) -> Router {
    Sandbox::new(config).router()
}

/// Serves a fresh sandbox on `listener` until `shutdown` is ready. Sockets are `TCP_NODELAY`.
///
/// # Errors
///
/// When the listener has no local address or the accept loop ends with an error.
pub async fn serve(
    listener: tokio::net::TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve::run(listener, config, shutdown).await
}
