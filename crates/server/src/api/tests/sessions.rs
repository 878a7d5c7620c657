//! Sessions over the API: seen, ended one by one, ended all at once, and heard no more.

use super::support::{Person, Stage};
use crate::api::events::while_let_in;
use axum::{
    body::Body,
    http::{Request, header::USER_AGENT},
    response::sse::Event,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_person_sees_where_they_are_signed_in_and_ends_it,
    all_others_are_ended_at_once,
    a_stream_closes_once_what_opened_it_has_ended,
);

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// The same person in another browser.
async fn elsewhere(stage: &Stage, name: &str) -> Person {
    let mut person = stage.anybody();
    let body =
        json!({ "email": format!("{name}@example.com"), "password": "a long enough secret" });
    let request = person
        .request("POST", "/auth/sign-in")
        .header(USER_AGENT, FIREFOX)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = person.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    person.cookie = Some(answer.cookie());
    person
}

async fn sessions(person: &Person) -> Vec<Value> {
    let answer = person.get("/sessions").await;
    answer.body["data"].as_array().unwrap().clone()
}

async fn a_person_sees_where_they_are_signed_in_and_ends_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage.app.clock.advance(Duration::from_secs(30));
    let other = elsewhere(&stage, "ada").await;
    let listed = sessions(&ada).await;
    let short: Vec<_> = listed
        .iter()
        .map(|one| {
            (
                one["agent"].as_str().unwrap(),
                one["current"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        short,
        [("Firefox on Linux", false), ("an unknown program", true)]
    );
    assert_eq!(listed[0]["created_at"], "2026-11-22T10:00:30Z");
    assert_eq!(listed[0]["last_used_at"], "2026-11-22T10:00:30Z");
    assert_eq!(listed[0]["address"], "0.0.0.0");
    let token = other.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let hash = hex::encode(crate::auth::session_hash(token));
    for secret in [token, hash.as_str()] {
        assert!(!json!(listed).to_string().contains(secret));
    }

    let path = format!("/sessions/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.status, 404);
    assert_eq!(other.get("/me").await.status, 200);
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(ada.delete(&path).await.status, 404);
    assert_eq!(other.get("/me").await.code(), "UNAUTHENTICATED");
    assert_eq!(sessions(&ada).await.len(), 1);
    assert_eq!(bob.get("/me").await.status, 200);
}

async fn all_others_are_ended_at_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let others = [
        elsewhere(&stage, "ada").await,
        elsewhere(&stage, "ada").await,
    ];
    assert_eq!(ada.delete("/sessions").await.status, 204);
    for other in &others {
        assert_eq!(other.get("/me").await.status, 401);
    }
    for here in [&ada, &bob] {
        assert_eq!(here.get("/me").await.status, 200);
        assert_eq!(sessions(here).await.len(), 1);
    }
}

async fn a_stream_closes_once_what_opened_it_has_ended(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let other = elsewhere(&stage, "ada").await;
    let made = super::access_tokens::token_of(&ada, &["read"]).await;
    let mut program = stage.anybody();
    program.token = Some(made["token"].as_str().unwrap().to_owned());

    let every = Duration::from_millis(5);
    let opened_by = |actor| {
        let lines = stream::repeat_with(|| Ok(Event::default())).then(|line| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            line
        });
        Box::pin(while_let_in(stage.app.clone(), actor, every, lines))
    };
    let mut mine = opened_by(stage.actor(&ada).await);
    let mut of_session = opened_by(stage.actor(&other).await);
    let mut of_token = opened_by(stage.actor_of_token(&program).await);
    for _ in 0..20 {
        assert!(of_session.next().await.is_some() && of_token.next().await.is_some());
    }
    assert_eq!(ada.delete("/sessions").await.status, 204);
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(ada.delete(&path).await.status, 204);
    for ended in [&mut of_session, &mut of_token] {
        let closed = async { while ended.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(10), closed)
            .await
            .unwrap();
    }
    for _ in 0..20 {
        assert!(mine.next().await.is_some());
    }
    // The address of the stream itself is closed to whoever has ended.
    let request: Request<Body> = other.request("GET", "/events").body(Body::empty()).unwrap();
    assert_eq!(other.send(request).await.status, 401);
}
