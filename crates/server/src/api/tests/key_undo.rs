//! A key that was replaced or removed comes back: once, for ten minutes, to its owner alone.

use super::support::{Person, Stage};
use crate::{actor::Actor, auth, events::Event, keys, upkeep};
use domain::{
    ProviderId, SecretId, Timestamp,
    keys::{KeyAction, KeyEvent},
};
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    on_both_databases,
    secrets::{NewSecret, Owner, Slot},
    test_support::TestDb,
};

on_both_databases!(
    a_replaced_key_comes_back_once,
    a_removed_key_comes_back,
    after_ten_minutes_it_is_gone,
    only_the_last_change_is_undone,
    nobody_else_brings_a_key_back,
    of_two_who_undo_at_once_one_does,
    a_former_key_that_cannot_be_read_changes_nothing,
    a_token_comes_back_for_its_own_addresses,
    a_waiting_job_runs_with_the_key_that_came_back,
    a_key_is_readable_nowhere_on_its_way_out_and_back,
    the_history_tells_each_change_and_no_key,
);

const FIRST: &str = "sandbox-first-key-aaaa";
const SECOND: &str = "sandbox-second-key-bbbb";

async fn put(person: &Person, key: &str) {
    let stored = person.put("/keys/openrouter", &json!({ "key": key })).await;
    assert_eq!(stored.status, 200, "{}", stored.body);
}

async fn shown(person: &Person) -> (Value, Value) {
    let settings = person.get("/settings").await.body;
    (
        settings["keys"]["openrouter"]["last4"].clone(),
        settings["undo_until"]["openrouter"].clone(),
    )
}

async fn actor(stage: &Stage, person: &Person) -> Actor {
    let (_, token) = person.cookie.as_ref().unwrap().split_once('=').unwrap();
    let found = auth::actor(&stage.app, Some(token)).await;
    found.unwrap().unwrap()
}

async fn a_replaced_key_comes_back_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    assert_eq!(shown(&ada).await, (json!("aaaa"), Value::Null));
    let nothing = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!((nothing.status, nothing.code()), (404, "NOT_FOUND"));
    put(&ada, SECOND).await;
    let until = stage.app.clock.now().plus_millis(600_000).to_rfc3339();
    assert_eq!(shown(&ada).await, (json!("bbbb"), json!(until)));

    let mut news = stage.app.events.listen();
    let back = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(
        (back.status, &back.body["last4"], &back.body["status"]),
        (200, &json!("aaaa"), &json!("ready")),
        "{}",
        back.body
    );
    assert!(matches!(news.recv().await.unwrap().event, Event::Keys));
    assert_eq!(shown(&ada).await, (json!("aaaa"), Value::Null));
    let report = ada.post("/keys/openrouter/test", &json!({})).await.body;
    assert_eq!(report["auth"]["result"], "ok", "{report}");

    let again = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!((again.status, again.code()), (404, "NOT_FOUND"));
    let detail = again.body["detail"].as_str().unwrap();
    assert!(detail.contains("10 minutes"), "{detail}");
    assert_eq!(shown(&ada).await.0, "aaaa");
}

async fn a_removed_key_comes_back(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    assert_eq!(ada.delete("/keys/openrouter").await.status, 204);
    let (last4, until) = shown(&ada).await;
    assert!(last4.is_null() && until.is_string(), "{last4} {until}");
    let resolved = ada.post("/resolve", &json!({ "operation": "llm" })).await;
    assert_eq!(resolved.code(), "API_KEY_REQUIRED", "it is out of use");
    let back = ada.post("/keys/openrouter/undo", &json!({})).await;
    assert_eq!((back.status, &back.body["last4"]), (200, &json!("aaaa")));
    let resolved = ada.post("/resolve", &json!({ "operation": "llm" })).await;
    assert_eq!(resolved.body["credential"]["level"], "user");
}

async fn after_ten_minutes_it_is_gone(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    put(&ada, SECOND).await;
    let (db, clock) = (&stage.app.db, &stage.app.clock);
    clock.advance(Duration::from_millis(599_999));
    assert_eq!(keys::purge_replaced(db, clock.now()).await.unwrap(), 0);
    assert!(shown(&ada).await.1.is_string());
    clock.advance(Duration::from_millis(1));
    assert_eq!(shown(&ada).await, (json!("bbbb"), Value::Null));
    let late = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!((late.status, late.code()), (404, "NOT_FOUND"));
    let owner = Owner::User(actor(&stage, &ada).await.user.id);
    let kept = async || {
        store::replaced::of_owner(db, &owner, Timestamp(0))
            .await
            .unwrap()
            .len()
    };
    assert_eq!(kept().await, 1);
    let upkeep = tokio::spawn(upkeep::run(stage.app.weak()));
    for _ in 0..500 {
        if kept().await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    upkeep.abort();
    assert_eq!(kept().await, 0, "it is deleted at the start");
    assert_eq!(shown(&ada).await.0, "bbbb");
}

async fn only_the_last_change_is_undone(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    put(&ada, SECOND).await;
    put(&ada, "sandbox-third-key-cccc").await;
    let back = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(back.body["last4"], "bbbb", "{}", back.body);

    ada.delete("/keys/openrouter").await;
    put(&ada, FIRST).await;
    assert_eq!(shown(&ada).await, (json!("aaaa"), Value::Null));
    let nothing = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(nothing.code(), "NOT_FOUND", "a first key replaces nothing");
}

async fn nobody_else_brings_a_key_back(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    put(&ada, FIRST).await;
    put(&ada, SECOND).await;
    assert_eq!(shown(&eve).await, (Value::Null, Value::Null));
    let refused = eve.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!((refused.status, refused.code()), (404, "NOT_FOUND"));
    assert_eq!(shown(&eve).await.0, Value::Null);
    let unknown = stage.anybody();
    let refused = unknown.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED");
    let (last4, until) = shown(&ada).await;
    assert!(last4 == "bbbb" && until.is_string(), "{last4} {until}");
}

async fn of_two_who_undo_at_once_one_does(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    put(&ada, SECOND).await;
    let undo = || ada.call("POST", "/keys/openrouter/undo", None);
    let (one, other) = tokio::join!(undo(), undo());
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 404]);
    assert_eq!(shown(&ada).await.0, "aaaa");
}

