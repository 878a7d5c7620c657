//! Anthropic's list of models (Models API), which is also the free test of a key. It tells no
//! prices and nothing about credit, and keeps models that are switched off; those are left out.

use super::{
    error, request,
    wire::{ModelEntry, ModelsReply},
};
use crate::{Call, Failure, KeyFindings, Limits, ListPage, Reply, listed};
use domain::{
    Operation, ProviderId,
    listing::{Listed, Listing},
};
use serde_json::Value;

pub fn call(at: &ListPage) -> Option<Call> {
    let call = || request::models("1000").with_answer(Limits::LIST);
    (at.stage == 0).then(|| match &at.after {
        Some(id) => call().with_query("after_id", id),
        None => call(),
    })
}

pub fn read(
    at: &ListPage,
    reply: &Reply,
    today: &str,
) -> Result<(Listing, Option<ListPage>), Failure> {
    let page = page(reply)?;
    let models: Vec<Listed> = page
        .data
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| model(&serde_json::from_value(entry).ok()?, today))
        .collect();
    let next = page
        .last_id
        .filter(|id| page.has_more == Some(true) && at.after.as_ref() != Some(id))
        .map(|id| ListPage {
            stage: 0,
            after: Some(id),
        });
    if models.is_empty() && at.after.is_none() && next.is_none() {
        return Err(Failure::unreadable(reply, "a list without models"));
    }
    Ok((listed::whole(models), next))
}

fn page(reply: &Reply) -> Result<ModelsReply, Failure> {
    serde_json::from_slice::<ModelsReply>(&reply.body)
        .ok()
        .filter(|page| reply.is_success() && page.data.is_some())
        .ok_or_else(|| error::refusal(reply))
}

/// A day of retirement that has passed says nothing: until the list says `retired`, it works.
fn model(entry: &ModelEntry, today: &str) -> Option<Listed> {
    if entry.lifecycle.as_deref() == Some("retired") {
        return None;
    }
    let id = entry.id.as_deref()?;
    let supports_schema = entry
        .capabilities
        .as_ref()
        .and_then(|all| all.pointer("/structured_outputs/supported"))
        .and_then(Value::as_bool);
    Some(Listed {
        retires_on: entry
            .retires_at
            .as_deref()
            .and_then(listed::day)
            .filter(|day| day.as_str() > today),
        json_schema: supports_schema == Some(true),
        ..listed::entry(Operation::Llm, id, entry.display_name.as_deref())?
    })
}

/// Reads a page of models as the test of a key.
pub fn key(reply: &Reply) -> KeyFindings {
    match page(reply) {
        Ok(_) => KeyFindings::accepted(
            KeyFindings::untold("Anthropic does not tell how much credit is left."),
            KeyFindings::good("The key may list models."),
        ),
        Err(failure) => KeyFindings::failed(ProviderId::Claude, &failure),
    }
}
