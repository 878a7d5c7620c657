//! What breaks on the way: slow, cut, lost and redirected answers to the paid request. It is never
//! sent twice, and nobody claims to know what became of it.

use domain::ProviderFault as Fault;
use providers::{Purpose, SendError, retry};
use serde_json::{Value, json};
use std::time::Duration;

use crate::{
    Checked, all_pass,
    driver::{Drive, End, Run, drive},
    pairs::{PAIRS, Pair, ways},
    stage::{Stage, secret},
    success,
};

/// Runs the job with a fault that is set before the paid request, and what came in from then on.
async fn with_fault(
    pair: &Pair,
    fault: Value,
    first_byte: Option<Duration>,
    streaming: bool,
) -> (Run, Vec<String>) {
    let stage = Stage::new().await;
    let job = if streaming {
        stage.streaming_job(pair, "A lighthouse").await
    } else {
        stage.job(pair, "A lighthouse").await
    };
    let before = stage.received().await.len();
    let key = secret(pair, "good");
    let how = Drive {
        first_byte,
        fault: Some((Purpose::Submit, fault)),
    };
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), how).await;
    let received = stage.received().await.split_off(before);
    (run, received)
}

/// The paid request went out once, its answer is lost, and nothing may send it again.
fn is_lost(pair: &Pair, wanted: Fault, run: &Run, received: &[String]) -> Checked {
    let complain = |what: String| Err(format!("{}: {what}", pair.name()));
    let End::Ambiguous(Purpose::Submit, failure) = &run.end else {
        return complain(format!("{:?}", run.end));
    };
    if failure.fault != wanted {
        return complain(format!("{failure:?}"));
    }
    if received.len() != 1 {
        return complain(format!("received {received:?}"));
    }
    let lost = SendError::Ambiguous(failure.clone());
    match (1..=3).find_map(|attempt| retry::pause(Purpose::Submit, attempt, &lost, 0.5)) {
        Some(pause) => complain(format!("it would be sent again after {pause:?}")),
        None => Ok(()),
    }
}

async fn loses(
    pair: Pair,
    fault: Value,
    first_byte: Option<Duration>,
    wanted: Fault,
    streaming: bool,
) -> Checked {
    let (run, received) = with_fault(&pair, fault.clone(), first_byte, streaming).await;
    is_lost(&pair, wanted, &run, &received).map_err(|complaint| format!("{complaint} ({fault})"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_too_slow_leaves_the_job_unknown() {
    let fault = json!({ "path": "/", "delay_ms": 60_000 });
    let soon = Some(Duration::from_millis(400));
    let cases =
        ways().map(|(pair, streaming)| loses(pair, fault.clone(), soon, Fault::Timeout, streaming));
    all_pass(26, cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_in_the_middle_leaves_the_job_unknown() {
    let cases = ways().flat_map(|(pair, streaming)| {
        [0, 20].into_iter().map(move |bytes| {
            let fault = json!({ "path": "/", "cut_after_bytes": bytes });
            loses(pair, fault, None, Fault::Upstream, streaming)
        })
    });
    all_pass(52, cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_lost_after_acceptance_is_never_asked_for_again() {
    let fault = json!({ "path": "/", "drop_after_accept": true });
    let cases = ways()
        .map(|(pair, streaming)| loses(pair, fault.clone(), None, Fault::Upstream, streaming));
    all_pass(26, cases).await;
}

async fn is_given_up_on_the_way(pair: Pair, status: u16, streaming: bool) -> Checked {
    let fault = json!({ "path": "/", "status": status });
    let (run, received) = with_fault(&pair, fault, None, streaming).await;
    match &run.end {
        End::Told(Purpose::Submit, failure) if failure.uncertain && received.len() == 1 => Ok(()),
        other => Err(format!("{} {status}: {other:?}, {received:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_waits_no_longer_leaves_the_job_unknown() {
    let cases = ways().flat_map(|(pair, streaming)| {
        let all = [408, 504, 524].into_iter();
        all.map(move |status| is_given_up_on_the_way(pair, status, streaming))
    });
    all_pass(78, cases).await;
}

async fn stays_here(pair: Pair, streaming: bool) -> Checked {
    let fault = json!({ "path": "/", "answer": "redirect" });
    let (run, received) = with_fault(&pair, fault, None, streaming).await;
    match &run.end {
        End::Told(Purpose::Submit, _) if received.len() == 1 => Ok(()),
        other => Err(format!("{}: {other:?}, {received:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_another_host_is_not_followed() {
    all_pass(
        26,
        ways().map(|(pair, streaming)| stays_here(pair, streaming)),
    )
    .await;
}

async fn is_waited_for(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let key = secret(&pair, "slow");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let complain = |what: String| format!("{}: {what}", pair.name());
    let produced = run.produced().map_err(complain)?;
    success::check(&stage, pair.operation, produced)
        .await
        .map_err(complain)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_takes_its_time_is_waited_for() {
    all_pass(21, PAIRS.iter().map(|pair| is_waited_for(*pair))).await;
}
