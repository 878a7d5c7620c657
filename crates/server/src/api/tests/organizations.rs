//! Organizations over the API: who may do what in them.

use super::{
    invitations::take_in,
    ledger::user_id,
    support::{Answer, Person, Stage},
};
use domain::UserId;
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    an_organization_is_made_renamed_chosen_and_ended,
    an_organization_is_told_to_nobody_else,
    members_see_each_other_and_admins_more,
    roles_change_by_the_rules_and_count_at_once,
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
