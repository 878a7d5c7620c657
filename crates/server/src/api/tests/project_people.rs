//! Who works in a project: viewers look, editors work, owners decide, and nobody uses another's key.

use super::{
    ledger::{give_key, join, organization, picture, user_id},
    support::{Person, Stage},
};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    each_part_may_what_it_says,
    a_collaborator_never_uses_the_owners_key,
    an_organizations_project_follows_its_roles,
    people_come_by_link_and_go,
    an_address_of_an_organizations_project_wants_a_confirmation,
);

pub(super) async fn film(owner: &Person, organization: Option<&str>) -> String {
    let wish = json!({ "name": "Film", "organization_id": organization });
    let made = owner.post("/projects", &wish).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn link(owner: &Person, film: &str, name: &str, role: &str) -> String {
    let wish = json!({ "email": format!("{name}@example.com"), "role": role });
    let invited = owner
        .post(&format!("/projects/{film}/invitations"), &wish)
        .await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let link = invited.body["link"].as_str().unwrap();
    link.rsplit('/').next().unwrap().to_owned()
}

pub(super) async fn take_in(owner: &Person, film: &str, person: &Person, name: &str, role: &str) {
    let token = link(owner, film, name, role).await;
    let accepted = person
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    assert_eq!(accepted.body["project_id"], film);
}

fn wish(film: &str) -> Value {
    let mut wish = picture();
    wish["project_id"] = json!(film);
    wish
}

async fn each_part_may_what_it_says(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let (ada, eve, bob, zoe) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
        stage.person("zoe").await,
    );
    for person in [&ada, &eve, &bob, &zoe] {
        give_key(person, "gemini").await;
    }
    let film = film(&ada, None).await;
    take_in(&ada, &film, &eve, "eve", "editor").await;
    take_in(&ada, &film, &bob, "bob", "viewer").await;
    let made = ada.generate(&stage, &wish(&film)).await;
    let output = made["outputs"][0]["url"].as_str().unwrap();
    let output = output.strip_prefix("/api/v1").unwrap().to_owned();
    let at = |rest: &str| format!("/projects/{film}{rest}");
    let id = made["id"].as_str().unwrap();
    let bob_id = user_id(&bob).await;
    let input = json!({ "prompt": "A harbour" });
    let items = json!({ "items": [{ "step": "scenes", "input": input }] });
    let settings = json!({ "operations": { "image": { "provider": "gemini" } } });
    let limit = json!({ "limit_micro_usd": 50_000_000 });
    let (none, role) = (Value::Null, json!({ "role": "viewer" }));
    let invitee = json!({ "email": "new@example.com", "role": "viewer" });
    let question = json!({ "operation": "image", "project_id": film });
    let agreed = json!({ "agreed": { "by_payer": {}, "most_micro_usd": 0 } });
    // owner, editor, viewer, stranger
    for (method, path, body, statuses) in [
        ("GET", at(""), &none, [200, 200, 200, 404]),
        ("GET", at("/settings"), &none, [200, 200, 200, 404]),
        (
            "GET",
            at("/settings/history?field=operations.image.provider"),
            &none,
            [200, 200, 200, 404],
        ),
        ("GET", at("/settings/export"), &none, [200, 200, 200, 404]),
        ("GET", at("/plan"), &none, [200, 200, 200, 404]),
        ("GET", at("/members"), &none, [200, 200, 200, 404]),
        (
            "GET",
            format!("/generations/{id}"),
            &none,
            [200, 200, 200, 404],
        ),
        ("GET", output.clone(), &none, [200, 200, 200, 404]),
        (
            "GET",
            format!("/budgets/projects/{film}"),
            &none,
            [200, 200, 200, 404],
        ),
        (
            "POST",
            "/resolve".to_owned(),
            &question,
            [200, 200, 200, 404],
        ),
        (
            "PATCH",
            at(""),
            &json!({ "name": "Foxes" }),
            [200, 200, 403, 404],
        ),
        ("PATCH", at("/settings"), &settings, [200, 200, 403, 404]),
        ("POST", at("/plan"), &items, [201, 201, 403, 404]),
        (
            "POST",
            "/generations".to_owned(),
            &wish(&film),
            [202, 202, 403, 404],
        ),
        ("POST", at("/plan/pause"), &none, [404, 404, 403, 404]),
        ("POST", at("/plan/cancel"), &none, [404, 404, 403, 404]),
        (
            "PUT",
            format!("/budgets/projects/{film}/daily"),
            &limit,
            [200, 403, 403, 404],
        ),
        ("GET", at("/invitations"), &none, [200, 403, 403, 404]),
        ("POST", at("/invitations"), &invitee, [201, 403, 403, 404]),
        (
            "PUT",
            at(&format!("/members/{bob_id}")),
            &role,
            [200, 403, 403, 404],
        ),
        ("DELETE", at(""), &none, [0, 403, 403, 404]),
    ] {
        for (person, status) in [&ada, &eve, &bob, &zoe].into_iter().zip(statuses) {
            if status == 0 {
                continue;
            }
            let body = Some(body).filter(|body| !body.is_null());
            let answer = person.call(method, &path, body).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        }
    }
    let started = bob.post(&at("/plan/start"), &agreed).await;
    assert!([403, 422].contains(&started.status), "{}", started.body);
    assert_eq!(bob.get("/projects").await.body["data"][0]["role"], "viewer");
    assert_eq!(zoe.get("/projects").await.body["data"], json!([]));
    let seen = bob
        .get(&format!("/generations?project_id={film}"))
        .await
        .body;
    assert_eq!(seen["data"].as_array().unwrap().len(), 3);
    let elsewhere = zoe
        .get(&format!("/generations?project_id={film}"))
        .await
        .body;
    assert_eq!(elsewhere["data"], json!([]));
}

