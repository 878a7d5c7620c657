//! More than one process, and the end of one: people hear of what happens elsewhere, workers wake for
//! it, and whoever listens is told when to come back.

use super::support::{Person, Stage};
use crate::relay;
use axum::body::Body;
use futures::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};
use tokio::sync::mpsc;

on_both_databases!(
    at_the_end_streams_close_with_a_hint_and_nothing_is_ready,
    a_stream_that_ends_by_itself_gives_no_hint,
);

/// Two processes on one database. Both listen to each other when this returns.
async fn two() -> (Stage, Stage) {
    let first = Stage::new(TestDb::postgres().await).await;
    let second = first.beside().await;
    for stage in [&first, &second] {
        tokio::spawn(relay::run(stage.app.weak()));
    }
    let mut here = first.app.events.listen();
    let nobody = domain::UserId("nobody".to_owned());
    let heard = async {
        loop {
            second.app.events.tell(&nobody, crate::events::Event::Keys);
            let next = tokio::time::timeout(Duration::from_millis(50), here.recv());
            if next.await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap();
    let mut there = second.app.events.listen();
    let heard = async {
        loop {
            first.app.events.tell(
                &nobody,
                crate::events::Event::Models {
                    provider: domain::ProviderId::Kie,
                },
            );
            let next = tokio::time::timeout(Duration::from_millis(50), there.recv());
            if next.await.is_ok_and(|news| news.unwrap().is_relayed) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap();
    (first, second)
}

/// The same person at another process.
fn at(stage: &Stage, person: &Person) -> Person {
    let mut other = stage.anybody();
    other.cookie.clone_from(&person.cookie);
    other
}

/// What comes of a stream of events: each event's name and data, as it comes.
async fn listen(person: &Person, path: &str) -> mpsc::Receiver<(String, Value)> {
    let request = person.request("GET", path).body(Body::empty()).unwrap();
    let response = person.open(request).await;
    assert_eq!(response.status(), 200);
    let (told, heard) = mpsc::channel(256);
    tokio::spawn(async move {
        let mut body = response.into_body().into_data_stream();
        let mut parser = providers::sse::Parser::default();
        while let Some(Ok(piece)) = body.next().await {
            for event in parser.push(&piece) {
                let data = serde_json::from_str(&event.data).unwrap_or_default();
                if told.send((event.name, data)).await.is_err() {
                    return;
                }
            }
        }
    });
    heard
}

async fn next(heard: &mut mpsc::Receiver<(String, Value)>, name: &str) -> Value {
    let found = async {
        loop {
            let (found, data) = heard.recv().await.expect("the stream goes on");
            if found == name {
                return data;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(3), found)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_at_one_process_hears_of_a_setting_saved_at_another() {
    let (first, second) = two().await;
    let ada = first.person("ada").await;
    let eve = first.person("eve").await;
    let mut heard = listen(&at(&second, &ada), "/events").await;
    let mut elsewhere = listen(&at(&second, &eve), "/events").await;
    let change = json!({ "operations": { "image": { "provider": "kie" } } });
    assert_eq!(ada.patch("/settings", &change).await.status, 200);
    let told = next(&mut heard, "settings").await;
    assert_eq!(told["changes"][0]["value"], "kie", "{told}");
    assert!(
        elsewhere.try_recv().is_err(),
        "nobody hears of what is not theirs"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_asked_for_at_one_process_is_done_by_another_at_once() {
    let (first, second) = two().await;
    let ada = first.person("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(ada.put("/keys/openrouter", &key).await.status, 200);
    second.start_worker();
    // The worker over there sleeps now, for seconds if nobody wakes it.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let wish = json!({ "operation": "llm", "input": { "prompt": "A lighthouse", "stream": true } });
    let asked = ada.post("/generations", &wish).await.body;
    let id = asked["id"].as_str().unwrap();
    let mut heard = listen(&ada, &format!("/generations/{id}/events")).await;
    let end = async {
        let mut text = String::new();
        loop {
            let (name, data) = heard.recv().await.expect("the stream goes on");
            if name == "text" {
                text.push_str(data["delta"].as_str().unwrap());
            } else if data["status"] == "succeeded" {
                return (text, data["text"].as_str().unwrap().to_owned());
            }
        }
    };
    let (pieces, whole) = tokio::time::timeout(Duration::from_secs(3), end)
        .await
        .unwrap();
    assert!(
        !pieces.is_empty() && whole.contains(&pieces),
        "{pieces} in {whole}"
    );
    assert_eq!(
        first
            .app
            .live_texts
            .get(&domain::GenerationId(id.to_owned())),
        None
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_of_two_processes_send_each_request_once() {
    let (first, second) = two().await;
    let ada = first.person("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(ada.put("/keys/openrouter", &key).await.status, 200);
    let mut ids = Vec::new();
    for number in 0..30 {
        let input = json!({ "prompt": format!("Lighthouse {number}") });
        let wish = json!({ "operation": "llm", "input": input });
        ids.push(ada.post("/generations", &wish).await.body["id"].clone());
    }
    first.start_worker();
    second.start_worker();
    for id in ids {
        let ended = ada.finished(&first, id.as_str().unwrap()).await;
        assert_eq!(ended["status"], "succeeded", "{ended}");
    }
    let received = first.received().await;
    let paid = received
        .iter()
        .filter(|line| line.contains("chat/completions"));
    assert_eq!(paid.count(), 30);
}

async fn at_the_end_streams_close_with_a_hint_and_nothing_is_ready(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    ada.put("/keys/openrouter", &key).await;
    let wish = json!({ "operation": "llm", "input": { "prompt": "A lighthouse" } });
    let id = ada.post("/generations", &wish).await.body["id"].clone();
    let of_one = format!("/generations/{}/events", id.as_str().unwrap());
    assert_eq!(ada.get("/readyz").await.status, 200);
    let mut open = Vec::new();
    for path in ["/events", &of_one] {
        let request = ada.request("GET", path).body(Body::empty()).unwrap();
        let body = ada.open(request).await.into_body();
        open.push(tokio::spawn(axum::body::to_bytes(body, 1 << 20)));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(open.iter().all(|stream| !stream.is_finished()));
    stage.app.stop.begin();
    let ready = ada.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.body["status"]),
        (503, &json!("stopping"))
    );
    for stream in open {
        let closed = tokio::time::timeout(Duration::from_secs(1), stream).await;
        let bytes = closed.expect("it closes").unwrap().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("retry:"), "{text}");
    }
}

async fn a_stream_that_ends_by_itself_gives_no_hint(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    ada.put("/keys/openrouter", &key).await;
    let wish = json!({ "operation": "llm", "input": { "prompt": "A lighthouse" } });
    let id = ada.post("/generations", &wish).await.body["id"].clone();
    let id = id.as_str().unwrap();
    ada.call("POST", &format!("/generations/{id}/cancel"), None)
        .await;
    let all = ada.get(&format!("/generations/{id}/events")).await;
    let text = String::from_utf8(all.bytes).unwrap();
    assert!(
        text.contains("cancelled") && !text.contains("retry:"),
        "{text}"
    );
}
