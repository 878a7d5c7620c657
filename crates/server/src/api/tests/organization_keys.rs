//! An organization's keys and addresses: set by its admins, used by its members, who see
//! nothing of them.

use super::{
    ledger::{join, organization, picture},
    support::{Answer, Person, Stage},
};
use domain::OrganizationId;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, secrets::Owner, test_support::TestDb};

on_both_databases!(
    admins_set_keys_and_members_use_them,
    who_has_not_confirmed_lately_changes_no_shared_key,
    nothing_of_a_shared_key_or_address_reaches_a_member,
    a_shared_token_never_goes_to_a_members_own_server,
    settings_of_an_organization_hold_for_its_members,
);

const KEY: &str = "sandbox-abcdefgh-zq7x";

pub(super) fn key() -> Value {
    json!({ "key": KEY })
}

fn token() -> Value {
    json!({ "key": "wk-sandbox-0123456789", "secret": "ws-sandbox-01234567vk8y" })
}

pub(super) fn at(studio: &OrganizationId, rest: &str) -> String {
    format!("/organizations/{studio}{rest}")
}

pub(super) async fn fine(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{}", answer.body);
    answer.body
}

/// A premium organization of ada's with eve as a member, active for both.
pub(super) async fn studio(stage: &Stage) -> (Person, Person, OrganizationId) {
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let studio = organization(stage, &ada).await;
    join(stage, &studio, &eve).await;
    for person in [&ada, &eve] {
        let active = json!({ "organization_id": studio });
        fine(person.put("/me/active-organization", &active).await).await;
    }
    (ada, eve, studio)
}

async fn admins_set_keys_and_members_use_them(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let (ada, eve, studio) = studio(&stage).await;
    let path = at(&studio, "/keys/gemini");
    let stored = fine(ada.put(&path, &key()).await).await;
    assert_eq!(stored["last4"], "zq7x");
    let report = fine(
        ada.post(&at(&studio, "/keys/gemini/test"), &json!({}))
            .await,
    )
    .await;
    assert_eq!(report["auth"]["result"], "ok", "{report}");
    let shown = fine(ada.get(&at(&studio, "/keys")).await).await;
    assert_eq!(shown["keys"]["gemini"]["last4"], "zq7x");
    assert_eq!(shown["keys"]["gemini"]["tested"]["report"], report);
    let seen = fine(eve.get(&at(&studio, "/keys")).await).await;
    assert_eq!(
        seen,
        json!({ "keys": { "gemini": { "configured": true } } })
    );
    for answer in [
        eve.put(&path, &key()).await,
        eve.delete(&path).await,
        eve.call("POST", &at(&studio, "/keys/gemini/undo"), None)
            .await,
        eve.post(&at(&studio, "/keys/gemini/test"), &json!({}))
            .await,
    ] {
        assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"));
    }
    let made = eve.generate(&stage, &picture()).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["payer"], "organization");
    // It is nobody's own key.
    for person in [&ada, &eve] {
        assert_eq!(person.get("/settings").await.body["keys"], Value::Null);
    }
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(ada.delete(&path).await.status, 404);
    assert_eq!(
        eve.post("/generations", &picture()).await.code(),
        "API_KEY_REQUIRED"
    );
    let back = ada
        .call("POST", &at(&studio, "/keys/gemini/undo"), None)
        .await;
    assert_eq!(back.body["last4"], "zq7x", "{}", back.body);
    assert_eq!(eve.post("/generations", &picture()).await.status, 202);
    let wrong = ada.put(&at(&studio, "/keys/claude-cli"), &key()).await;
    assert_eq!(wrong.code(), "INVALID_INPUT");
}

async fn who_has_not_confirmed_lately_changes_no_shared_key(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, _, studio) = studio(&stage).await;
    let path = at(&studio, "/keys/gemini");
    fine(ada.put(&path, &key()).await).await;
    fine(
        ada.put(&path, &json!({ "key": "sandbox-another-0000" }))
            .await,
    )
    .await;
    stage.app.clock.advance(Duration::from_secs(601));
    let address = json!({ "endpoints": { "image": "https://studio--a.modal.run/" } });
    for answer in [
        ada.put(&path, &key()).await,
        ada.delete(&path).await,
        ada.call("POST", &at(&studio, "/keys/gemini/undo"), None)
            .await,
        ada.patch(&at(&studio, "/settings"), &address).await,
    ] {
        assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"));
        let words = answer.body["detail"].as_str().unwrap();
        assert!(words.starts_with("Confirm that it is you"), "{words}");
    }
    let shown = fine(ada.get(&at(&studio, "/keys")).await).await;
    assert_eq!(shown["keys"]["gemini"]["last4"], "0000");
    // What is no key and no address, and what is one's own, is not asked about.
    let wish = json!({ "operations": { "image": { "provider": "kie" } } });
    fine(ada.patch(&at(&studio, "/settings"), &wish).await).await;
    fine(ada.patch("/settings", &address).await).await;
    fine(ada.put("/keys/gemini", &key()).await).await;
}

