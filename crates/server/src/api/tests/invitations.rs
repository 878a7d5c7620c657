//! Links that invite one person once, and of which nothing is told otherwise.

use super::{
    organizations::made,
    support::{Person, Stage},
};
use crate::organizations::invitations;
use serde_json::json;
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_link_invites_one_person_once,
    of_a_link_that_is_no_good_nothing_is_told,
    who_is_there_already_keeps_their_role,
    making_admins_wants_a_fresh_confirmation,
);

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

async fn who_is_there_already_keeps_their_role(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let studio = made(&ada).await;
    take_in(&ada, &studio, &eve, "eve", "member").await;
    let token = link(&ada, &studio, "eve", "admin").await;
    let accepted = eve
        .post("/invitations/accept", &json!({ "token": token }))
        .await;
    assert_eq!(accepted.body["role"], "member", "{}", accepted.body);
    let events = ada
        .get(&format!("/organizations/{studio}/audit"))
        .await
        .body;
    let joined = events["data"].as_array().unwrap().iter();
    let joined = joined.filter(|event| event["action"] == "member.joined");
    assert_eq!(joined.count(), 1, "{events}");
}

async fn making_admins_wants_a_fresh_confirmation(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let studio = made(&ada).await;
    take_in(&ada, &studio, &eve, "eve", "member").await;
    let eve_id = super::ledger::user_id(&eve).await;
    stage.app.clock.advance(Duration::from_secs(601));
    let invitations = format!("/organizations/{studio}/invitations");
    let member = format!("/organizations/{studio}/members/{eve_id}");
    let invite = async |role: &str| {
        let wish = json!({ "email": "bob@example.com", "role": role });
        ada.post(&invitations, &wish).await
    };
    let make = async |role: &str| ada.patch(&member, &json!({ "role": role })).await;
    for role in ["admin", "owner"] {
        for refused in [invite(role).await, make(role).await] {
            assert_eq!(refused.status, 403, "{}", refused.body);
            assert_eq!(refused.body["step_up"], true, "{}", refused.body);
        }
    }
    let delete = ada.delete(&format!("/organizations/{studio}")).await;
    assert_eq!(delete.body["step_up"], true, "{}", delete.body);
    assert_eq!(invite("member").await.status, 201);
    assert_eq!(make("member").await.status, 200);
}
