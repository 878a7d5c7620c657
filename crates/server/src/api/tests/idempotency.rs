//! The same `Idempotency-Key` is one generation, whatever happens in between.

use super::support::{Answer, Person, Stage};
use axum::{body::Body, http::header::CONTENT_TYPE};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    asked_at_the_same_time_it_is_one_generation,
    a_key_is_each_persons_own,
    a_refused_request_does_not_use_the_key_up,
    a_key_that_is_none_is_refused
);

async fn ask(person: &Person, key: &str, wish: &Value) -> Answer {
    let request = person
        .request("POST", "/generations")
        .header(CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    person
        .send(request.body(Body::from(wish.to_string())).unwrap())
        .await
}

fn picture(prompt: &str) -> Value {
    json!({ "operation": "image", "provider": "gemini", "input": { "prompt": prompt } })
}

async fn with_key(stage: &Stage, name: &str) -> Person {
    let person = stage.person(name).await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(person.put("/keys/gemini", &key).await.status, 200);
    person
}

async fn asked_at_the_same_time_it_is_one_generation(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_key(&stage, "ada").await;
    let wish = picture("A harbour");
    let asked = (0..8).map(|_| ask(&ada, "one", &wish));
    let answers = futures::future::join_all(asked).await;
    let ids: BTreeSet<_> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 202, "{}", answer.body);
            answer.body["id"].as_str().unwrap()
        })
        .collect();
    assert_eq!(ids.len(), 1);
    let listed = ada.get("/generations").await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);

    let other = ask(&ada, "one", &picture("A lighthouse")).await;
    assert_eq!((other.status, other.code()), (422, "INVALID_INPUT"));
    assert_eq!(other.body["fields"][0]["field"], "Idempotency-Key");
}

async fn a_key_is_each_persons_own(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (with_key(&stage, "ada").await, with_key(&stage, "bob").await);
    let hers = ask(&ada, "one", &picture("A harbour")).await;
    let his = ask(&bob, "one", &picture("A lighthouse")).await;
    assert_eq!((hers.status, his.status), (202, 202));
    assert_ne!(hers.body["id"], his.body["id"]);
}

async fn a_refused_request_does_not_use_the_key_up(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let wish = picture("A harbour");
    assert_eq!(ask(&ada, "one", &wish).await.code(), "API_KEY_REQUIRED");
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(ada.put("/keys/gemini", &key).await.status, 200);
    let asked = ask(&ada, "one", &wish).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    // What failed later keeps its key: the same request is answered with the same failure.
    stage.start_worker();
    let id = asked.body["id"].as_str().unwrap();
    ada.finished(&stage, id).await;
    assert_eq!(ask(&ada, "one", &wish).await.body["id"], id);
}

async fn a_key_that_is_none_is_refused(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_key(&stage, "ada").await;
    for key in ["", "two words", "ä", &"x".repeat(201)] {
        let refused = ask(&ada, key, &picture("A harbour")).await;
        assert_eq!((refused.status, refused.code()), (422, "INVALID_INPUT"));
        assert_eq!(refused.body["fields"][0]["field"], "Idempotency-Key");
    }
    let longest = ask(&ada, &"x".repeat(200), &picture("A harbour")).await;
    assert_eq!(longest.status, 202, "{}", longest.body);
}
