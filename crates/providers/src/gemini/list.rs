//! Gemini's list of models (Gemini API reference, models.list). It says neither prices nor what a
//! model generates: that is told by the id, and what generates nothing of ours is left out.

use super::{Gemini, request, response, wire::ModelEntry};
use crate::{Call, Failure, Limits, ListPage, Reply, listed};
use domain::{
    Operation,
    listing::{Listed, Listing},
};

/// Parts of the ids of models that generate something else, or only live or with tools.
const OTHERS: [&str; 5] = [
    "embedding",
    "native-audio",
    "-live",
    "computer-use",
    "robotics",
];

pub fn call(at: &ListPage) -> Option<Call> {
    let call = || request::page_of_models("1000").with_answer(Limits::LIST);
    (at.stage == 0).then(|| match &at.after {
        Some(token) => call().with_query("pageToken", token),
        None => call(),
    })
}

pub fn read(
    slot: Gemini,
    at: &ListPage,
    reply: &Reply,
) -> Result<(Listing, Option<ListPage>), Failure> {
    let page = response::listed(reply)?;
    let models: Vec<Listed> = page
        .models
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| model(slot, &serde_json::from_value(entry).ok()?))
        .collect();
    let next = page
        .next_page_token
        .filter(|token| !token.is_empty() && at.after.as_ref() != Some(token))
        .map(|token| ListPage {
            stage: 0,
            after: Some(token),
        });
    if models.is_empty() && at.after.is_none() && next.is_none() {
        return Err(Failure::unreadable(reply, "a list without models"));
    }
    Ok((listed::whole(models), next))
}

fn model(slot: Gemini, entry: &ModelEntry) -> Option<Listed> {
    let id = entry.name.as_deref()?;
    let id = id.strip_prefix("models/").unwrap_or(id);
    let methods = entry.supported_generation_methods.as_deref();
    let generates = methods
        .unwrap_or_default()
        .iter()
        .any(|method| method == "generateContent");
    if !generates {
        return None;
    }
    let operation = operation(id)?;
    let wanted = match slot {
        Gemini::General => true,
        // The slot is for the third generation and later.
        Gemini::NanoBanana => operation == Operation::Image && !id.starts_with("gemini-2"),
    };
    let entry = listed::entry(operation, id, entry.display_name.as_deref()).filter(|_| wanted)?;
    Some(Listed {
        json_schema: operation == Operation::Llm && id.starts_with("gemini"),
        ..entry
    })
}

fn operation(id: &str) -> Option<Operation> {
    if OTHERS.iter().any(|other| id.contains(other)) {
        None
    } else if id.ends_with("-tts") || id.contains("-tts-") {
        Some(Operation::Tts)
    } else if id.ends_with("-image") || id.contains("-image-") {
        Some(Operation::Image)
    } else {
        Some(Operation::Llm)
    }
}
