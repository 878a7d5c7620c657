//! Media over the API: ranges, thumbnails, what is shared, what is removed, and a full disk.

use super::support::{Answer, Person, Stage};
use crate::{generation::retention, storage::testing};
use axum::body::Body;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    two_generations_with_the_same_bytes_share_one_file,
    what_is_kept_long_enough_is_removed_and_its_row_says_so,
    files_that_no_row_names_are_removed_after_a_day,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn with_keys(stage: &Stage) -> Person {
    let ada = stage.person("ada").await;
    for provider in ["gemini", "kie"] {
        let key = json!({ "key": "sandbox-abcdefgh-1c96" });
        let stored = ada.put(&format!("/keys/{provider}"), &key).await;
        assert_eq!(stored.status, 200);
    }
    ada
}

/// The same person, signed in again after days.
async fn back(stage: &Stage) -> Person {
    let mut ada = stage.anybody();
    let account = json!({ "email": "ada@example.com", "password": "a long enough secret" });
    let answer = ada.post("/auth/sign-in", &account).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    ada.cookie = Some(answer.cookie());
    ada
}

fn a_picture(prompt: &str) -> Value {
    json!({ "operation": "image", "provider": "gemini", "input": { "prompt": prompt, "resolution": "1K" } })
}

fn a_clip() -> Value {
    json!({ "operation": "video", "provider": "kie", "input": { "prompt": "Waves", "image": PICTURE, "duration_seconds": 6 } })
}

/// A PNG of one pixel.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn path(generation: &Value) -> String {
    let url = generation["outputs"][0]["url"].as_str();
    let url = url.unwrap_or_else(|| panic!("{generation}"));
    url.trim_start_matches("/api/v1").to_owned()
}

async fn asked(person: &Person, path: &str, name: &str, value: &str) -> Answer {
    let request = person.request("GET", path).header(name, value);
    person.send(request.body(Body::empty()).unwrap()).await
}

/// All files below the folder of media.
fn files(stage: &Stage) -> Vec<PathBuf> {
    testing::files(&stage.app.config.media_dir())
}

/// Makes all files as old as the clock is after `age` passes from now on.
fn age(stage: &Stage, age: Duration) {
    for file in files(stage) {
        let now = Duration::from_millis(stage.app.clock.now().0.unsigned_abs());
        let file = std::fs::File::options().write(true).open(file).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + now).unwrap();
    }
    stage.app.clock.advance(age);
}

#[tokio::test]
async fn a_file_is_served_whole_in_ranges_and_not_at_all_where_it_is_known() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let path = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let whole = ada.get(&path).await;
    let size = whole.bytes.len();
    assert_eq!(
        (
            whole.status,
            whole.headers["accept-ranges"].to_str().unwrap()
        ),
        (200, "bytes")
    );
    assert_eq!(whole.headers["content-length"], size.to_string().as_str());
    for (range, expected) in [
        ("bytes=0-99", 0..100),
        ("bytes=100-", 100..size),
        ("bytes=-10", size - 10..size),
        ("bytes=5-99999999", 5..size),
    ] {
        let part = asked(&ada, &path, "range", range).await;
        assert_eq!(part.status, 206, "{range}");
        let says = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
        assert_eq!(part.headers["content-range"], says.as_str());
        assert!(part.bytes == whole.bytes[expected], "{range}");
        assert_eq!(
            part.headers["content-security-policy"],
            "sandbox; default-src 'none'"
        );
    }
    let outside = asked(&ada, &path, "range", "bytes=99999999-").await;
    assert_eq!(outside.status, 416);
    assert_eq!(
        outside.headers["content-range"],
        format!("bytes */{size}").as_str()
    );
    for whatever in ["bytes=0-1,5-6", "lines=1-2", "bytes=x"] {
        assert_eq!(
            asked(&ada, &path, "range", whatever).await.status,
            200,
            "{whatever}"
        );
    }
    let tag = whole.headers["etag"].to_str().unwrap();
    let known = asked(&ada, &path, "if-none-match", tag).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    let changed = ada
        .request("GET", &path)
        .header("range", "bytes=0-9")
        .header("if-range", "\"another\"");
    let changed = ada.send(changed.body(Body::empty()).unwrap()).await;
    assert_eq!((changed.status, changed.bytes.len()), (200, size));
}

#[tokio::test]
async fn a_picture_has_a_thumbnail_and_only_its_people_see_it() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let picture = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let small = ada.get(&format!("{picture}/thumbnail")).await;
    assert_eq!(
        (small.status, &small.bytes[..3]),
        (200, b"\xff\xd8\xff".as_slice())
    );
    assert_eq!(small.headers["content-type"], "image/jpeg");
    assert_eq!(
        small.headers["content-security-policy"],
        "sandbox; default-src 'none'"
    );
    assert!(small.bytes.len() < ada.get(&picture).await.bytes.len());
    let tag = small.headers["etag"].to_str().unwrap();
    let known = asked(&ada, &format!("{picture}/thumbnail"), "if-none-match", tag).await;
    assert_eq!(known.status, 304);

    let clip = path(&ada.generate(&stage, &a_clip()).await);
    let none = ada.get(&format!("{clip}/thumbnail")).await;
    assert_eq!((none.status, none.code()), (404, "NOT_FOUND"));

    let bob = stage.person("bob").await;
    for path in [&picture, &format!("{picture}/thumbnail")] {
        assert_eq!(bob.get(path).await.status, 404);
        assert_eq!(stage.anybody().get(path).await.status, 401);
    }
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
    assert_eq!(row.body["outputs"], made["outputs"], "the row stays");
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
    let left = [orphan, media.join("cut.part")];
    for left in &left {
        std::fs::write(left, "left over").unwrap();
    }
    age(&stage, DAY - Duration::from_secs(60));
    assert_eq!(retention::sweep(&stage.app).await.unwrap(), 0);
    assert!(
        left.iter().all(|left| left.exists()),
        "they are not old enough"
    );
    stage.app.clock.advance(DAY);
    assert_eq!(retention::sweep(&stage.app).await.unwrap(), 1);
    assert!(!left.iter().any(|left| left.exists()));
    let ada = back(&stage).await;
    assert_eq!(ada.get(&path).await.status, 200);
    assert_eq!(ada.get(&format!("{path}/thumbnail")).await.status, 200);
}

