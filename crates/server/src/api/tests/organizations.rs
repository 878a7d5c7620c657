//! Organizations over the API: who may do what in them, and links that invite one person once.

use super::{
    ledger::user_id,
    support::{Answer, Person, Stage},
};
use crate::organizations::invitations;
use domain::UserId;
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    an_organization_is_made_renamed_chosen_and_ended,
    an_organization_is_told_to_nobody_else,
    members_see_each_other_and_admins_more,
    roles_change_by_the_rules_and_count_at_once,
    a_link_invites_one_person_once,
    of_a_link_that_is_no_good_nothing_is_told,
    nothing_is_set_that_was_not_asked_for,
);

/// An organization of this owner, made over the API.
pub(super) async fn made(owner: &Person) -> String {
    let made = owner
        .post("/organizations", &json!({ "name": "Studio" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

/// The secret part of a new link.
async fn link(admin: &Person, studio: &str, name: &str, role: &str) -> String {
    let wish = json!({ "email": format!("{name}@example.com"), "role": role });
    let path = format!("/organizations/{studio}/invitations");
    let invited = admin.post(&path, &wish).await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    let link = invited.body["link"].as_str().unwrap();
    let (origin, token) = link.split_once("/invitations/").unwrap();
    assert_eq!(origin, "http://127.0.0.1:3000");
    token.to_owned()
}

/// Takes somebody into an organization as they are taken in: by a link.
pub(super) async fn take_in(admin: &Person, studio: &str, person: &Person, name: &str, role: &str) {
    let token = link(admin, studio, name, role).await;
    let accepted = person
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
}

async fn set_role(actor: &Person, studio: &str, member: &UserId, role: &str) -> Answer {
    let path = format!("/organizations/{studio}/members/{member}");
    actor.patch(&path, &json!({ "role": role })).await
}

async fn an_organization_is_made_renamed_chosen_and_ended(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let studio = made(&ada).await;
    let path = format!("/organizations/{studio}");
    let seen = ada.get(&path).await.body;
    assert_eq!(
        (&seen["name"], &seen["plan"], &seen["role"]),
        (&json!("Studio"), &json!("free"), &json!("owner"))
    );
    let renamed = ada.patch(&path, &json!({ "name": " Atelier " })).await;
    assert_eq!(renamed.body["name"], "Atelier");
    for name in ["", "  ", "two\nlines", &"x".repeat(121)] {
        let refused = ada.patch(&path, &json!({ "name": name })).await;
        assert_eq!(refused.code(), "INVALID_INPUT", "{name:?}");
    }
    let listed = ada.get("/organizations").await.body;
    assert_eq!(listed["data"], json!([renamed.body]));

    let active = json!({ "organization_id": studio });
    let me = ada.put("/me/active-organization", &active).await;
    assert_eq!(me.body["active_organization"], json!(studio));
    let nobody = ada
        .put(
            "/me/active-organization",
            &json!({ "organization_id": null }),
        )
        .await;
    assert_eq!(nobody.body["active_organization"], Value::Null);
    ada.put("/me/active-organization", &active).await;

    let film = json!({ "name": "Film", "organization_id": studio });
    let film = ada.post("/projects", &film).await.body["id"].clone();
    let early = ada.delete(&path).await;
    assert_eq!((early.status, early.code()), (409, "CONFLICT"));
    let words = early.body["detail"].as_str().unwrap();
    assert!(words.starts_with("1 project belongs"), "{words}");
    ada.delete(&format!("/projects/{}", film.as_str().unwrap()))
        .await;
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(ada.get(&path).await.status, 404);
    let me = ada.get("/me").await.body;
    assert_eq!(me["active_organization"], Value::Null);
    assert_eq!(me["organizations"], json!([]));
}

async fn an_organization_is_told_to_nobody_else(test: TestDb) {
    let stage = Stage::new(test).await;
    // Also not to who runs the instance.
    let (root, ada) = (stage.person("root").await, stage.person("ada").await);
    let studio = made(&ada).await;
    let role = json!({ "role": "admin" });
    let ada_id = user_id(&ada).await;
    for id in [studio.as_str(), "missing"] {
        let at = |rest: &str| format!("/organizations/{id}{rest}");
        let mut answers = Vec::new();
        for path in [
            "",
            "/members",
            "/invitations",
            "/keys",
            "/settings",
            "/policy",
            "/usage",
        ] {
            answers.push(root.get(&at(path)).await);
        }
        answers.push(root.patch(&at(""), &json!({ "name": "Mine" })).await);
        answers.push(root.delete(&at("")).await);
        answers.push(root.patch(&at(&format!("/members/{ada_id}")), &role).await);
        answers.push(root.delete(&at(&format!("/members/{ada_id}"))).await);
        let wish = json!({ "email": "root@example.com", "role": "owner" });
        answers.push(root.post(&at("/invitations"), &wish).await);
        answers.push(
            root.put(&at("/keys/gemini"), &json!({ "key": "sandbox-0123456789" }))
                .await,
        );
        answers.push(root.delete(&at("/keys/gemini")).await);
        answers.push(root.post(&at("/keys/gemini/test"), &json!({})).await);
        answers.push(root.call("POST", &at("/keys/gemini/undo"), None).await);
        answers.push(root.patch(&at("/settings"), &json!({})).await);
        answers.push(root.patch(&at("/policy"), &json!({})).await);
        answers.push(
            root.put("/me/active-organization", &json!({ "organization_id": id }))
                .await,
        );
        let words = json!("There is no such organization, or it is not yours.");
        for answer in answers {
            assert_eq!(answer.status, 404, "{}", answer.body);
            assert_eq!(answer.body["detail"], words);
        }
    }
    for (method, path) in [
        ("GET", "/organizations".to_owned()),
        ("GET", format!("/organizations/{studio}")),
        ("POST", "/invitations/look".to_owned()),
    ] {
        let answer = stage.anybody().call(method, &path, None).await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

async fn members_see_each_other_and_admins_more(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let studio = made(&ada).await;
    take_in(&ada, &studio, &bob, "bob", "admin").await;
    take_in(&bob, &studio, &eve, "eve", "member").await;
    let path = format!("/organizations/{studio}/members");
    let whole = bob.get(&path).await.body;
    let rows: Vec<_> = whole["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["name"].clone(),
                row["role"].clone(),
                row["is_me"].clone(),
            )
        })
        .collect();
    assert_eq!(
        json!(rows),
        json!([
            ["ada", "owner", false],
            ["bob", "admin", true],
            ["eve", "member", false]
        ])
    );
    assert_eq!(whole["data"][2]["email"], "eve@example.com");
    let seen = eve.get(&path).await;
    assert_eq!(seen.body["data"].as_array().unwrap().len(), 3);
    let text = String::from_utf8(seen.bytes).unwrap();
    assert!(
        !text.contains("@example.com") && !text.contains("since"),
        "{text}"
    );
    for path in ["/invitations", "/settings/history?field=endpoints.image"] {
        let refused = eve.get(&format!("/organizations/{studio}{path}")).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "FORBIDDEN"),
            "{path}"
        );
    }
}

async fn roles_change_by_the_rules_and_count_at_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let studio = made(&ada).await;
    take_in(&ada, &studio, &bob, "bob", "admin").await;
    take_in(&ada, &studio, &eve, "eve", "member").await;
    let (ada_id, bob_id, eve_id) = (
        user_id(&ada).await,
        user_id(&bob).await,
        user_id(&eve).await,
    );
    for (actor, member, role, status) in [
        (&eve, &eve_id, "admin", 403),
        (&eve, &bob_id, "member", 403),
        (&bob, &ada_id, "member", 403),
        (&bob, &eve_id, "owner", 403),
        (&bob, &bob_id, "owner", 403),
        (&ada, &ada_id, "admin", 409),
        (&bob, &UserId("nobody".to_owned()), "admin", 404),
        (&eve, &UserId("nobody".to_owned()), "admin", 403),
        (&bob, &eve_id, "admin", 200),
        (&ada, &eve_id, "member", 200),
    ] {
        let answer = set_role(actor, &studio, member, role).await;
        assert_eq!(answer.status, status, "{member} {role}: {}", answer.body);
    }
    let refused = ada
        .delete(&format!("/organizations/{studio}/members/{ada_id}"))
        .await;
    assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));

    // A demotion, and a removal, count with the next request.
    let invitations = format!("/organizations/{studio}/invitations");
    assert_eq!(bob.get(&invitations).await.status, 200);
    assert_eq!(set_role(&ada, &studio, &bob_id, "member").await.status, 200);
    assert_eq!(bob.get(&invitations).await.status, 403);
    let film = json!({ "name": "Film", "organization_id": studio });
    let film = ada.post("/projects", &film).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let film = format!("/projects/{film}");
    assert_eq!(bob.get(&film).await.status, 200);
    let removed = ada
        .delete(&format!("/organizations/{studio}/members/{bob_id}"))
        .await;
    assert_eq!(removed.status, 204);
    assert_eq!(bob.get(&film).await.status, 404);
    assert_eq!(
        bob.get(&format!("/organizations/{studio}")).await.status,
        404
    );
    // Everybody else may go by themselves.
    let left = eve
        .delete(&format!("/organizations/{studio}/members/{eve_id}"))
        .await;
    assert_eq!(left.status, 204);
    assert_eq!(eve.get("/organizations").await.body["data"], json!([]));
}