async fn nothing_of_a_shared_key_or_address_reaches_a_member(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio) = studio(&stage).await;
    let host = "studio--unseen-by-members.modal.run";
    fine(ada.put(&at(&studio, "/keys/gemini"), &key()).await).await;
    let address = json!({
        "endpoints": { "image": format!("https://{host}/"), "llm": format!("https://{host}/llm") },
        "operations": { "image": { "provider": "modal" } },
    });
    fine(ada.patch(&at(&studio, "/settings"), &address).await).await;
    fine(ada.put(&at(&studio, "/keys/modal"), &token()).await).await;
    let film = json!({ "name": "Film", "organization_id": studio });
    let film = fine(ada.post("/projects", &film).await).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let modal = |project: bool| {
        let mut wish = json!({ "operation": "image", "provider": "modal", "input": { "prompt": "A harbour" } });
        if project {
            wish["project_id"] = json!(film);
        }
        wish
    };
    let of_ada = fine(ada.post("/generations", &modal(true)).await).await;
    let of_eve = eve.post("/generations", &modal(true)).await;
    assert_eq!(of_eve.status, 202, "{}", of_eve.body);
    stage.start_worker();
    let ended = eve
        .finished(&stage, of_eve.body["id"].as_str().unwrap())
        .await;
    assert_eq!(ended["status"], "failed", "nobody answers there: {ended}");

    let mut told = vec![of_eve.bytes, serde_json::to_vec(&ended).unwrap()];
    let mut get: Vec<String> = [
        "/me",
        "/providers",
        "/providers/modal/models",
        "/settings",
        "/settings/export",
        "/settings/history?field=endpoints.image",
        "/organizations",
        "/projects",
        "/generations",
        "/budgets",
        "/usage",
        "/usage.csv",
    ]
    .map(str::to_owned)
    .into();
    for rest in [
        "",
        "/members",
        "/keys",
        "/settings",
        "/policy",
        "/invitations",
        "/usage",
        "/settings/history?field=endpoints.image",
    ] {
        get.push(at(&studio, rest));
    }
    for rest in [
        "",
        "/settings",
        "/settings/export",
        "/settings/history?field=endpoints.image",
        "/plan",
    ] {
        get.push(format!("/projects/{film}{rest}"));
    }
    get.push(format!("/generations?project_id={film}"));
    get.push(format!("/generations/{}", of_ada["id"].as_str().unwrap()));
    for path in get {
        let answer = eve.get(&path).await;
        assert_ne!(answer.status, 404, "{path}");
        told.push(answer.bytes);
    }
    let mut post = Vec::new();
    for provider in ["modal", "modal-edit", "gemini", "kie"] {
        for project in [Value::Null, json!(film)] {
            let asked =
                json!({ "operation": "image", "provider": provider, "project_id": project });
            post.push(("/resolve", asked.clone()));
            let mut wanted = asked;
            wanted["input"] = json!({ "prompt": "A harbour" });
            post.push(("/estimates", wanted.clone()));
            post.push(("/estimates?compare=1", wanted.clone()));
            post.push(("/generations", wanted));
        }
    }
    let items = json!({ "items": [{ "step": "scenes", "input": { "prompt": "A harbour" } }] });
    let plan = format!("/projects/{film}/plan");
    post.push((plan.as_str(), items));
    // The same once more where the policy is in the way: errors with their traces.
    for forbidden in [false, true] {
        if forbidden {
            let none = json!({ "providers": [] });
            fine(ada.patch(&at(&studio, "/policy"), &none).await).await;
        }
        for (path, body) in &post {
            told.push(eve.post(path, body).await.bytes);
        }
        told.push(eve.get(&format!("/projects/{film}/plan")).await.bytes);
        told.push(eve.get("/generations").await.bytes);
    }
    for path in ["/keys/modal/test", "/keys/gemini/test"] {
        told.push(eve.post(path, &json!({})).await.bytes);
        told.push(eve.post(&at(&studio, path), &json!({})).await.bytes);
    }
    let mut secrets = vec!["zq7x".to_owned(), "vk8y".to_owned(), host.to_owned()];
    let owner = Owner::Organization(studio.clone());
    let rows = store::secrets::of_owner(&stage.app.db, &owner)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    secrets.extend(rows.into_iter().map(|row| row.fingerprint));
    assert!(told.len() > 90, "{}", told.len());
    for bytes in told {
        let text = String::from_utf8_lossy(&bytes);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret}: {text}");
        }
    }
    // It is there for those who set it.
    let seen = fine(ada.get(&at(&studio, "/settings")).await).await;
    assert_eq!(seen["endpoints"]["image"], format!("https://{host}/"));
}