#[tokio::test]
async fn a_download_that_is_cut_leaves_nothing_and_is_tried_again() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    let ada = with_keys(&stage).await;
    stage
        .fault(&json!({ "path": "/media/", "cut_after_bytes": 1_000, "times": 1 }))
        .await;
    stage.start_worker();
    let started = ada.post("/generations", &a_clip()).await.body;
    let id = started["id"].as_str().unwrap();
    let clip = ada.finished(&stage, id).await;
    assert_eq!(clip["status"], "succeeded", "{clip}");
    let downloads = stage.received().await;
    let downloads = downloads.iter().filter(|line| line.contains("/media/"));
    assert_eq!(downloads.count(), 2, "the first one broke off");
    // The picture that went in, and the clip.
    assert_eq!(files(&stage).len(), 2);
}

/// The media folder is elsewhere as long as this lives: nothing can be stored.
struct Broken(PathBuf);

impl Broken {
    fn folder(stage: &Stage) -> Self {
        let media = stage.app.config.media_dir();
        std::fs::rename(&media, media.with_extension("aside")).unwrap();
        std::fs::write(&media, "in the way").unwrap();
        Self(media)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
        std::fs::rename(self.0.with_extension("aside"), &self.0).unwrap();
    }
}

async fn sent(stage: &Stage, word: &str) -> usize {
    let received = stage.received().await;
    received.iter().filter(|line| line.contains(word)).count()
}

async fn wait_until_sent(stage: &Stage, word: &str, times: usize) {
    for _ in 0..400 {
        if sent(stage, word).await >= times {
            return;
        }
        stage.app.clock.advance(Duration::from_millis(50));
        stage.app.bell.notify_one();
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{word} was not sent {times} times");
}

#[tokio::test]
async fn a_clip_that_is_made_and_paid_waits_until_there_is_a_place_for_it() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let wanted = a_clip();
    ada.generate(&stage, &wanted).await;
    let looks = sent(&stage, "recordInfo").await;

    let started = ada.post("/generations", &wanted).await.body;
    let id = started["id"].as_str().unwrap();
    wait_until_sent(&stage, "createTask", 2).await;
    let broken = Broken::folder(&stage);
    // Once it is done it is asked for again only because it could not be stored.
    wait_until_sent(&stage, "recordInfo", 2 * looks + 3).await;
    let waiting = ada.get(&format!("/generations/{id}")).await.body;
    assert_eq!(waiting["status"], "running", "{waiting}");
    drop(broken);
    let clip = ada.finished(&stage, id).await;
    assert_eq!(clip["status"], "succeeded", "{clip}");
    assert_eq!(ada.get(&path(&clip)).await.status, 200);
    assert_eq!(sent(&stage, "createTask").await, 2, "paid once each");
}

#[tokio::test]
async fn a_picture_that_only_this_server_holds_waits_for_a_place_too() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    let ada = with_keys(&stage).await;
    stage
        .fault(&json!({ "path": "/gemini", "delay_ms": 500 }))
        .await;
    stage.start_worker();
    let started = ada.post("/generations", &a_picture("A harbour")).await.body;
    let id = started["id"].as_str().unwrap();
    wait_until_sent(&stage, "generateContent", 1).await;
    let broken = Broken::folder(&stage);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let waiting = ada.get(&format!("/generations/{id}")).await.body;
    assert_eq!(waiting["status"], "submitting", "{waiting}");
    drop(broken);
    let picture = ada.finished(&stage, id).await;
    assert_eq!(picture["status"], "succeeded", "{picture}");
    assert_eq!(sent(&stage, "generateContent").await, 1, "paid once");
}

#[tokio::test]
async fn nothing_is_paid_for_that_could_not_be_stored() {
    let stage = Stage::with_environment(
        TestDb::sqlite().await,
        &[("FILM_MIN_FREE_DISK", "9000000GiB")],
    )
    .await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let failed = ada.generate(&stage, &a_picture("A harbour")).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(
        failed["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("disk is full"),
        "{failed}"
    );
    let sent = stage.received().await;
    assert!(
        !sent.iter().any(|line| line.contains("generateContent")),
        "{sent:?}"
    );
    let upload = ada.post("/generations", &a_clip()).await;
    assert_eq!((upload.status, upload.code()), (500, "INTERNAL"));
    assert!(
        upload.body["detail"]
            .as_str()
            .unwrap()
            .contains("disk is full")
    );
    assert_eq!(files(&stage), testing::NO_FILES);
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