async fn a_link_invites_one_person_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, bob) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let studio = made(&ada).await;
    let path = format!("/organizations/{studio}/invitations");
    let token = link(&ada, &studio, "Eve", "admin").await;
    let open = ada.get(&path).await;
    let shown = &open.body["data"][0];
    assert_eq!(
        (&shown["email"], &shown["role"], &shown["invited_by"]),
        (&json!("eve@example.com"), &json!("admin"), &json!("ada"))
    );
    assert!(!String::from_utf8(open.bytes).unwrap().contains(&token));
    let seen = eve
        .post("/invitations/look", &json!({ "token": token }))
        .await;
    assert_eq!(
        seen.body,
        json!({
            "kind": "organization",
            "organization_id": studio,
            "role": "admin",
            "name": "Studio",
            "invited_by": "ada",
            "expires_at": seen.body["expires_at"],
        })
    );
    assert_eq!(eve.get("/organizations").await.body["data"], json!([]));
    let accepted = eve
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(accepted.body, seen.body);
    let own = eve.get("/organizations").await.body;
    assert_eq!(own["data"][0]["role"], "admin");
    assert_eq!(ada.get(&path).await.body["data"], json!([]));
    // Admins invite admins and members, and no owners.
    for (role, status) in [("owner", 403), ("admin", 201), ("member", 201)] {
        let wish = json!({ "email": "bob@example.com", "role": role });
        assert_eq!(eve.post(&path, &wish).await.status, status, "{role}");
    }
    for (email, role) in [("bob", "member"), ("bob@example.com", "root")] {
        let wrong = ada
            .post(&path, &json!({ "email": email, "role": role }))
            .await;
        assert_eq!(wrong.code(), "INVALID_INPUT");
    }
    // Withdrawn, it is good for nothing.
    let token = link(&eve, &studio, "bob", "member").await;
    let id = eve.get(&path).await.body["data"][0]["id"].clone();
    let id = format!("{path}/{}", id.as_str().unwrap());
    assert_eq!(bob.delete(&id).await.status, 404);
    assert_eq!(eve.delete(&id).await.status, 204);
    assert_eq!(eve.delete(&id).await.status, 404);
    let late = bob
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(late.status, 404);
}