async fn a_shared_token_never_goes_to_a_members_own_server(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let (ada, eve, studio) = studio(&stage).await;
    let protected = stage.sandbox.join("/modal-protected/image").unwrap();
    let mine = json!({ "endpoints": { "image": protected } });
    // The token is for exactly that origin, as the organization has an address there as well.
    let shared = json!({ "endpoints": { "llm": stage.sandbox.join("/modal/llm").unwrap() } });
    fine(ada.patch(&at(&studio, "/settings"), &shared).await).await;
    fine(ada.put(&at(&studio, "/keys/modal"), &token()).await).await;
    fine(eve.patch("/settings", &mine).await).await;
    let mut wish =
        json!({ "operation": "image", "provider": "modal", "input": { "prompt": "A harbour" } });
    let asked = json!({ "operation": "image", "provider": "modal" });
    let found = fine(eve.post("/resolve", &asked).await).await;
    assert_eq!(found["credential"], Value::Null, "{found}");
    let blocked = found["trace"]
        .as_array()
        .unwrap()
        .iter()
        .any(|entry| entry["level"] == "organization" && entry["reason"] == "other_endpoint");
    assert!(blocked, "{found}");
    let made = eve.generate(&stage, &wish).await;
    assert_eq!(made["error"]["reason"], "bad_key", "{made}");
    // Nor to the address of a project, whoever set it.
    let film = json!({ "name": "Film", "organization_id": studio });
    let film = fine(eve.post("/projects", &film).await).await["id"].clone();
    let path = format!("/projects/{}/settings", film.as_str().unwrap());
    fine(eve.patch(&path, &mine).await).await;
    wish["project_id"] = film;
    let made = eve.generate(&stage, &wish).await;
    assert_eq!(made["error"]["reason"], "bad_key", "{made}");
    // To the organization's own address it does.
    fine(ada.patch(&at(&studio, "/settings"), &mine).await).await;
    fine(
        eve.patch("/settings", &json!({ "endpoints": { "image": null } }))
            .await,
    )
    .await;
    wish.as_object_mut().unwrap().remove("project_id");
    let made = eve.generate(&stage, &wish).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["endpoint"], Value::Null);
}

async fn settings_of_an_organization_hold_for_its_members(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, studio) = studio(&stage).await;
    let path = at(&studio, "/settings");
    let wish = json!({ "operations": { "image": { "provider": "gemini", "models": { "gemini": "gemini-2.5-flash-image" } } } });
    let set = fine(ada.patch(&path, &wish).await).await;
    assert_eq!(set["versions"]["operations.image.provider"], 1);
    assert_eq!(eve.patch(&path, &wish).await.code(), "FORBIDDEN");
    let found = eve
        .post("/resolve", &json!({ "operation": "image" }))
        .await
        .body;
    let trace = found["trace"].as_array().unwrap();
    let chosen = trace
        .iter()
        .find(|entry| entry["subject"] == "provider" && entry["outcome"] == "chosen");
    assert_eq!(chosen.unwrap()["level"], "organization", "{found}");
    let stale = json!({ "operations": { "image": { "provider": "kie" } }, "base": { "operations.image.provider": 0 } });
    let conflict = ada.patch(&path, &stale).await;
    assert_eq!((conflict.status, conflict.code()), (409, "CONFLICT"));
    for wrong in [
        json!({ "preferences": { "prefer_own_keys": true } }),
        json!({ "operations": { "image": { "parameters": { "resolution": "2K" } } } }),
        json!({ "operations": { "image": { "fallback": { "provider": "kie", "on": ["timeout"] } } } }),
    ] {
        assert_eq!(
            ada.patch(&path, &wrong).await.code(),
            "INVALID_INPUT",
            "{wrong}"
        );
    }
    let history = at(&studio, "/settings/history?field=operations.image.provider");
    let history = fine(ada.get(&history).await).await;
    assert_eq!(history["data"][0]["to"], "gemini");
}
