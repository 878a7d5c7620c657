//! Who may not use an organization's key any more: what waits is never sent, and of what was sent
//! nothing more is asked.

use super::{
    ledger::{join, organization, picture, share_key, user_id},
    support::{Person, Stage},
};
use domain::{OrganizationId, UserId, account::OrganizationRole};
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    on_both_databases, organizations,
    test_support::{TestDb, tables},
};

on_both_databases!(
    what_waits_is_not_sent_after_a_removal,
    what_waits_is_not_sent_after_a_demotion_or_a_stricter_policy,
    what_waits_of_a_disabled_account_is_not_sent,
    of_what_was_sent_nothing_more_is_asked_after_a_removal,
);

async fn member(stage: &Stage) -> (Person, Person, OrganizationId, UserId) {
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let studio = organization(stage, &ada).await;
    join(stage, &studio, &eve).await;
    share_key(stage, &studio, &user_id(&ada).await).await;
    let active = json!({ "organization_id": studio });
    let chosen = eve.put("/me/active-organization", &active).await;
    assert_eq!(chosen.status, 200);
    let eve_id = user_id(&eve).await;
    (ada, eve, studio, eve_id)
}

async fn queued(person: &Person, wish: &Value) -> String {
    let asked = person.post("/generations", wish).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    assert_eq!(asked.body["resolution"]["payer"], "organization");
    asked.body["id"].as_str().unwrap().to_owned()
}

async fn is_refused(stage: &Stage, person: &Person, id: &str) {
    let ended = person.finished(stage, id).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert_eq!(ended["error"]["code"], "FORBIDDEN", "{ended}");
    let words = ended["error"]["detail"].as_str().unwrap();
    assert!(
        words.ends_with("Nothing was sent and nothing is charged."),
        "{words}"
    );
    assert_eq!(stage.received().await, Vec::<String>::new());
    let db = &stage.app.db;
    assert_eq!(tables::reservations(db).await.unwrap(), 0);
    assert!(tables::ledger(db).await.unwrap().is_empty());
}

async fn what_waits_is_not_sent_after_a_removal(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio, eve_id) = member(&stage).await;
    let id = queued(&eve, &picture()).await;
    let path = format!("/organizations/{studio}/members/{eve_id}");
    assert_eq!(ada.delete(&path).await.status, 204);
    stage.start_worker();
    is_refused(&stage, &eve, &id).await;
    assert_eq!(
        eve.post("/generations", &picture()).await.code(),
        "API_KEY_REQUIRED"
    );
}

async fn what_waits_is_not_sent_after_a_demotion_or_a_stricter_policy(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio, eve_id) = member(&stage).await;
    let id = queued(&eve, &picture()).await;
    let policy = json!({ "operations": ["llm"] });
    let path = format!("/organizations/{studio}/policy");
    assert_eq!(ada.patch(&path, &policy).await.status, 200);
    stage.start_worker();
    is_refused(&stage, &eve, &id).await;
    let (db, now) = (&stage.app.db, stage.app.clock.now());
    organizations::add_member(db, &studio, &eve_id, OrganizationRole::Admin, now)
        .await
        .unwrap();
    // A policy is for admins too.
    assert_eq!(
        eve.post("/generations", &picture()).await.code(),
        "API_KEY_REQUIRED"
    );
}

async fn what_waits_of_a_disabled_account_is_not_sent(test: TestDb) {
    let stage = Stage::new(test).await;
    let (_, eve, _, eve_id) = member(&stage).await;
    let bob = stage.person("bob").await;
    super::ledger::give_key(&bob, "gemini").await;
    let bob_id = user_id(&bob).await;
    let shared = queued(&eve, &picture()).await;
    let own = bob.post("/generations", &picture()).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (db, now) = (&stage.app.db, stage.app.clock.now());
    for user in [&eve_id, &bob_id] {
        tables::disable(db, user, now).await.unwrap();
    }
    assert_eq!(eve.get("/me").await.status, 401);
    stage.start_worker();
    for id in [shared, own] {
        let mut ended = None;
        for _ in 0..400 {
            let all = tables::generations(db).await.unwrap();
            ended = all.into_iter().find(|row| row.id.as_str() == id);
            if ended.as_ref().is_some_and(|row| row.status.is_final()) {
                break;
            }
            stage.app.clock.advance(Duration::from_millis(50));
            stage.app.bell.notify_one();
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let error = ended.unwrap().error.unwrap();
        assert!(error.contains("FORBIDDEN"), "{error}");
    }
    assert_eq!(stage.received().await, Vec::<String>::new());
    assert_eq!(tables::reservations(db).await.unwrap(), 0);
}

async fn of_what_was_sent_nothing_more_is_asked_after_a_removal(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio, eve_id) = member(&stage).await;
    let key = json!({ "key": "sandbox-slow-abcdefgh-1c96" });
    let stored = ada
        .put(&format!("/organizations/{studio}/keys/piapi"), &key)
        .await;
    assert_eq!(stored.status, 200, "{}", stored.body);
    let track = json!({ "operation": "music", "provider": "piapi", "input": { "prompt": "Rain" } });
    let id = queued(&eve, &track).await;
    stage.start_worker();
    let path = format!("/generations/{id}");
    let mut status = Value::Null;
    for _ in 0..400 {
        status = eve.get(&path).await.body["status"].clone();
        if status == "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(status, "running");
    let removed = ada
        .delete(&format!("/organizations/{studio}/members/{eve_id}"))
        .await;
    assert_eq!(removed.status, 204);
    // What had begun before the removal comes to its end.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = stage.received().await.len();
    let ended = eve.finished(&stage, &id).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert_eq!(ended["error"]["code"], "FORBIDDEN", "{ended}");
    let words = ended["error"]["detail"].as_str().unwrap();
    assert!(words.contains("may still be made and charged"), "{words}");
    assert_eq!(stage.received().await.len(), before);
    let db = &stage.app.db;
    let entries = tables::ledger(db).await.unwrap();
    let shown: Vec<_> = entries.iter().map(|entry| entry.actual).collect();
    assert_eq!(shown, [None]);
    assert_eq!(tables::reservations(db).await.unwrap(), 0);
}