async fn a_former_key_that_cannot_be_read_changes_nothing(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let user = actor(&stage, &ada).await.user.id;
    let owner = Owner::User(user.clone());
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::OpenRouter,
        field: keys::API_KEY,
    };
    store::secrets::replace(&stage.app.db, slot, |_| NewSecret {
        id: SecretId("of another master key".into()),
        audience_origin: stage.app.config.providers.audience(),
        kid: "0011223344556677".into(),
        salt: vec![1; 32],
        dek_nonce: vec![2; 12],
        wrapped_dek: vec![3; 48],
        nonce: vec![4; 12],
        ciphertext: vec![5; 40],
        last4: Some("1c96".into()),
        fingerprint: "f".into(),
        created_by: user.clone(),
        created_at: stage.app.clock.now(),
    })
    .await
    .unwrap();
    put(&ada, SECOND).await;
    let before = ada.get("/settings").await.body;
    assert_eq!(before["undo_until"], Value::Null, "it is not offered");
    for _ in 0..2 {
        let refused = ada.call("POST", "/keys/openrouter/undo", None).await;
        assert_eq!((refused.status, refused.code()), (409, "KEY_UNAVAILABLE"));
        assert_eq!(refused.body["provider"], "openrouter");
    }
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn a_token_comes_back_for_its_own_addresses(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let at = async |address: &str| {
        let saved = ada
            .patch("/settings", &json!({ "endpoints": { "image": address } }))
            .await;
        assert_eq!(saved.status, 200, "{}", saved.body);
    };
    let token =
        |end: &str| json!({ "key": format!("wk-sandbox-0000{end}"), "secret": "ws-sandbox-0123" });
    let asked = json!({ "operation": "image", "provider": "modal" });
    // The first token is bound by the first address: that is no change to be undone.
    assert_eq!(ada.put("/keys/modal", &token("aaaa")).await.status, 200);
    at("https://me--one.modal.run/").await;
    assert_eq!(ada.get("/settings").await.body["undo_until"], Value::Null);

    at("https://me--two.modal.run/").await;
    assert_eq!(ada.put("/keys/modal", &token("bbbb")).await.status, 200);
    let found = ada.post("/resolve", &asked).await;
    assert_eq!(found.body["credential"]["level"], "user", "{}", found.body);
    let back = ada.call("POST", "/keys/modal/undo", None).await;
    assert_eq!(back.body["last4"], "aaaa", "{}", back.body);
    assert_eq!(ada.post("/resolve", &asked).await.code(), "KEY_UNAVAILABLE");
    at("https://me--one.modal.run/").await;
    let found = ada.post("/resolve", &asked).await;
    assert_eq!(found.body["credential"]["level"], "user", "{}", found.body);
}

async fn a_waiting_job_runs_with_the_key_that_came_back(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    put(&ada, FIRST).await;
    let wish = json!({ "operation": "llm", "input": { "prompt": "A harbour" } });
    let asked = ada.post("/generations", &wish).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    put(&ada, "a-key-that-nobody-knows").await;
    let back = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(back.status, 200, "{}", back.body);
    stage.start_worker();
    let id = asked.body["id"].as_str().unwrap();
    let done = ada.finished(&stage, id).await;
    assert_eq!(done["status"], "succeeded", "{done}");
}

async fn a_key_is_readable_nowhere_on_its_way_out_and_back(test: TestDb) {
    let folder = test.folder().map(std::path::Path::to_owned);
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let secret = "CANARY0123456789";
    put(&ada, &format!("sandbox-{secret}-aaaa")).await;
    put(&ada, SECOND).await;
    let owner = Owner::User(actor(&stage, &ada).await.user.id);
    let kept = store::replaced::of_owner(&stage.app.db, &owner, Timestamp(0)).await;
    let mut seen = vec![kept.unwrap()[0].secret.ciphertext.clone()];
    let back = ada.call("POST", "/keys/openrouter/undo", None).await;
    assert_eq!(back.status, 200, "{}", back.body);
    seen.push(back.bytes);
    seen.push(ada.get("/settings").await.bytes);
    for entry in folder
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
    {
        seen.push(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for bytes in seen {
        assert!(!bytes.is_empty());
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{}", String::from_utf8_lossy(&bytes));
    }
}

async fn the_history_tells_each_change_and_no_key(test: TestDb) {
    use KeyAction::{Removed, Replaced, Restored, Stored};
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    put(&ada, FIRST).await;
    put(&ada, SECOND).await;
    ada.call("POST", "/keys/openrouter/undo", None).await;
    ada.delete("/keys/openrouter").await;
    put(&ada, SECOND).await;
    let of = async |person: &Person, provider| {
        let actor = actor(&stage, person).await;
        let events = keys::history(&stage.app, &actor, provider).await.unwrap();
        let actions = events.iter().map(|KeyEvent { action, .. }| *action);
        actions.collect::<Vec<_>>()
    };
    let all = [Stored, Removed, Restored, Replaced, Stored];
    assert_eq!(of(&ada, ProviderId::OpenRouter).await, all);
    assert_eq!(of(&ada, ProviderId::Kie).await, []);
    assert_eq!(of(&eve, ProviderId::OpenRouter).await, []);
}
