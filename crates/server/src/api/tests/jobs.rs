//! What goes wrong at one provider, or with one key, slows nobody else; what was sent is never sent
//! again, and what is not known can be looked at again.

use super::support::{Person, Stage};
use domain::generation::Status;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_broken_provider_holds_its_own_jobs_until_it_answers_again,
    a_slow_provider_takes_no_place_from_another,
    what_was_not_sent_is_tried_again_and_never_called_unknown,
    a_cancelled_job_that_was_not_sent_costs_nothing,
    a_task_that_was_taken_is_cancelled_without_a_false_promise,
    a_task_that_waits_at_a_provider_that_can_stop_it_is_stopped,
    a_task_of_an_account_that_is_disabled_is_stopped_where_that_is_possible,
    a_cancelled_submit_that_was_cut_off_may_have_been_charged,
    what_ended_unknown_is_looked_at_again_and_not_sent_again,
    what_has_a_known_end_is_not_looked_at_again,
    whatever_is_not_in_flight_is_given_back_at_the_end,
    what_is_in_flight_at_the_end_is_waited_for,
);

async fn with_keys(stage: &Stage, name: &str) -> Person {
    let person = stage.person(name).await;
    for provider in ["openrouter", "gemini", "kie", "piapi"] {
        let key = json!({ "key": format!("sandbox-{name}-abcdefgh") });
        let stored = person.put(&format!("/keys/{provider}"), &key).await;
        assert_eq!(stored.status, 200, "{}", stored.body);
    }
    person
}

fn picture(provider: &str) -> Value {
    let input = json!({ "prompt": "A harbour" });
    json!({ "operation": "image", "provider": provider, "input": input })
}

fn music(provider: &str) -> Value {
    let input = json!({ "prompt": "Calm piano", "instrumental": true });
    json!({ "operation": "music", "provider": provider, "input": input })
}

