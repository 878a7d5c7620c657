//! What several generations share, what is removed, and when.

use super::*;
use crate::generation::retention;
use std::{
    path::Path,
    time::{Duration, SystemTime},
};
use store::on_both_databases;

on_both_databases!(
    two_generations_with_the_same_bytes_share_one_file,
    what_is_kept_long_enough_is_removed_and_its_row_says_so,
    files_that_no_row_names_are_removed_after_a_day,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The same person, signed in again after days.
async fn back(stage: &Stage) -> Person {
    let mut ada = stage.anybody();
    let account = json!({ "email": "ada@example.com", "password": "a long enough secret" });
    let answer = ada.post("/auth/sign-in", &account).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    ada.cookie = Some(answer.cookie());
    ada
}

fn touch(file: &Path, at: Duration) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + at).unwrap();
}

/// Makes all files as old as the clock is after `age` passes from now on.
fn age(stage: &Stage, age: Duration) {
    let now = Duration::from_millis(stage.app.clock.now().0.unsigned_abs());
    for file in files(stage) {
        touch(&file, now);
    }
    stage.app.clock.advance(age);
}

async fn two_generations_with_the_same_bytes_share_one_file(test: TestDb) {
    let stage = Stage::with_environment(test, &[("FILM_KEEP_OUTPUTS_DAYS", "30")]).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let first = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let after_one = files(&stage).len();
    stage.app.clock.advance(DAY * 20);
    let ada = back(&stage).await;
    // The sandbox draws the same prompt the same way.
    let second = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    assert_eq!(
        files(&stage).len(),
        after_one,
        "the same bytes are there once"
    );
    let bytes = ada.get(&second).await.bytes;
    assert_eq!(ada.get(&first).await.bytes, bytes);

    age(&stage, DAY * 15);
    let ada = back(&stage).await;
    retention::remove_old(&stage.app).await.unwrap();
    assert_eq!(ada.get(&first).await.status, 404, "its time is over");
    assert_eq!(
        ada.get(&second).await.bytes,
        bytes,
        "the other one still has it"
    );
    assert_eq!(ada.get(&format!("{second}/thumbnail")).await.status, 200);

    stage.app.clock.advance(DAY * 20);
    let ada = back(&stage).await;
    retention::remove_old(&stage.app).await.unwrap();
    assert_eq!(ada.get(&second).await.status, 404);
    assert_eq!(files(&stage), testing::NO_FILES);
}

async fn what_is_kept_long_enough_is_removed_and_its_row_says_so(test: TestDb) {
    let stage = Stage::with_environment(test, &[("FILM_KEEP_OUTPUTS_DAYS", "7")]).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let made = ada.generate(&stage, &a_picture("A harbour")).await;
    let path = path(&made);
    age(&stage, DAY * 6);
    let ada = back(&stage).await;
    assert_eq!(retention::remove_old(&stage.app).await.unwrap(), 0);
    assert_eq!(ada.get(&path).await.status, 200);

    stage.app.clock.advance(DAY * 2);
    let ada = back(&stage).await;
    assert_eq!(
        retention::remove_old(&stage.app).await.unwrap(),
        2,
        "with its thumbnail"
    );
    for path in [path.clone(), format!("{path}/thumbnail")] {
        let gone = ada.get(&path).await;
        assert_eq!((gone.status, gone.code()), (404, "NOT_FOUND"));
        let says = gone.body["detail"].as_str().unwrap();
        assert_eq!(
            says,
            "This file was removed. This server keeps files for 7 days."
        );
    }
    let row = ada
        .get(&format!("/generations/{}", made["id"].as_str().unwrap()))
        .await;
    let mut removed = made["outputs"].clone();
    removed[0]["removed"] = json!(true);
    assert_eq!(row.body["outputs"], removed, "the row stays and says so");
    assert_eq!(row.body["actual"], made["actual"]);

    let mut again = a_picture("Like this");
    again["input"]["reference_images"] = json!([made["outputs"][0]["id"]]);
    let refused = ada.post("/generations", &again).await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "INVALID_INPUT"),
        "{}",
        refused.body
    );
}

async fn files_that_no_row_names_are_removed_after_a_day(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let path = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let media = stage.app.config.media_dir();
    let orphan = media.join(format!("ab/{}.png", "ab".repeat(32)));
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    let foreign = media.join(format!("cd/{}.png", "cd".repeat(32)));
    std::fs::create_dir_all(foreign.parent().unwrap()).unwrap();
    let left = [orphan, media.join("cut.part")];
    for left in &left {
        std::fs::write(left, "left over").unwrap();
    }
    age(&stage, DAY - Duration::from_secs(60));
    std::fs::write(&foreign, "of another database").unwrap();
    touch(&foreign, Duration::from_secs(1_000_000));
    assert_eq!(retention::sweep(&stage.app).await.unwrap(), 0);
    assert!(
        left.iter().all(|left| left.exists()),
        "they are not old enough"
    );
    stage.app.clock.advance(DAY);
    assert_eq!(retention::sweep(&stage.app).await.unwrap(), 1);
    assert!(!left.iter().any(|left| left.exists()));
    assert!(foreign.exists(), "older than all that this database knows");
    let ada = back(&stage).await;
    assert_eq!(ada.get(&path).await.status, 200);
    assert_eq!(ada.get(&format!("{path}/thumbnail")).await.status, 200);
}

#[tokio::test]
async fn a_picture_in_a_bucket_is_served_shown_small_and_removed() {
    let bucket = testing::Server::start().await;
    let environment = [
        ("FILM_MEDIA", "s3://film/media"),
        ("FILM_KEEP_OUTPUTS_DAYS", "30"),
        ("AWS_ENDPOINT_URL", bucket.endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", testing::KEY),
        ("AWS_SECRET_ACCESS_KEY", testing::SECRET),
    ];
    let stage = Stage::with_environment(TestDb::sqlite().await, &environment).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let made = ada.generate(&stage, &a_picture("A harbour")).await;
    let picture = path(&made);
    let whole = ada.get(&picture).await;
    assert_eq!(&whole.bytes[..4], b"\x89PNG");
    let part = asked(&ada, &picture, "range", "bytes=10-29").await;
    assert_eq!((part.status, &part.bytes[..]), (206, &whole.bytes[10..30]));
    assert_eq!(ada.get(&format!("{picture}/thumbnail")).await.status, 200);
    assert_eq!(files(&stage), testing::NO_FILES, "nothing stays here");

    // It goes along with a request as one in a folder does.
    let mut clip = a_clip();
    clip["input"]["image"] = made["outputs"][0]["id"].clone();
    let clip = ada.generate(&stage, &clip).await;
    assert_eq!(clip["status"], "succeeded", "{clip}");

    stage.app.clock.advance(DAY * 45);
    assert_eq!(retention::remove_old(&stage.app).await.unwrap(), 3);
    assert_eq!(bucket.objects(), testing::NO_FILES);
    assert_eq!(back(&stage).await.get(&picture).await.status, 404);
}
