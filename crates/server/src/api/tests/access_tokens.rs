//! Personal access tokens over the API: what they open, and that nothing else does.

use super::support::{Answer, Person, Stage};
use axum::{
    body::Body,
    http::header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::scope::Scope;
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    on_both_databases,
    test_support::{TestDb, tables},
};

on_both_databases!(
    a_token_acts_for_its_owner_within_its_scopes,
    a_token_is_shown_once_and_gone_once_revoked,
    some_things_no_token_can_do,
    the_authorization_header_decides_alone,
    a_token_ends_with_its_time_and_with_its_account,
    the_admin_scope_is_good_for_an_admin_alone,
    a_wrong_wish_is_told_by_field,
    nothing_in_the_database_opens_anything,
);

/// A token of this person.
pub async fn token_of(person: &Person, scopes: &[&str]) -> Value {
    let wish = json!({ "name": "Build server", "scopes": scopes });
    let made = person.post("/tokens", &wish).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

/// A program that has nothing but this person's token.
async fn program(stage: &Stage, person: &Person, scopes: &[&str]) -> Person {
    let made = token_of(person, scopes).await;
    let mut program = stage.anybody();
    program.token = Some(made["token"].as_str().unwrap().to_owned());
    program
}

fn all() -> Vec<&'static str> {
    Scope::ALL.map(Scope::as_str).to_vec()
}

fn refused(answer: &Answer) -> (u16, &str, Option<&str>) {
    (answer.status, answer.code(), answer.body["scope"].as_str())
}

async fn a_token_acts_for_its_owner_within_its_scopes(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let reader = program(&stage, &ada, &["read"]).await;
    let me = reader.get("/me").await;
    assert_eq!(me.body["user"]["email"], "ada@example.com");
    let film = json!({ "name": "Film" });
    let answer = reader.post("/projects", &film).await;
    assert_eq!(
        refused(&answer),
        (403, "FORBIDDEN", Some("settings")),
        "{}",
        answer.body
    );
    assert!(
        answer.body["detail"]
            .as_str()
            .unwrap()
            .contains("`settings`")
    );
    let writer = program(&stage, &ada, &["settings"]).await;
    assert_eq!(writer.post("/projects", &film).await.status, 201);
    let answer = writer.get("/projects").await;
    assert_eq!(refused(&answer), (403, "FORBIDDEN", Some("read")));
    let answer = reader.get("/projects").await;
    assert_eq!(answer.body["data"][0]["name"], "Film");
    // What is not there is told apart from what is not allowed by nothing but the table.
    assert_eq!(reader.get("/nowhere").await.status, 404);
    // A program sends no Origin, as no page of another site could send its token.
    let bare = axum::http::Request::post("/api/v1/projects")
        .header(
            "authorization",
            format!("bearer {}", writer.token.as_ref().unwrap()),
        )
        .header("content-type", "application/json")
        .body(Body::from(film.to_string()))
        .unwrap();
    assert_eq!(stage.anybody().send(bare).await.status, 201);
}

