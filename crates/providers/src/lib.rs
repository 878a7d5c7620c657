//! The providers: how a job becomes HTTP calls and what the answers mean, and the one client that
//! makes those calls. An adapter does no I/O and never sees a secret; only `http` opens a socket.
//!
//! Each provider has a folder with the same files: `mod.rs` (what it is), `request.rs` (job → call),
//! `response.rs` (answer → step or failure), `wire.rs` (the shapes on the wire), `tests.rs`.

pub mod adapter;
pub mod bases;
pub mod call;
mod decimal;
mod elevenlabs;
mod endpoint;
pub mod failure;
mod gemini;
pub mod guard;
pub mod http;
mod json;
mod kie;
mod openrouter;
pub mod pace;
pub mod policy;
mod reply;
mod resolver;
pub mod retry;
mod wav;

pub use self::http::{Downloaded, Outbound, SendError};
pub use adapter::{Adapter, CheckStep, Job, KeyFindings, Media, Picture, Produced, Progress, Step};
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
        (ProviderId::Gemini, Operation::Llm | Operation::Image | Operation::Tts) => {
            Some(&gemini::Gemini)
        }
        (ProviderId::Kie, Operation::Video | Operation::Music) => Some(&kie::Kie),
        (ProviderId::ElevenLabs, Operation::Tts) => Some(&elevenlabs::ElevenLabs),
        _ => None,
    }
}

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
