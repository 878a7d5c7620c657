//! Every class of error that a provider tells of, provoked by words in the prompt and by keys, and
//! the fault that is made of it. A refusal must never be taken for a job that may have been charged.

use domain::{ProviderFault as Fault, ProviderId};
use serde_json::json;
use std::time::Duration;

use crate::{
    Checked, all_pass,
    driver::{Drive, End, drive},
    pairs::{Access, Ends, PAIRS, Pair, every},
    stage::{Stage, secret, wrong_secret},
    success,
};

/// How a job with this word in its prompt usually ends.
const USUAL: [(&str, Ends); 15] = [
    ("blocked", Ends::Fails(Fault::ContentBlocked)),
    ("output-blocked", Ends::Fails(Fault::ContentBlocked)),
    ("model-gone", Ends::Fails(Fault::ModelGone)),
    ("malformed", Ends::Fails(Fault::Upstream)),
    ("error-in-200", Ends::Fails(Fault::Upstream)),
    ("error-in-choice", Ends::Fails(Fault::Upstream)),
    ("stream-error", Ends::Fails(Fault::Upstream)),
    ("empty", Ends::Fails(Fault::Upstream)),
    ("truncated", Ends::Delivers),
    ("fail", Ends::Fails(Fault::Upstream)),
    ("overloaded", Ends::Fails(Fault::Overloaded)),
    ("timeout", Ends::Fails(Fault::Timeout)),
    ("forbidden", Ends::Fails(Fault::Forbidden)),
    ("spend-limit", Ends::Fails(Fault::SpendLimit)),
    ("too-large", Ends::Fails(Fault::TooLarge)),
];

async fn provoked(pair: Pair, trigger: &'static str, usual: Ends, streaming: bool) -> Checked {
    let stage = Stage::new().await;
    let prompt = format!("A lighthouse [sandbox:{trigger}] in the rain");
    let job = if streaming {
        stage.streaming_job(&pair, &prompt).await
    } else {
        stage.job(&pair, &prompt).await
    };
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let wanted = pair.ends(trigger, usual);
    let complain = |what: String| {
        let name = pair.name();
        format!("{name} {trigger} (streaming: {streaming}): {what}, wanted {wanted:?}")
    };
    if run.submits() > 1 {
        return Err(complain(format!("paid for {} times", run.submits())));
    }
    match (wanted, &run.end) {
        (Ends::Delivers, End::Produced(produced)) => {
            success::check(&stage, pair.operation, produced)
                .await
                .map_err(complain)
        }
        (Ends::HandsOn, End::Produced(produced)) => {
            match success::check(&stage, pair.operation, produced).await {
                Ok(()) => Err(complain("a page of HTML passed for a file".to_owned())),
                Err(_) => Ok(()),
            }
        }
        (Ends::Fails(fault), End::Told(_, failure)) if failure.fault == fault => {
            let refused = failure
                .status
                .is_some_and(|status| status != 408 && (400..500).contains(&status));
            if refused && failure.uncertain {
                return Err(complain("a refusal leaves no doubt".to_owned()));
            }
            Ok(())
        }
        _ => Err(complain(format!("{:?}", run.end))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_class_of_error_has_its_fault() {
    let cases = every().flat_map(|pair| {
        USUAL.into_iter().flat_map(move |(trigger, usual)| {
            let streaming = pair.streams.then_some(true);
            let ways = [Some(false), streaming].into_iter().flatten();
            ways.map(move |streaming| provoked(pair, trigger, usual, streaming))
        })
    });
    all_pass(700, cases).await;
}

/// What becomes of a job with a key that behaves so.
async fn keyed(pair: Pair, behaviour: &'static str, wanted: Fault) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let key = match behaviour {
        "wrong" => wrong_secret(&pair),
        "none" => None,
        other => secret(&pair, other),
    };
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    match &run.end {
        End::Told(_, failure) if failure.fault == wanted && !failure.uncertain => Ok(()),
        other => Err(format!(
            "{} with a {behaviour} key: {other:?}, wanted {wanted:?}",
            pair.name()
        )),
    }
}

/// Google refuses a caller without a key by 403, everybody else by 401.
fn without_key(provider: ProviderId) -> Fault {
    match provider {
        ProviderId::Gemini | ProviderId::NanoBanana => Fault::Forbidden,
        _ => Fault::BadKey,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_behaviour_of_a_key_has_its_fault() {
    let guarded = every().filter(|pair| pair.access != Access::Open);
    let cases = guarded.flat_map(|pair| {
        [
            ("no-credit", Fault::NoCredit),
            ("rate-limited", Fault::RateLimited),
            ("down", Fault::Overloaded),
            ("wrong", Fault::BadKey),
            ("none", without_key(pair.provider)),
        ]
        .into_iter()
        .map(move |(behaviour, fault)| keyed(pair, behaviour, fault))
    });
    all_pass(200, cases).await;
}

async fn asked_to_wait(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let fault = json!({ "path": "/", "status": 429, "retry_after": 7 });
    stage.fault(&fault).await;
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    match &run.end {
        End::Told(_, failure)
            if failure.fault == Fault::RateLimited
                && failure.retry_after == Some(Duration::from_secs(7))
                && run.sent.len() == 1 =>
        {
            Ok(())
        }
        other => Err(format!("{}: {other:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wait_that_a_provider_asks_for_is_kept() {
    all_pass(21, PAIRS.iter().map(|pair| asked_to_wait(*pair))).await;
}