async fn a_collaborator_never_uses_the_owners_key(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    give_key(&ada, "gemini").await;
    let film = film(&ada, None).await;
    take_in(&ada, &film, &eve, "eve", "editor").await;
    let settings = json!({ "operations": { "image": { "provider": "gemini" } } });
    let set = ada
        .patch(&format!("/projects/{film}/settings"), &settings)
        .await;
    assert_eq!(set.status, 200);
    let question = json!({ "operation": "image", "project_id": film });
    // The project's provider, and nobody's key.
    let refused = eve.post("/resolve", &question).await;
    assert_eq!((refused.status, refused.code()), (403, "API_KEY_REQUIRED"));
    assert_eq!(refused.body["provider"], "gemini");
    let refused = eve.post("/generations", &wish(&film)).await;
    assert_eq!(refused.code(), "API_KEY_REQUIRED");
    assert_eq!(stage.received().await, Vec::<String>::new());
    let key = json!({ "key": "sandbox-of-eve-0123456789" });
    assert_eq!(eve.put("/keys/gemini", &key).await.status, 200);
    let made = eve.generate(&stage, &wish(&film)).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["payer"], "user");
    let usage = eve.get("/usage").await.body;
    assert_eq!(usage["total"]["user"]["number"], 1);
    let usage = ada.get("/usage").await.body;
    assert_eq!(usage["total"]["user"]["number"], 0);
    // Each sees what the other made there.
    let seen = ada
        .get(&format!("/generations/{}", made["id"].as_str().unwrap()))
        .await;
    assert_eq!(seen.status, 200);
}

