//! The providers: how a job becomes HTTP calls and what the answers mean, and the one client that
//! makes those calls. An adapter does no I/O and never sees a secret; only `http` opens a socket.
//!
//! Each provider has a folder with the same files: `mod.rs` (what it is), `request.rs` (job → call),
//! `response.rs` (answer → step or failure), `wire.rs` (the shapes on the wire), `tests.rs`. Where a
//! provider has several APIs, each has a file or a folder.

pub mod adapter;
pub mod bases;
pub mod call;
mod claude;
pub mod claude_cli;
mod content_policy;
mod decimal;
mod elevenlabs;
mod endpoint;
pub mod failure;
mod gemini;
pub mod guard;
pub mod http;
mod json;
mod kie;
mod listed;
mod modal;
mod openai;
mod openrouter;
pub mod pace;
mod piapi;
pub mod policy;
mod reply;
mod resolver;
pub mod retry;
pub mod sse;
mod suno;
mod wav;

pub use self::http::{Downloaded, Outbound, SendError};
pub use adapter::{
    Adapter, CheckStep, Job, KeyFindings, ListPage, Media, Picture, Produced, Progress, Step,
};
pub use bases::Bases;
pub use call::{Auth, Body, Call, Host, Limits, Purpose};
pub use failure::Failure;
pub use policy::{Policy, PolicyProblem};
pub use reply::Reply;
pub use secrecy::SecretString;

use domain::{Operation, ProviderId};

/// The adapter that serves this operation at this provider, or `None` where none is built yet.
#[must_use]
pub fn adapter(provider: ProviderId, operation: Operation) -> Option<&'static dyn Adapter> {
    match (provider, operation) {
        (ProviderId::OpenRouter, Operation::Llm) => Some(&openrouter::OpenRouter),
        (ProviderId::Claude, Operation::Llm) => Some(&claude::Claude),
        (ProviderId::Gemini, Operation::Llm | Operation::Image | Operation::Tts) => {
            Some(&gemini::Gemini::General)
        }
        (ProviderId::NanoBanana, Operation::Image) => Some(&gemini::Gemini::NanoBanana),
        (ProviderId::Kie, _) => Some(&kie::Kie),
        (ProviderId::ElevenLabs, Operation::Tts) => Some(&elevenlabs::ElevenLabs),
        (ProviderId::OpenAi, Operation::Tts) => Some(&openai::OpenAi),
        (ProviderId::Modal, _) => Some(&modal::Modal::GENERATE),
        (ProviderId::ModalEdit, Operation::Image) => Some(&modal::Modal::EDIT),
        (ProviderId::PiApi, Operation::Music) => Some(&piapi::PiApi),
        (ProviderId::Suno, Operation::Music) => Some(&suno::Suno),
        _ => None,
    }
}

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
