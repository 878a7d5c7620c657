//! Who may not use an organization's key any more, or not work in a project: what waits is never sent,
//! and of what was sent with another's key nothing more is asked.

use super::{
    ledger::{give_key, join, organization, picture, share_key, user_id},
    project_people::{film, take_in},
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
    what_waits_in_a_project_is_not_sent_for_who_may_not_generate_there,
    what_waits_in_a_project_that_is_deleted_is_made,
    what_waits_for_the_operators_key_is_not_sent_for_who_is_no_admin_any_more,
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
    give_key(&bob, "gemini").await;
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

/// Two collaborators with keys of their own, each with a picture that waits in the same project.
async fn collaborators(stage: &Stage) -> (Person, String, [(Person, String); 2]) {
    let ada = stage.person("ada").await;
    let film = film(&ada, None).await;
    let mut wish = picture();
    wish["project_id"] = json!(film);
    let mut waiting = Vec::new();
    for name in ["eve", "bob"] {
        let person = stage.person(name).await;
        give_key(&person, "gemini").await;
        take_in(&ada, &film, &person, name, "editor").await;
        let asked = person.post("/generations", &wish).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let id = asked.body["id"].as_str().unwrap().to_owned();
        waiting.push((person, id));
    }
    let waiting = <[_; 2]>::try_from(waiting).ok().unwrap();
    (ada, film, waiting)
}

async fn what_waits_in_a_project_is_not_sent_for_who_may_not_generate_there(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film, [(eve, of_eve), (bob, of_bob)]) = collaborators(&stage).await;
    let place = |id: &UserId| format!("/projects/{film}/members/{id}");
    let removed = ada.delete(&place(&user_id(&eve).await)).await;
    assert_eq!(removed.status, 204);
    let role = json!({ "role": "viewer" });
    let demoted = ada.put(&place(&user_id(&bob).await), &role).await;
    assert!(demoted.status < 300, "{}", demoted.body);
    stage.start_worker();
    is_refused(&stage, &eve, &of_eve).await;
    is_refused(&stage, &bob, &of_bob).await;
}

async fn what_waits_in_a_project_that_is_deleted_is_made(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film, [(eve, of_eve), _]) = collaborators(&stage).await;
    let deleted = ada.delete(&format!("/projects/{film}")).await;
    assert_eq!(deleted.status, 204, "{}", deleted.body);
    stage.start_worker();
    let ended = eve.finished(&stage, &of_eve).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");
}

async fn what_waits_for_the_operators_key_is_not_sent_for_who_is_no_admin_any_more(test: TestDb) {
    let variables = [
        ("FILM_ENVIRONMENT_KEYS", "admins"),
        ("GEMINI_API_KEY", "sandbox-operator-0123456789"),
    ];
    let stage = Stage::with_environment(test, &variables).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let path = format!("/admin/accounts/{}", user_id(&eve).await);
    let make = async |is_admin: bool| ada.patch(&path, &json!({ "is_admin": is_admin })).await;
    assert_eq!(make(true).await.status, 200);
    let mut wish = picture();
    wish["provider"] = json!("gemini");
    let asked = eve.post("/generations", &wish).await;
    assert_eq!(
        asked.body["resolution"]["payer"], "instance",
        "{}",
        asked.body
    );
    let id = asked.body["id"].as_str().unwrap().to_owned();
    assert_eq!(make(false).await.status, 200);
    stage.start_worker();
    is_refused(&stage, &eve, &id).await;
}
