//! The providers' own lists of models: read to their end with a good key; with any other key and
//! with broken answers a failure in our words, so that the old list can stay.

use domain::{ProviderFault as Fault, ProviderId, listing::Listing};
use providers::{Failure, ListPage, SendError};
use serde_json::json;
use std::collections::BTreeSet;

use crate::{
    Checked, all_pass,
    pairs::{PAIRS, Pair},
    stage::{Stage, secret, wrong_secret},
};

/// The most pages of all lists of one provider.
const MOST_PAGES: usize = 40;

/// Who lists its models, and whether its lists need a key.
const LISTED: [(ProviderId, bool); 7] = [
    (ProviderId::OpenRouter, false),
    (ProviderId::Claude, true),
    (ProviderId::Gemini, true),
    (ProviderId::NanoBanana, true),
    (ProviderId::Kie, false),
    (ProviderId::ElevenLabs, true),
    (ProviderId::OpenAi, true),
];

fn pair(provider: ProviderId) -> Pair {
    let row = PAIRS.iter().find(|pair| pair.provider == provider);
    *row.expect("every provider is in the table")
}

async fn read(stage: &Stage, pair: &Pair, behaviour: &str) -> Result<Vec<Listing>, Failure> {
    let key = match behaviour {
        "wrong" => wrong_secret(pair),
        other => secret(pair, other),
    };
    let adapter = pair.adapter();
    let mut at = Some(ListPage::default());
    let mut pages = Vec::new();
    while let Some(page) = at
        && let Some(call) = adapter.list_call(&page)
    {
        assert!(pages.len() < MOST_PAGES, "{} never ends", pair.name());
        let reply = match stage.outbound.send(&call, key.as_ref()).await {
            Ok(reply) => reply,
            Err(SendError::NotSent(failure) | SendError::Ambiguous(failure)) => {
                return Err(failure);
            }
        };
        let (listing, next) = adapter.list_read(&page, &reply, "2026-11-22")?;
        pages.push(listing);
        at = next;
    }
    Ok(pages)
}

async fn lists(provider: ProviderId) -> Checked {
    let stage = Stage::new().await;
    let pages = read(&stage, &pair(provider), "good")
        .await
        .map_err(|failure| format!("{provider}: {failure:?}"))?;
    let models: Vec<_> = pages.iter().flat_map(|page| &page.models).collect();
    let served = |operation| providers::adapter(provider, operation).is_some();
    let wrong: Vec<_> = models
        .iter()
        .filter(|model| !served(model.operation) || model.id.is_empty() || model.name.is_empty())
        .collect();
    let ids: BTreeSet<_> = models
        .iter()
        .map(|model| (model.operation, &model.id))
        .collect();
    let voices = pages.iter().map(|page| page.voices.len()).sum::<usize>();
    if models.is_empty() || !wrong.is_empty() || ids.len() != models.len() {
        let (all, own) = (models.len(), ids.len());
        return Err(format!(
            "{provider}: {all} models, {own} ids, wrong {wrong:?}"
        ));
    }
    if provider == ProviderId::ElevenLabs && voices == 0 {
        return Err("ElevenLabs lists no voice".to_owned());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_is_read_to_its_end() {
    all_pass(7, LISTED.map(|(provider, _)| lists(provider))).await;
}

#[test]
fn nobody_else_has_a_list() {
    for row in PAIRS {
        let listed = LISTED.iter().any(|(provider, _)| *provider == row.provider);
        let has_list = row.adapter().list_call(&ListPage::default()).is_some();
        assert_eq!(has_list, listed, "{}", row.name());
    }
}

async fn fails(provider: ProviderId, behaviour: &'static str, wanted: Fault) -> Checked {
    let stage = Stage::new().await;
    match read(&stage, &pair(provider), behaviour).await {
        Err(failure) if failure.fault == wanted => Ok(()),
        other => Err(format!("{provider} with a {behaviour} key: {other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_a_key_does_not_get_is_a_failure() {
    let guarded = LISTED.into_iter().filter(|(_, needs_key)| *needs_key);
    let cases = guarded.flat_map(|(provider, _)| {
        [
            fails(provider, "wrong", Fault::BadKey),
            fails(provider, "rate-limited", Fault::RateLimited),
            fails(provider, "down", Fault::Overloaded),
        ]
    });
    all_pass(15, cases).await;
}

async fn breaks(provider: ProviderId, answer: &'static str) -> Checked {
    let stage = Stage::new().await;
    let fault = json!({ "path": "/", "answer": answer });
    stage.fault(&fault).await;
    match read(&stage, &pair(provider), "good").await {
        Err(failure) if failure.fault == Fault::Upstream => Ok(()),
        other => Err(format!("{provider} {answer}: {other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_list_is_a_failure_and_never_an_empty_list() {
    let cases = LISTED.into_iter().flat_map(|(provider, _)| {
        ["wrong_type", "invalid_utf8", "huge", "bomb", "redirect"]
            .into_iter()
            .map(move |answer| breaks(provider, answer))
    });
    all_pass(35, cases).await;
}
