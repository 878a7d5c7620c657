//! What cannot be stored: nothing is paid for it, nothing of it stays, and what was paid waits.

use super::*;
use std::time::Duration;

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
