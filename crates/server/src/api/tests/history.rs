//! The history of settings over the API: who, when, from what to what, and to whom they are told.

use super::support::{Person, Stage};
use domain::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    changes_are_told_the_newest_first,
    a_history_is_seen_by_those_who_see_the_settings,
    a_field_that_does_not_exist_has_no_history,
);

const IMAGE: &str = "/settings/history?field=operations.image.provider";

fn image(provider: Value) -> Value {
    json!({ "operations": { "image": { "provider": provider } } })
}

async fn changes_are_told_the_newest_first(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(ada.get(IMAGE).await.body, json!({ "data": [] }));
    let start = stage.app.clock.now();
    for provider in ["gemini", "gemini", "kie", "gemini"] {
        let patch = image(json!(provider));
        assert_eq!(ada.patch("/settings", &patch).await.status, 200);
        stage.app.clock.advance(Duration::from_secs(60));
    }
    let me = ada.get("/me").await.body["user"]["name"].clone();
    let line = |version: i64, minute: i64, from: Option<&str>, to: &str| {
        let at = Timestamp(start.0 + minute * 60_000);
        json!({ "version": version, "at": at, "by": me, "by_me": true, "from": from, "to": to })
    };
    assert_eq!(
        ada.get(IMAGE).await.body["data"],
        json!([
            line(3, 3, Some("kie"), "gemini"),
            line(2, 2, Some("gemini"), "kie"),
            line(1, 0, None, "gemini"),
        ])
    );
}

async fn a_history_is_seen_by_those_who_see_the_settings(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let project = ada.post("/projects", &json!({ "name": "Harbour" })).await;
    let id = project.body["id"].as_str().unwrap();
    let of_project = format!("/projects/{id}{IMAGE}");
    let patch = image(json!("kie"));
    let changed = ada.patch(&format!("/projects/{id}/settings"), &patch).await;
    assert_eq!(changed.status, 200);
    assert_eq!(lines(&ada, &of_project).await, 1);
    assert_eq!(lines(&ada, IMAGE).await, 0);
    assert_eq!(lines(&bob, IMAGE).await, 0);
    assert_eq!(bob.get(&of_project).await.code(), "NOT_FOUND");
    assert_eq!(stage.anybody().get(IMAGE).await.code(), "UNAUTHENTICATED");
}

async fn lines(person: &Person, path: &str) -> usize {
    person.get(path).await.body["data"]
        .as_array()
        .unwrap()
        .len()
}

async fn a_field_that_does_not_exist_has_no_history(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for field in [
        "field=operations.dance.provider",
        "field=",
        "",
        "field=operations.image.provider&user=x",
    ] {
        let refused = ada.get(&format!("/settings/history?{field}")).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "INVALID_INPUT"),
            "{field}"
        );
    }
}
