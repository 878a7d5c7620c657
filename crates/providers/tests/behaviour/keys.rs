//! The free test of a key: what it finds about a good, an empty, a hurried, a hapless and a wrong
//! one. It must never cost anything, and never call a key bad that the provider did not refuse.

use domain::{
    ProviderId,
    keys::FindingResult::{self, Failed, Ok as Good, Skipped, Unknown},
};
use providers::{CheckStep, KeyFindings};
use serde_json::{Value, json};

use crate::{
    Checked, all_pass,
    pairs::{Access, PAIRS, Pair},
    stage::{Stage, secret, wrong_secret},
};

/// Asks stage by stage, as the server does. The requests that came in come along.
async fn test(pair: &Pair, behaviour: &str) -> Result<(KeyFindings, Vec<String>), String> {
    let stage = Stage::new().await;
    test_at(&stage, pair, behaviour).await
}

async fn test_at(
    stage: &Stage,
    pair: &Pair,
    behaviour: &str,
) -> Result<(KeyFindings, Vec<String>), String> {
    let key = match behaviour {
        "wrong" => wrong_secret(pair),
        other => secret(pair, other),
    };
    let endpoint = pair.endpoint.map(|path| stage.at(path));
    let mut number = 0;
    for _ in 0..4 {
        let call = pair
            .adapter()
            .check_call(number, endpoint.as_ref())
            .ok_or("there is no such stage")?;
        let reply = stage
            .outbound
            .send(&call, key.as_ref())
            .await
            .map_err(|error| error.to_string())?;
        match pair.adapter().check_read(number, &reply) {
            CheckStep::Next(next) => number = next,
            CheckStep::Done(found) => return Ok((found, stage.received().await)),
        }
    }
    Err("the test does not end".to_owned())
}

/// One pair for each provider.
fn providers() -> impl Iterator<Item = Pair> {
    let mut seen = Vec::new();
    PAIRS.iter().copied().filter(move |pair| {
        let new = !seen.contains(&pair.provider);
        seen.push(pair.provider);
        new
    })
}

/// Providers that show for free whether there is money.
fn shows_credit(pair: &Pair) -> bool {
    use ProviderId::{ElevenLabs, Kie, OpenRouter, PiApi, Suno};
    matches!(pair.provider, OpenRouter | ElevenLabs | Kie | PiApi | Suno)
}

async fn finds(
    pair: Pair,
    behaviour: &'static str,
    auth: FindingResult,
    quota: &'static [FindingResult],
) -> Checked {
    let (found, received) = test(&pair, behaviour)
        .await
        .map_err(|complaint| format!("{} {behaviour}: {complaint}", pair.name()))?;
    let free = received
        .iter()
        .all(|line| line.starts_with("GET ") || line.starts_with("OPTIONS "));
    if found.auth.result == auth && quota.contains(&found.quota.result) && free {
        Ok(())
    } else {
        Err(format!(
            "{} {behaviour}: {found:?}, wanted {auth:?}, {received:?}",
            pair.name()
        ))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_test_of_a_key_finds_what_its_provider_tells() {
    let by_key = providers().filter(|pair| pair.access == Access::Key);
    let cases = by_key.flat_map(|pair| {
        let (full, empty): (&[_], &[_]) = if shows_credit(&pair) {
            (&[Good], &[Failed])
        } else {
            (&[Unknown], &[Unknown])
        };
        [
            finds(pair, "good", Good, full),
            finds(pair, "no-credit", Good, empty),
            finds(pair, "rate-limited", Unknown, &[Skipped]),
            finds(pair, "down", Unknown, &[Skipped]),
            finds(pair, "wrong", Failed, &[Skipped]),
        ]
    });
    all_pass(45, cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_probe_of_a_deployment_refuses_no_token_but_a_wrong_one() {
    let by_token = PAIRS
        .iter()
        .copied()
        .filter(|pair| pair.access == Access::ProxyToken);
    let cases = by_token.flat_map(|pair| {
        [
            finds(pair, "good", Good, &[Unknown]),
            finds(pair, "down", Unknown, &[Unknown, Skipped]),
            finds(pair, "wrong", Failed, &[Unknown, Skipped]),
        ]
    });
    all_pass(18, cases).await;
}

async fn is_left_open(pair: Pair, fault: Value) -> Checked {
    let stage = Stage::new().await;
    stage.fault(&fault).await;
    let complain = |what: String| format!("{} with {fault}: {what}", pair.name());
    let (found, _) = test_at(&stage, &pair, "good").await.map_err(complain)?;
    // Where the status alone tells, 200 is a yes, and a deployment that answers at all is there.
    let by_status = pair.access == Access::ProxyToken
        || matches!(pair.provider, ProviderId::ElevenLabs | ProviderId::PiApi);
    let open = found.auth.result == Unknown || (by_status && found.auth.result == Good);
    if open && found.quota.result != Good && found.models.result != Good {
        Ok(())
    } else {
        Err(complain(format!("{found:?}")))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_says_nothing_about_a_key_neither_proves_nor_condemns_it() {
    let cases = providers().flat_map(|pair| {
        [
            json!({ "path": "/", "status": 500 }),
            json!({ "path": "/", "status": 503 }),
            json!({ "path": "/", "status": 429, "retry_after": 9 }),
            json!({ "path": "/", "answer": "wrong_type" }),
            json!({ "path": "/", "answer": "invalid_utf8" }),
            json!({ "path": "/", "answer": "redirect" }),
        ]
        .into_iter()
        .map(move |fault| is_left_open(pair, fault))
    });
    all_pass(66, cases).await;
}
