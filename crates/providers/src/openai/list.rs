//! OpenAI's list of models (API reference, models), which is also the free test of a key. It tells
//! no prices; only models that speak are taken from it.

use super::{
    error,
    wire::{ErrorReply, ModelEntry, ModelsReply},
};
use crate::{Failure, KeyFindings, Reply, listed};
use domain::{
    Operation, ProviderId,
    listing::{Listed, Listing},
};
use serde_json::Value;

/// The models that speak; there may be none of them left.
pub fn read(reply: &Reply) -> Result<Listing, Failure> {
    let entries = entries(reply)?;
    if entries.is_empty() {
        return Err(Failure::unreadable(reply, "a list without models"));
    }
    let speaks = |entry: Value| model(&serde_json::from_value(entry).ok()?);
    Ok(listed::whole(
        entries.into_iter().filter_map(speaks).collect(),
    ))
}

fn entries(reply: &Reply) -> Result<Vec<Value>, Failure> {
    serde_json::from_slice::<ModelsReply>(&reply.body)
        .ok()
        .filter(|_| reply.is_success())
        .and_then(|list| list.data)
        .ok_or_else(|| error::refusal(reply))
}

fn model(entry: &ModelEntry) -> Option<Listed> {
    let id = entry.id.as_deref().filter(|id| id.contains("tts"))?;
    Some(Listed {
        retires_on: entry.shutdown_date.as_deref().and_then(listed::day),
        ..listed::entry(Operation::Tts, id, None)?
    })
}

/// Reads the list as the test of a key. A key without the right to list models may still speak.
pub fn key(reply: &Reply) -> KeyFindings {
    let quota = || KeyFindings::untold("OpenAI does not tell how much credit is left.");
    let failure = match entries(reply) {
        Ok(_) => {
            return KeyFindings::accepted(quota(), KeyFindings::good("The key may list models."));
        }
        Err(failure) => failure,
    };
    let parsed = serde_json::from_slice::<ErrorReply>(&reply.body).ok();
    let told = parsed.and_then(|parsed| parsed.error);
    if told.is_some_and(|error| error::lacks_scope(&error)) {
        return KeyFindings::accepted(quota(), KeyFindings::bad("The key may not list models."));
    }
    KeyFindings::failed(ProviderId::OpenAi, &failure)
}