async fn of_a_link_that_is_no_good_nothing_is_told(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, bob) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let studio = made(&ada).await;
    let used = link(&ada, &studio, "eve", "member").await;
    eve.post("/invitations/accept", &json!({ "token": used }))
        .await;
    let replaced = link(&ada, &studio, "bob", "member").await;
    let of_bob = link(&ada, &studio, "bob", "member").await;
    let mut bodies = Vec::new();
    for token in [
        "",
        "null",
        "undefined",
        &"A".repeat(43),
        &used,
        &replaced,
        &of_bob,
    ] {
        let answer = eve
            .post("/invitations/look", &json!({ "token": token }))
            .await;
        assert_eq!(answer.status, 404, "{token}");
        bodies.push(answer.body);
        let answer = eve
            .post("/invitations/accept", &json!({ "token": token }))
            .await;
        bodies.push(answer.body);
    }
    // Over.
    let actor = stage.actor(&bob).await;
    let found = invitations::look(&stage.app, &actor, &of_bob).await;
    assert_eq!(found.unwrap().name, "Studio");
    stage
        .app
        .clock
        .advance(Duration::from_secs(7 * 24 * 60 * 60));
    for error in [
        invitations::look(&stage.app, &actor, &of_bob)
            .await
            .unwrap_err(),
        invitations::accept(&stage.app, &actor, &of_bob)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(bodies[0]["detail"], error.detail);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    for body in [json!({ "token": null }), json!({}), json!([])] {
        let answer = ada.post("/invitations/look", &body).await;
        assert!([401, 422].contains(&answer.status), "{}", answer.body);
    }
    // Whoever tries many is held back.
    let mut held = 0;
    for _ in 0..30 {
        let tried = invitations::look(&stage.app, &actor, &"A".repeat(43)).await;
        held += i32::from(tried.unwrap_err().code == domain::ErrorCode::RateLimited);
    }
    assert!(held >= 10, "{held}");
}

async fn nothing_is_set_that_was_not_asked_for(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let studio = made(&ada).await;
    let path = format!("/organizations/{studio}");
    let before = ada.get(&path).await.body;
    let me = user_id(&ada).await;
    for (method, path, body) in [
        (
            "POST",
            "/organizations".to_owned(),
            json!({ "name": "X", "plan": "premium" }),
        ),
        (
            "PATCH",
            path.clone(),
            json!({ "name": "X", "plan": "premium" }),
        ),
        ("PATCH", path.clone(), json!({ "name": "X", "version": 7 })),
        (
            "PATCH",
            format!("{path}/members/{me}"),
            json!({ "role": "owner", "is_admin": true }),
        ),
        (
            "POST",
            format!("{path}/invitations"),
            json!({ "email": "a@example.com", "role": "member", "invited_by": "bob" }),
        ),
        (
            "PATCH",
            format!("{path}/policy"),
            json!({ "credits": 1_000_000 }),
        ),
        (
            "PATCH",
            format!("{path}/settings"),
            json!({ "org_id": "other" }),
        ),
        (
            "PUT",
            "/me/active-organization".to_owned(),
            json!({ "organization_id": null, "user_id": "bob" }),
        ),
    ] {
        let answer = ada.call(method, &path, Some(&body)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (422, "INVALID_INPUT"),
            "{path} {body}"
        );
    }
    assert_eq!(ada.get(&path).await.body, before);
    assert_eq!(
        ada.get("/organizations").await.body["data"],
        json!([before])
    );
}
