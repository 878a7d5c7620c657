//! Answers that would fill the memory or are not what they claim to be: reading stops at the limit
//! of the call, and what comes out is one of our words.

use domain::ProviderFault as Fault;
use providers::Purpose;
use serde_json::json;

use crate::{
    Checked, all_pass,
    driver::{Drive, End, Run, drive},
    pairs::{PAIRS, Pair, ways},
    run,
    stage::{Stage, secret},
};

async fn spoiled(pair: &Pair, answer: &str, streaming: bool) -> Run {
    let stage = Stage::new().await;
    let job = if streaming {
        stage.streaming_job(pair, "A lighthouse").await
    } else {
        stage.job(pair, "A lighthouse").await
    };
    let key = secret(pair, "good");
    let how = Drive {
        fault: Some((Purpose::Submit, json!({ "path": "/", "answer": answer }))),
        ..Drive::default()
    };
    drive(&stage, pair.adapter(), &job, key.as_ref(), how).await
}

async fn is_too_much(pair: Pair, answer: &'static str, streaming: bool) -> Checked {
    let run = spoiled(&pair, answer, streaming).await;
    let (read, limit) = run.most_read;
    let complain = |what: String| Err(format!("{} {answer}: {what}", pair.name()));
    match &run.end {
        End::Ambiguous(Purpose::Submit, failure) if failure.fault == Fault::Upstream => {}
        other => return complain(format!("{other:?}")),
    }
    if failure_text(&run) != "the answer is too large" {
        return complain(failure_text(&run));
    }
    // It stopped at the limit and not before: a piece more would have been too much.
    if read > limit || read < limit / 2 {
        return complain(format!("{read} bytes were read of {limit}"));
    }
    Ok(())
}

fn failure_text(run: &Run) -> String {
    run.failure()
        .map(|failure| failure.detail(&[]))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_is_read_to_the_limit_and_no_further() {
    let cases = ways().map(|(pair, streaming)| is_too_much(pair, "huge", streaming));
    run(26, 2, cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_bomb_is_inflated_to_the_limit_and_no_further() {
    let cases = ways().map(|(pair, streaming)| is_too_much(pair, "bomb", streaming));
    run(26, 2, cases).await;
}

async fn is_nonsense(pair: Pair, answer: &'static str, streaming: bool) -> Checked {
    let run = spoiled(&pair, answer, streaming).await;
    match &run.end {
        // Behind such an answer there may be a task, or a result that was charged.
        End::Told(Purpose::Submit, failure)
            if failure.fault == Fault::Upstream && failure.uncertain =>
        {
            Ok(())
        }
        other => Err(format!(
            "{} {answer} (streaming: {streaming}): {other:?}",
            pair.name()
        )),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_the_wrong_type_or_in_broken_text_leaves_the_job_unknown() {
    let cases = ways().flat_map(|(pair, streaming)| {
        ["wrong_type", "invalid_utf8"]
            .into_iter()
            .map(move |answer| is_nonsense(pair, answer, streaming))
    });
    all_pass(52, cases).await;
}

async fn says_enough(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let key = secret(&pair, "good");
    let fault = json!({ "path": "/", "status": 503, "answer": "huge" });
    let how = Drive {
        fault: Some((Purpose::Submit, fault)),
        ..Drive::default()
    };
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), how).await;
    match &run.end {
        End::Told(Purpose::Submit, failure) if failure.fault == Fault::Overloaded => Ok(()),
        other => Err(format!("{}: {other:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_error_is_told_by_its_status() {
    all_pass(21, PAIRS.iter().map(|pair| says_enough(*pair))).await;
}

/// The limit of the downloads of these cases, in bytes.
const MOST: u64 = 1 << 20;

async fn not_fetched(answer: &'static str, wanted: Fault) -> Checked {
    let stage = Stage::new().await;
    let fault = json!({ "path": "/media", "answer": answer });
    stage.fault(&fault).await;
    let mut kept = Vec::new();
    let url = stage.at("/media/a/64x64.png");
    let fetched = stage.outbound.download(url.as_str(), MOST, &mut kept).await;
    let received = stage.received().await;
    match fetched {
        Err(failure)
            if failure.fault == wanted && kept.len() as u64 <= MOST && received.len() == 1 =>
        {
            Ok(())
        }
        other => Err(format!(
            "{answer}: {other:?}, {} bytes, {received:?}",
            kept.len()
        )),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_never_ends_or_is_elsewhere_is_not_kept() {
    all_pass(
        3,
        [
            ("huge", Fault::TooLarge),
            ("bomb", Fault::TooLarge),
            ("redirect", Fault::Upstream),
        ]
        .map(|(answer, wanted)| not_fetched(answer, wanted)),
    )
    .await;
}
