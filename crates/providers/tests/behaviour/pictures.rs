//! Pictures that go along: they arrive, a lost upload is sent again because it costs nothing, and
//! without its picture nothing is paid for.

use bytes::Bytes;
use domain::ProviderFault as Fault;
use providers::{Picture, Purpose};
use serde_json::{Value, json};

use crate::{
    Checked, all_pass,
    driver::{Drive, End, Run, drive},
    pairs::{Access, Pair, Pictures, every},
    stage::{Stage, secret},
    success,
};

fn with_pictures() -> impl Iterator<Item = Pair> {
    every().filter(|pair| pair.pictures == Pictures::Sent)
}

/// Providers that take pictures by address alone, so that they are uploaded first.
fn uploads() -> impl Iterator<Item = Pair> {
    with_pictures().filter(|pair| pair.provider == domain::ProviderId::Kie)
}

async fn with_fault(pair: &Pair, stage: &Stage, fault: Value) -> Run {
    let job = stage.job(pair, "The same, at night").await;
    let key = secret(pair, "good");
    let how = Drive {
        fault: Some((Purpose::Prepare, fault)),
        ..Drive::default()
    };
    drive(stage, pair.adapter(), &job, key.as_ref(), how).await
}

/// The picture goes along in the request, or is uploaded as it is.
async fn arrives(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let job = stage.job(&pair, "The same, at night").await;
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    let complain = |what: String| format!("{}: {what}", pair.name());
    run.produced().map_err(complain)?;
    let Some(Picture::Bytes { bytes, .. }) = job.pictures.first() else {
        return Err(complain("the job has no picture".to_owned()));
    };
    let largest = stage.largest_body().await;
    if largest < bytes.len() {
        let all = bytes.len();
        return Err(complain(format!("{largest} bytes were sent, not {all}")));
    }
    if !run.sent.contains(&Purpose::Prepare) {
        return Ok(());
    }
    let [address] = run.uploads.as_slice() else {
        return Err(complain(format!("uploads {:?}", run.uploads)));
    };
    let mut kept = Vec::new();
    let fetched = stage.outbound.download(address, 1 << 24, &mut kept).await;
    match fetched {
        Ok(_) if kept == *bytes => Ok(()),
        other => Err(complain(format!("{other:?} of {address}"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_arrives_as_the_file_that_it_is() {
    all_pass(12, with_pictures().map(arrives)).await;
}

/// Modal's deployments open what they get.
async fn is_looked_at(pair: Pair) -> Checked {
    let stage = Stage::new().await;
    let mut job = stage.job(&pair, "The same, at night").await;
    job.pictures = vec![Picture::Bytes {
        bytes: Bytes::from_static(b"not much of a picture"),
        media_type: "image/png".to_owned(),
    }];
    let key = secret(&pair, "good");
    let run = drive(&stage, pair.adapter(), &job, key.as_ref(), Drive::default()).await;
    match &run.end {
        End::Told(Purpose::Submit, failure)
            if failure.fault == Fault::BadRequest && !failure.uncertain =>
        {
            Ok(())
        }
        other => Err(format!("{}: {other:?}", pair.name())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_picture_is_refused_where_it_is_opened() {
    let opened = with_pictures().filter(|pair| pair.access == Access::ProxyToken);
    all_pass(6, opened.map(is_looked_at)).await;
}

async fn is_sent_again(pair: Pair, fault: Value) -> Checked {
    let stage = Stage::new().await;
    let run = with_fault(&pair, &stage, fault.clone()).await;
    let complain = |what: String| format!("{} with {fault}: {what}", pair.name());
    let produced = run.produced().map_err(complain)?;
    success::check(&stage, pair.operation, produced)
        .await
        .map_err(complain)?;
    let prepared = run.sent.iter().filter(|sent| **sent == Purpose::Prepare);
    match (prepared.count(), run.submits()) {
        (2, 1) => Ok(()),
        counts => Err(complain(format!("uploads and submits: {counts:?}"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_upload_is_sent_again() {
    let cases = uploads().flat_map(|pair| {
        [
            json!({ "path": "/", "times": 1, "drop_after_accept": true }),
            json!({ "path": "/", "times": 1, "cut_after_bytes": 5 }),
        ]
        .into_iter()
        .map(move |fault| is_sent_again(pair, fault))
    });
    all_pass(8, cases).await;
}

async fn costs_nothing(pair: Pair, fault: Value) -> Checked {
    let stage = Stage::new().await;
    let run = with_fault(&pair, &stage, fault.clone()).await;
    let failed = run.failure().is_some_and(|failure| !failure.uncertain);
    if failed && run.submits() == 0 {
        Ok(())
    } else {
        Err(format!("{} with {fault}: {run:?}", pair.name()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_cannot_be_uploaded_ends_the_job_before_it_costs() {
    let cases = uploads().flat_map(|pair| {
        [
            json!({ "path": "/", "status": 413 }),
            json!({ "path": "/", "status": 500 }),
            json!({ "path": "/", "drop_after_accept": true }),
            json!({ "path": "/", "answer": "wrong_type" }),
            json!({ "path": "/", "answer": "invalid_utf8" }),
            json!({ "path": "/", "answer": "huge" }),
            json!({ "path": "/", "answer": "bomb" }),
            json!({ "path": "/", "answer": "redirect" }),
        ]
        .into_iter()
        .map(move |fault| costs_nothing(pair, fault))
    });
    all_pass(32, cases).await;
}