async fn a_token_is_shown_once_and_gone_once_revoked(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let program = program(&stage, &ada, &["generate", "read", "read"]).await;
    let text = program.token.clone().unwrap();
    assert!(
        text.starts_with("fgp_") && text.len() == 47,
        "{}",
        text.len()
    );
    let listed = ada.get("/tokens").await.body;
    let token = &listed["data"][0];
    assert_eq!(token["scopes"], json!(["read", "generate"]));
    assert_eq!(token["expires_at"], "2027-02-20T10:00:00Z");
    assert_eq!(token["last_used_at"], Value::Null);
    assert!(!listed.to_string().contains(&text));
    assert!(bob.get("/tokens").await.body["data"][0].is_null());

    program.get("/me").await;
    let used = async || ada.get("/tokens").await.body["data"][0]["last_used_at"].clone();
    assert_eq!(used().await, "2026-11-22T10:00:00Z");
    stage.app.clock.advance(Duration::from_secs(59));
    program.get("/me").await;
    assert_eq!(used().await, "2026-11-22T10:00:00Z");
    stage.app.clock.advance(Duration::from_secs(1));
    program.get("/me").await;
    assert_eq!(used().await, "2026-11-22T10:01:00Z");

    let path = format!("/tokens/{}", token["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.status, 404);
    assert_eq!(program.get("/me").await.status, 200);
    assert_eq!(ada.delete(&path).await.status, 204);
    assert_eq!(ada.delete(&path).await.status, 404);
    assert_eq!(program.get("/me").await.code(), "UNAUTHENTICATED");
}

async fn some_things_no_token_can_do(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let program = program(&stage, &ada, &all()).await;
    for (method, path, body) in [
        ("POST", "/auth/sign-up", Some(json!({}))),
        ("POST", "/auth/sign-in", Some(json!({}))),
        ("POST", "/auth/sign-out", None),
        (
            "POST",
            "/auth/confirm",
            Some(json!({ "password": "a long enough secret" })),
        ),
        ("GET", "/tokens", None),
        (
            "POST",
            "/tokens",
            Some(json!({ "name": "more", "scopes": all() })),
        ),
        ("DELETE", "/tokens/x", None),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions", None),
        ("DELETE", "/sessions/x", None),
        ("PUT", "/me/password", Some(json!({}))),
        ("GET", "/me/totp", None),
        ("POST", "/me/totp", None),
        ("PUT", "/me/totp", Some(json!({ "code": "123456" }))),
        ("DELETE", "/me/totp", None),
        ("POST", "/me/totp/recovery-codes", None),
    ] {
        let answer = program.call(method, path, body.as_ref()).await;
        assert_eq!(
            refused(&answer),
            (403, "FORBIDDEN", None),
            "{method} {path}"
        );
    }
    assert_eq!(
        ada.get("/sessions").await.body["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

async fn the_authorization_header_decides_alone(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let mut both = program(&stage, &bob, &["read"]).await;
    both.cookie = ada.cookie.clone();
    assert_eq!(
        both.get("/me").await.body["user"]["email"],
        "bob@example.com"
    );
    assert_eq!(
        both.get("/tokens").await.status,
        403,
        "the cookie adds nothing"
    );
    both.token = Some("fgp_".to_owned() + &URL_SAFE_NO_PAD.encode([7; 32]));
    let answer = both.get("/me").await;
    assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
    assert_eq!(
        answer.headers[WWW_AUTHENTICATE],
        "Bearer error=\"invalid_token\""
    );
    let cookie = ada.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    for other in [
        "Basic YWRhOnNlY3JldA==".to_owned(),
        "Bearer".to_owned(),
        "Bearer null".to_owned(),
        "Bearer fgp_".to_owned(),
        format!("Bearer {cookie}"),
        format!("Bearer fgp_{cookie}"),
    ] {
        let request = ada.request("GET", "/me").header(AUTHORIZATION, &other);
        let answer = ada.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "UNAUTHENTICATED"),
            "{other}"
        );
    }
}

async fn a_token_ends_with_its_time_and_with_its_account(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let wish = json!({ "name": "Short", "scopes": ["read"], "expires_in_days": 1 });
    let made = ada.post("/tokens", &wish).await.body;
    let mut short = stage.anybody();
    short.token = Some(made["token"].as_str().unwrap().to_owned());
    let long = program(&stage, &ada, &["read"]).await;
    let of_bob = program(&stage, &bob, &["read"]).await;
    stage.app.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(short.get("/me").await.status, 200);
    stage.app.clock.advance(Duration::from_secs(1));
    assert_eq!(short.get("/me").await.status, 401);
    assert_eq!(long.get("/me").await.status, 200);

    let now = stage.app.clock.now();
    let id = stage.actor_of_token(&of_bob).await.user.id;
    tables::disable(&stage.app.db, &id, now).await.unwrap();
    assert_eq!(of_bob.get("/me").await.code(), "UNAUTHENTICATED");
    assert_eq!(bob.get("/me").await.code(), "UNAUTHENTICATED");
    assert_eq!(long.get("/me").await.status, 200);
}

async fn the_admin_scope_is_good_for_an_admin_alone(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let budget = json!({ "limit_micro_usd": 1_000_000 });
    let admin = program(&stage, &ada, &["admin", "settings", "read"]).await;
    assert_eq!(admin.get("/admin/usage").await.status, 200);
    let set = admin.put("/budgets/instance/daily", &budget).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let without = program(&stage, &ada, &["settings", "read"]).await;
    let answer = without.get("/admin/usage").await;
    assert_eq!(refused(&answer), (403, "FORBIDDEN", Some("admin")));
    assert_eq!(
        without.put("/budgets/instance/daily", &budget).await.status,
        bob.put("/budgets/instance/daily", &budget).await.status,
        "an admin's token without the scope is that of anybody"
    );
    let nobody = program(&stage, &bob, &["admin"]).await;
    let answer = nobody.get("/admin/usage").await;
    assert_eq!(refused(&answer), (403, "FORBIDDEN", None));
}

async fn a_wrong_wish_is_told_by_field(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let wish = json!({ "name": " ", "scopes": [], "expires_in_days": 366 });
    let answer = ada.post("/tokens", &wish).await;
    assert_eq!(answer.code(), "INVALID_INPUT");
    let fields: Vec<_> = answer.body["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["name", "scopes", "expires_in_days"]);
    for wish in [
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "x", "scopes": ["read"], "user_id": "bob" }),
        json!({ "name": "x\ny", "scopes": ["read"] }),
        json!({ "name": "x", "scopes": ["read"], "expires_in_days": 0 }),
        json!({ "scopes": ["read"] }),
    ] {
        assert_eq!(
            ada.post("/tokens", &wish).await.code(),
            "INVALID_INPUT",
            "{wish}"
        );
    }
    for _ in 0..50 {
        token_of(&ada, &["read"]).await;
    }
    let wish = json!({ "name": "One too many", "scopes": ["read"] });
    assert_eq!(ada.post("/tokens", &wish).await.code(), "INVALID_INPUT");
}

async fn nothing_in_the_database_opens_anything(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let program = program(&stage, &ada, &["read"]).await;
    let setup = ada.post("/me/totp", &json!({})).await;
    assert_eq!(setup.status, 200, "{}", setup.body);
    let values = tables::who_is_who(&stage.app.db).await.unwrap();
    let cookie = ada.cookie.as_ref().unwrap();
    let (name, text) = cookie.split_once('=').unwrap();
    let stored = crate::auth::session_hash(text);
    assert!(
        values.contains(&stored.to_vec()),
        "the search would find what is there"
    );
    let mut tries = Vec::new();
    for value in &values {
        tries.extend([URL_SAFE_NO_PAD.encode(value), hex::encode(value)]);
        tries.extend(String::from_utf8(value.clone()));
    }
    assert!(tries.len() > 60, "{}", tries.len());
    for value in tries {
        let mut as_cookie = stage.anybody();
        if axum::http::HeaderValue::from_str(&value).is_ok() {
            as_cookie.cookie = Some(format!("{name}={value}"));
            assert_eq!(as_cookie.get("/me").await.status, 401, "{value}");
            for text in [value.clone(), format!("fgp_{value}")] {
                let mut as_token = stage.anybody();
                as_token.token = Some(text);
                assert_eq!(as_token.get("/me").await.status, 401, "{value}");
            }
        }
        for secret in [
            text,
            program.token.as_ref().unwrap().as_str(),
            setup.body["secret"].as_str().unwrap(),
        ] {
            assert!(!value.contains(secret));
        }
    }
}