async fn an_organizations_project_follows_its_roles(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, bob) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let studio = organization(&stage, &ada).await;
    for person in [&eve, &bob] {
        join(&stage, &studio, person).await;
    }
    let film = film(&eve, Some(studio.as_str())).await;
    let role =
        async |person: &Person| person.get(&format!("/projects/{film}")).await.body["role"].clone();
    assert_eq!(
        (role(&ada).await, role(&eve).await),
        (json!("owner"), json!("owner"))
    );
    assert_eq!(role(&bob).await, "editor");
    let (ada_id, bob_id) = (user_id(&ada).await, user_id(&bob).await);
    let part = |id: &domain::UserId| format!("/projects/{film}/members/{id}");
    let viewer = json!({ "role": "viewer" });
    assert_eq!(bob.put(&part(&bob_id), &viewer).await.status, 403);
    let set = eve.put(&part(&bob_id), &viewer).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(role(&bob).await, "viewer");
    let refused = bob
        .patch(&format!("/projects/{film}"), &json!({ "name": "X" }))
        .await;
    assert_eq!(refused.status, 403);
    // Admins own it, whatever is said of them; nobody else is made an owner.
    assert_eq!(eve.put(&part(&ada_id), &viewer).await.code(), "CONFLICT");
    let owner = eve.put(&part(&bob_id), &json!({ "role": "owner" })).await;
    assert_eq!(owner.code(), "INVALID_INPUT");
    assert_eq!(
        eve.put(&part(&bob_id), &json!({ "role": "editor" }))
            .await
            .status,
        200
    );
    assert_eq!(role(&bob).await, "editor");
    // Its people are the organization's.
    let invitee = json!({ "email": "new@example.com", "role": "viewer" });
    for answer in [
        ada.post(&format!("/projects/{film}/invitations"), &invitee)
            .await,
        ada.delete(&part(&bob_id)).await,
        bob.delete(&part(&bob_id)).await,
    ] {
        assert_eq!((answer.status, answer.code()), (409, "CONFLICT"));
    }
    assert_eq!(bob.delete(&format!("/projects/{film}")).await.status, 403);
    assert_eq!(ada.delete(&format!("/projects/{film}")).await.status, 204);
}

async fn people_come_by_link_and_go(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, bob) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let film = film(&ada, None).await;
    let token = link(&ada, &film, "eve", "viewer").await;
    let body = json!({ "token": token });
    assert_eq!(bob.post("/invitations/look", &body).await.status, 404);
    let seen = eve.post("/invitations/look", &body).await.body;
    assert_eq!(
        (&seen["kind"], &seen["name"]),
        (&json!("project"), &json!("Film"))
    );
    // An address that nobody has is answered in the same way.
    let unknown = json!({ "email": "nobody@example.com", "role": "viewer" });
    let path = format!("/projects/{film}/invitations");
    assert_eq!(ada.post(&path, &unknown).await.status, 201);
    eve.post("/invitations/accept", &body).await;
    let members = ada.get(&format!("/projects/{film}/members")).await.body;
    let roles: Vec<_> = members["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["role"].clone())
        .collect();
    assert_eq!(json!(roles), json!(["owner", "viewer"]));
    let eve_id = user_id(&eve).await;
    let part = format!("/projects/{film}/members/{eve_id}");
    let promoted = ada.put(&part, &json!({ "role": "editor" })).await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    let ada_id = user_id(&ada).await;
    let owner = format!("/projects/{film}/members/{ada_id}");
    assert_eq!(eve.delete(&owner).await.status, 403);
    assert_eq!(ada.delete(&owner).await.status, 404);
    let demoted = ada.put(&owner, &json!({ "role": "viewer" })).await;
    assert_eq!(demoted.code(), "CONFLICT");
    assert_eq!(eve.delete(&part).await.status, 204);
    assert_eq!(eve.get(&format!("/projects/{film}")).await.status, 404);
    // What is open goes with the project.
    let token = link(&ada, &film, "bob", "viewer").await;
    assert_eq!(ada.delete(&format!("/projects/{film}")).await.status, 204);
    let late = bob
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(late.status, 404);
}

async fn an_address_of_an_organizations_project_wants_a_confirmation(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let studio = organization(&stage, &ada).await;
    join(&stage, &studio, &eve).await;
    let shared = film(&ada, Some(studio.as_str())).await;
    let own = film(&eve, None).await;
    stage.app.clock.advance(std::time::Duration::from_secs(601));
    let elsewhere = json!({ "endpoints": { "image": "https://film--image.modal.run" } });
    let provider = json!({ "operations": { "image": { "provider": "gemini" } } });
    let patch = async |film: &str, wish: &Value| {
        let path = format!("/projects/{film}/settings");
        eve.patch(&path, wish).await
    };
    let refused = patch(&shared, &elsewhere).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(refused.body["step_up"], true, "{}", refused.body);
    assert_eq!(patch(&shared, &provider).await.status, 200);
    assert_eq!(patch(&own, &elsewhere).await.status, 200);
    let events = ada
        .get(&format!("/organizations/{studio}/audit"))
        .await
        .body;
    let what = events["data"][0]["what"].as_str().unwrap();
    assert!(what.ends_with("operations.image.provider"), "{events}");
}