async fn ask(person: &Person, wish: &Value) -> String {
    let answer = person.post("/generations", wish).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn now(person: &Person, id: &str) -> Value {
    person.get(&format!("/generations/{id}")).await.body
}

/// Waits, without moving the clock, until a generation has this status.
async fn until(person: &Person, id: &str, status: Status) -> Value {
    for _ in 0..400 {
        let now = now(person, id).await;
        if now["status"] == status.as_str() {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!(
        "{} did not come: {}",
        status.as_str(),
        now(person, id).await
    );
}

async fn cancel(person: &Person, id: &str) -> Value {
    let answer = person
        .call("POST", &format!("/generations/{id}/cancel"), None)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn look_again(person: &Person, id: &str) -> super::support::Answer {
    let path = format!("/generations/{id}/look-again");
    person.call("POST", &path, None).await
}

async fn submits(stage: &Stage, path: &str) -> usize {
    let received = stage.received().await;
    let of_path = |line: &&String| line.starts_with("POST") && line.contains(path);
    received.iter().filter(of_path).count()
}

async fn a_broken_provider_holds_its_own_jobs_until_it_answers_again(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (
        with_keys(&stage, "ada").await,
        with_keys(&stage, "bob").await,
    );
    stage
        .fault(&json!({ "path": "/gemini", "status": 503 }))
        .await;
    stage.start_worker();
    for _ in 0..5 {
        let failed = ada.generate(&stage, &picture("gemini")).await;
        assert_eq!(failed["error"]["reason"], "overloaded", "{failed}");
    }
    let before = submits(&stage, "/gemini").await;
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(ask(&ada, &picture("gemini")).await);
    }
    let elsewhere = ask(&ada, &music("kie")).await;
    assert_eq!(
        ada.finished(&stage, &elsewhere).await["status"],
        "succeeded"
    );
    stage.heal().await;
    // Bob's key is his own: nothing is known about it.
    let his = ask(&bob, &picture("gemini")).await;
    assert_eq!(
        until(&bob, &his, Status::Succeeded).await["status"],
        "succeeded"
    );
    let mut ends = Vec::new();
    for id in &held {
        ends.push(ada.finished(&stage, id).await["status"].clone());
    }
    let succeeded = ends.iter().filter(|end| **end == "succeeded").count();
    // While it was down, some were the probe.
    assert!(succeeded >= 6, "{ends:?}");
    let sent = submits(&stage, "/gemini").await - before;
    assert_eq!(sent, 13, "each was sent once");
}

async fn a_slow_provider_takes_no_place_from_another(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (
        with_keys(&stage, "ada").await,
        with_keys(&stage, "bob").await,
    );
    stage
        .fault(&json!({ "path": "/gemini", "delay_ms": 4000 }))
        .await;
    let mut slow = Vec::new();
    for person in [&ada, &bob] {
        for _ in 0..30 {
            slow.push(ask(person, &picture("gemini")).await);
        }
    }
    stage.start_worker();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let started = Instant::now();
    let text = json!({ "operation": "llm", "input": { "prompt": "A lighthouse" } });
    let quick = ask(&bob, &text).await;
    until(&bob, &quick, Status::Succeeded).await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    let received = stage.received().await;
    let busy = received
        .iter()
        .filter(|line| line.contains("/gemini"))
        .count();
    assert!(busy <= 20, "{busy} at a time");
}

async fn what_was_not_sent_is_tried_again_and_never_called_unknown(test: TestDb) {
    let stage = Stage::without_providers(test).await;
    let ada = with_keys(&stage, "ada").await;
    let id = ask(&ada, &picture("gemini")).await;
    stage.start_worker();
    // The longer pauses are not slept through by the worker.
    let resting = async {
        loop {
            let due = store::jobs::next_due(&stage.app.db).await.unwrap();
            let row = now(&ada, &id).await;
            if row["status"] == "queued" && due.is_some_and(|due| due > stage.app.clock.now()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), resting)
        .await
        .unwrap();
    let ended = ada.finished(&stage, &id).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert_eq!(ended["error"]["reason"], "upstream");
    assert_eq!(ended["may_look_again"], Value::Null);
}

async fn a_cancelled_job_that_was_not_sent_costs_nothing(test: TestDb) {
    let stage = Stage::without_providers(test).await;
    let ada = with_keys(&stage, "ada").await;
    let id = ask(&ada, &picture("gemini")).await;
    stage.start_worker();
    tokio::time::sleep(Duration::from_millis(500)).await;
    cancel(&ada, &id).await;
    let ended = ada.finished(&stage, &id).await;
    assert_eq!(
        (&ended["status"], &ended["error"]),
        (&json!("cancelled"), &Value::Null)
    );
}

async fn a_task_that_was_taken_is_cancelled_without_a_false_promise(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    let id = ask(&ada, &music("kie")).await;
    stage.start_worker();
    until(&ada, &id, Status::Running).await;
    assert_eq!(cancel(&ada, &id).await["status"], "cancelling");
    let ended = until(&ada, &id, Status::Cancelled).await;
    let told = ended["error"]["detail"].as_str().unwrap();
    assert!(told.contains("may still be made and charged"), "{told}");
    assert_eq!(ended["actual"], Value::Null);
}

async fn a_task_that_waits_at_a_provider_that_can_stop_it_is_stopped(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    let id = ask(&ada, &music("piapi")).await;
    stage.start_worker();
    until(&ada, &id, Status::Running).await;
    cancel(&ada, &id).await;
    let ended = until(&ada, &id, Status::Cancelled).await;
    assert_eq!(ended["error"], Value::Null, "{ended}");
    let received = stage.received().await;
    let stopped = received
        .iter()
        .filter(|line| line.starts_with("DELETE /piapi"));
    assert_eq!(stopped.count(), 1, "{received:?}");
}

async fn a_task_of_an_account_that_is_disabled_is_stopped_where_that_is_possible(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (
        with_keys(&stage, "ada").await,
        with_keys(&stage, "bob").await,
    );
    let id = ask(&bob, &music("piapi")).await;
    stage.start_worker();
    until(&bob, &id, Status::Running).await;
    let path = format!("/admin/accounts/{}", super::ledger::user_id(&bob).await);
    let disabled = ada.patch(&path, &json!({ "disabled": true })).await;
    assert_eq!(disabled.status, 200, "{}", disabled.body);
    for _ in 0..400 {
        let received = stage.received().await;
        if received
            .iter()
            .any(|line| line.starts_with("DELETE /piapi"))
        {
            return;
        }
        stage.app.clock.advance(Duration::from_millis(50));
        stage.app.bell.notify_one();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody asked the provider to stop");
}

async fn a_cancelled_submit_that_was_cut_off_may_have_been_charged(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    let id = ask(&ada, &music("kie")).await;
    let now = stage.app.clock.now();
    let job = store::jobs::claim(&stage.app.db, "dead worker", now, now.plus_millis(30_000))
        .await
        .unwrap()
        .unwrap();
    store::jobs::begin_submit(&stage.app.db, &job.lease, now, now.plus_millis(30_000))
        .await
        .unwrap();
    assert_eq!(cancel(&ada, &id).await["status"], "cancelling");
    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_worker();
    let ended = until(&ada, &id, Status::Cancelled).await;
    let told = ended["error"]["detail"].as_str().unwrap();
    assert!(told.contains("may have taken it"), "{told}");
    assert!(stage.received().await.is_empty());
}

async fn what_ended_unknown_is_looked_at_again_and_not_sent_again(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (with_keys(&stage, "ada").await, stage.person("eve").await);
    let polls = "/kie/api/v1/generate/record-info";
    stage.fault(&json!({ "path": polls, "status": 500 })).await;
    let id = ask(&ada, &music("kie")).await;
    let early = look_again(&ada, &id).await;
    assert_eq!(early.code(), "CONFLICT");
    stage.start_worker();
    until(&ada, &id, Status::Running).await;
    // Longer than anybody waits.
    stage.app.clock.advance(Duration::from_secs(3_600));
    let lost = ada.finished(&stage, &id).await;
    assert_eq!(lost["status"], "unknown", "{lost}");
    assert_eq!(lost["may_look_again"], true);
    assert_eq!(look_again(&eve, &id).await.code(), "NOT_FOUND");

    stage.heal().await;
    let again = look_again(&ada, &id).await;
    assert_eq!(
        (again.status, &again.body["status"]),
        (200, &json!("running"))
    );
    let found = ada.finished(&stage, &id).await;
    assert_eq!(found["status"], "succeeded", "{found}");
    assert_eq!(found["may_look_again"], Value::Null);
    assert_eq!(submits(&stage, "/kie/api/v1/generate").await, 1);
}

async fn what_has_a_known_end_is_not_looked_at_again(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    stage.start_worker();
    // Nobody knows whether it was taken, and there is nothing to ask about.
    stage
        .fault(&json!({ "path": "/gemini", "drop_after_accept": true }))
        .await;
    let lost = ada.generate(&stage, &picture("gemini")).await;
    assert_eq!(lost["status"], "unknown", "{lost}");
    assert_eq!(lost["may_look_again"], Value::Null);
    let id = lost["id"].as_str().unwrap();
    assert_eq!(look_again(&ada, id).await.code(), "CONFLICT");
    assert_eq!(submits(&stage, "/gemini").await, 1);
}

async fn whatever_is_not_in_flight_is_given_back_at_the_end(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    let polls = "/kie/api/v1/generate/record-info";
    stage
        .fault(&json!({ "path": polls, "delay_ms": 20_000 }))
        .await;
    let id = ask(&ada, &music("kie")).await;
    let worker = stage.start_worker();
    until(&ada, &id, Status::Running).await;
    stage.app.clock.advance(Duration::from_secs(5));
    stage.app.bell.notify_one();
    while !stage
        .received()
        .await
        .iter()
        .any(|line| line.contains(polls))
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let started = Instant::now();
    stage.app.stop.begin();
    worker.await.unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    let due = store::jobs::next_due(&stage.app.db).await.unwrap();
    assert_eq!(
        due,
        Some(stage.app.clock.now()),
        "somebody else may take it"
    );
}

async fn what_is_in_flight_at_the_end_is_waited_for(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, "ada").await;
    stage
        .fault(&json!({ "path": "/gemini", "delay_ms": 1000 }))
        .await;
    let sent = ask(&ada, &picture("gemini")).await;
    let worker = stage.start_worker();
    until(&ada, &sent, Status::Submitting).await;
    stage.app.stop.begin();
    let late = ask(&ada, &picture("gemini")).await;
    worker.await.unwrap();
    assert_eq!(now(&ada, &sent).await["status"], "succeeded");
    assert_eq!(now(&ada, &late).await["status"], "queued");
}
