//! Tasks: a question how one is doing may fail in every way, and the task is asked for again; what
//! was paid for is neither lost nor paid for twice. Modal's long exchanges count as tasks.

use domain::ProviderFault as Fault;
use providers::Purpose;
use serde_json::{Value, json};

use crate::{
    Checked, all_pass,
    driver::{Drive, End, drive},
    pairs::{FORMS, PAIRS, Pair, every},
    stage::{Stage, secret},
    success,
};

async fn goes_on(pair: Pair, fault: Value) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let key = secret(&pair, "good");
    let how = Drive {
        fault: Some((Purpose::Poll, fault.clone())),
        ..Drive::default()
    };
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), how).await;
    let complain = |what: String| format!("{} with {fault}: {what}", pair.name());
    let produced = run.produced().map_err(complain)?;
    success::check(&stage, pair.operation, produced)
        .await
        .map_err(complain)?;
    let polls = run.sent.iter().filter(|sent| **sent == Purpose::Poll);
    match (run.submits(), polls.count()) {
        (1, 2..) => Ok(()),
        counts => Err(complain(format!("submits and polls: {counts:?}"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_fails_does_not_end_a_task() {
    let faults = [
        json!({ "path": "/", "times": 1, "status": 429, "retry_after": 1 }),
        json!({ "path": "/", "times": 1, "status": 500 }),
        json!({ "path": "/", "times": 1, "status": 503 }),
        json!({ "path": "/", "times": 1, "status": 504 }),
        json!({ "path": "/", "times": 1, "cut_after_bytes": 5 }),
        json!({ "path": "/", "times": 1, "drop_after_accept": true }),
        json!({ "path": "/", "times": 1, "answer": "wrong_type" }),
        json!({ "path": "/", "times": 1, "answer": "invalid_utf8" }),
        json!({ "path": "/", "times": 1, "answer": "redirect" }),
    ];
    let tasks = every().filter(|pair| pair.tasks);
    let cases = tasks.flat_map(|pair| {
        let faults = faults.clone();
        faults.into_iter().map(move |fault| goes_on(pair, fault))
    });
    all_pass(110, cases).await;
}

async fn ends(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "A lighthouse").await;
    let key = secret(&pair, "good");
    let how = Drive {
        fault: Some((Purpose::Poll, json!({ "path": "/", "answer": "huge" }))),
        ..Drive::default()
    };
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), how).await;
    match &run.end {
        End::Ambiguous(Purpose::Poll, failure)
            if failure.fault == Fault::Upstream && !failure.transient && run.submits() == 1 =>
        {
            Ok(())
        }
        other => Err(format!("{}: {other:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_to_a_question_is_not_asked_for_again() {
    all_pass(13, every().filter(|pair| pair.tasks).map(ends)).await;
}

fn of_modal() -> impl Iterator<Item = Pair> {
    let all = PAIRS.iter().chain(FORMS).copied();
    all.filter(|pair| pair.endpoint.is_some_and(|path| path.starts_with("/modal")))
}

async fn starts_cold(pair: Pair, trigger: &'static str) -> Checked {
    let stage = Stage::new().await;
    let job = stage
        .job(&pair, &format!("A lighthouse [sandbox:{trigger}]"))
        .await;
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let complain = |what: String| format!("{} {trigger}: {what}", pair.name());
    let produced = run.produced().map_err(complain)?;
    success::check(&stage, pair.operation, produced)
        .await
        .map_err(complain)?;
    let polls = run.sent.iter().filter(|sent| **sent == Purpose::Poll);
    match (trigger, run.submits(), polls.count()) {
        ("cold", 1, 2) => Ok(()),
        ("raw" | "data-url" | "base64" | "url", 1, 0) => Ok(()),
        counts => Err(complain(format!("submits and polls: {counts:?}"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_start_is_waited_for_and_every_form_of_a_result_is_read() {
    let cases = of_modal().flat_map(|pair| {
        ["cold", "raw", "data-url", "base64", "url"]
            .into_iter()
            .map(move |trigger| starts_cold(pair, trigger))
    });
    all_pass(70, cases).await;
}

async fn is_lured_away(pair: Pair, trigger: &'static str, wanted: Fault) -> Checked {
    let stage = Stage::new().await;
    let job = stage
        .job(&pair, &format!("A lighthouse [sandbox:{trigger}]"))
        .await;
    let before = stage.received().await.len();
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let received = stage.received().await.len() - before;
    match &run.end {
        End::Told(Purpose::Submit, failure) if failure.fault == wanted && received == 1 => Ok(()),
        other => Err(format!("{} {trigger}: {other:?}, {received}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_that_points_elsewhere_or_is_not_there_is_told() {
    let cases = of_modal().flat_map(|pair| {
        [
            ("elsewhere", Fault::Upstream),
            ("not-deployed", Fault::ModelGone),
        ]
        .into_iter()
        .map(move |(trigger, wanted)| is_lured_away(pair, trigger, wanted))
    });
    all_pass(28, cases).await;
}
