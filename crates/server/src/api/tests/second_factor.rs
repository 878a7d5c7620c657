//! Passwords, the second factor, and showing again who one is, over the API.

use super::support::{Answer, Person, Stage};
use crate::auth::second_factor::testing::shown;
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    audit::read::{self, Filter},
    on_both_databases,
    test_support::TestDb,
};

on_both_databases!(
    a_changed_password_signs_out_everybody_else,
    a_new_password_follows_the_rules_of_sign_up,
    what_could_do_lasting_harm_wants_a_fresh_confirmation,
    with_a_second_factor_a_password_alone_signs_nobody_in,
    a_code_is_taken_once_and_within_one_step,
    a_recovery_code_is_good_for_one_time,
    a_second_factor_is_what_confirms_and_what_can_be_turned_off,
    with_a_second_factor_a_password_alone_changes_no_password,
    a_second_factor_signs_out_who_came_without_it,
    a_secret_counts_only_after_its_first_code,
    codes_cannot_be_guessed_as_often_as_one_likes,
);

const PASSWORD: &str = "a long enough secret";
const NEW: &str = "five green umbrellas dance";

async fn sign_in(stage: &Stage, body: Value) -> Answer {
    stage.anybody().post("/auth/sign-in", &body).await
}

async fn with_password(stage: &Stage, password: &str) -> Answer {
    sign_in(
        stage,
        json!({ "email": "ada@example.com", "password": password }),
    )
    .await
}

async fn with_code(stage: &Stage, code: &str) -> Answer {
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "code": code });
    sign_in(stage, body).await
}

/// A person with a second factor: they, its secret, and the recovery codes.
async fn ada_with_factor(stage: &Stage) -> (Person, String, Vec<String>) {
    let mut ada = stage.person("ada").await;
    let setup = ada.post("/me/totp", &json!({})).await.body;
    let secret = setup["secret"].as_str().unwrap().to_owned();
    let code = shown(&secret, stage.app.clock.now(), 0);
    let on = ada.put("/me/totp", &json!({ "code": code })).await;
    assert_eq!(on.status, 200, "{}", on.body);
    assert_eq!(ada.get("/me").await.status, 401, "the token before is dead");
    ada.cookie = Some(on.cookie());
    let codes = on.body["recovery_codes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned());
    (ada, secret, codes.collect())
}

fn says(answer: &Answer) -> (u16, &str, bool) {
    let wanted = answer.body["second_factor"].as_bool().unwrap_or(false);
    (answer.status, answer.code(), wanted)
}

fn field(answer: &Answer) -> &str {
    assert_eq!(answer.code(), "INVALID_INPUT", "{}", answer.body);
    answer.body["fields"][0]["field"].as_str().unwrap()
}

async fn a_changed_password_signs_out_everybody_else(test: TestDb) {
    let stage = Stage::new(test).await;
    let mut ada = stage.person("ada").await;
    let bob = stage.person("bob").await;
    let mut other = stage.anybody();
    other.cookie = Some(with_password(&stage, PASSWORD).await.cookie());
    let made = super::access_tokens::token_of(&ada, &["read"]).await;
    let mut program = stage.anybody();
    program.token = Some(made["token"].as_str().unwrap().to_owned());

    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    let changed = ada.put("/me/password", &change).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    for ended in [&ada, &other] {
        assert_eq!(ended.get("/me").await.status, 401);
    }
    let before = ada.cookie.replace(changed.cookie());
    assert_ne!(before, ada.cookie);
    for here in [&ada, &bob, &program] {
        assert_eq!(here.get("/me").await.status, 200);
    }
    assert_eq!(with_password(&stage, PASSWORD).await.status, 401);
    assert_eq!(with_password(&stage, NEW).await.status, 200);
}

async fn a_new_password_follows_the_rules_of_sign_up(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        ada.put("/me/password", &body).await
    };
    for weak in ["", "short", "ada@example.com", "password1234"] {
        assert_eq!(
            field(&change(PASSWORD, weak).await),
            "new_password",
            "{weak}"
        );
    }
    assert_eq!(
        field(&change("not the right secret", NEW).await),
        "current_password"
    );
    assert_eq!(ada.get("/me").await.status, 200);
    for _ in 0..4 {
        change("not the right secret", NEW).await;
    }
    assert_eq!(change(PASSWORD, NEW).await.code(), "RATE_LIMITED");
    stage.app.clock.advance(Duration::from_secs(60));
    assert_eq!(change(PASSWORD, NEW).await.status, 204);
}

async fn what_could_do_lasting_harm_wants_a_fresh_confirmation(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let wish = json!({ "name": "Build server", "scopes": ["read"] });
    stage.app.clock.advance(Duration::from_secs(600));
    assert_eq!(ada.post("/tokens", &wish).await.status, 201);
    stage.app.clock.advance(Duration::from_secs(1));
    for (method, path, body) in [
        ("POST", "/tokens", Some(&wish)),
        ("POST", "/me/totp", None),
        ("DELETE", "/me/totp", None),
        ("POST", "/me/totp/recovery-codes", None),
    ] {
        let answer = ada.call(method, path, body).await;
        assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"), "{path}");
        assert_eq!(answer.body["step_up"], true, "{path}");
    }
    let confirm = async |body: Value| ada.post("/auth/confirm", &body).await;
    assert_eq!(field(&confirm(json!({})).await), "password");
    assert_eq!(
        field(&confirm(json!({ "code": "123456" })).await),
        "password"
    );
    let wrong = json!({ "password": "not the right secret" });
    assert_eq!(field(&confirm(wrong).await), "password");
    assert_eq!(ada.post("/tokens", &wish).await.status, 403);
    assert_eq!(confirm(json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(ada.post("/tokens", &wish).await.status, 201);
}

async fn with_a_second_factor_a_password_alone_signs_nobody_in(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, secret, _) = ada_with_factor(&stage).await;
    let standing = ada.get("/me/totp").await.body;
    assert_eq!(
        standing,
        json!({ "on_since": "2026-11-22T10:00:00Z", "recovery_codes_left": 10 })
    );
    let wanted = with_password(&stage, PASSWORD).await;
    assert_eq!(says(&wanted), (401, "UNAUTHENTICATED", true));
    assert_eq!(
        says(&with_code(&stage, " ").await),
        (401, "UNAUTHENTICATED", true)
    );
    // Whoever does not know the password learns nothing of the second factor.
    let wrong = with_password(&stage, "not the right secret").await;
    assert_eq!(says(&wrong), (401, "UNAUTHENTICATED", false));
    let unknown = json!({ "email": "nobody@example.com", "password": PASSWORD, "code": "123456" });
    let unknown = sign_in(&stage, unknown).await;
    assert_eq!((unknown.status, &unknown.body), (401, &wrong.body));
    let code = shown(&secret, stage.app.clock.now(), 1);
    let mut body = json!({ "email": "ada@example.com", "password": "wrong", "code": code });
    assert_eq!(sign_in(&stage, body.clone()).await.body, wrong.body);
    body["password"] = json!(PASSWORD);
    assert_eq!(
        sign_in(&stage, body).await.status,
        200,
        "a wrong password uses up no code"
    );
}

async fn a_code_is_taken_once_and_within_one_step(test: TestDb) {
    let stage = Stage::new(test).await;
    let (_, secret, _) = ada_with_factor(&stage).await;
    let code = |steps| shown(&secret, stage.app.clock.now(), steps);
    // The one that turned it on, then the next, then that one again.
    for (steps, status) in [(0, 401), (2, 401), (1, 200), (1, 401), (0, 401)] {
        let answer = with_code(&stage, &code(steps)).await;
        assert_eq!(answer.status, status, "{steps}");
        assert!(status == 200 || says(&answer).2);
    }
    stage.app.clock.advance(Duration::from_secs(120));
    for (steps, status) in [
        (-2, 401),
        (-1, 200),
        (-1, 401),
        (0, 200),
        (1, 200),
        (0, 401),
    ] {
        assert_eq!(
            with_code(&stage, &code(steps)).await.status,
            status,
            "{steps}"
        );
        stage.app.clock.advance(Duration::ZERO);
    }
}

async fn a_recovery_code_is_good_for_one_time(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, secret, codes) = ada_with_factor(&stage).await;
    assert_eq!(codes.len(), 10);
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(with_code(&stage, &typed).await.status, 200);
    assert_eq!(
        says(&with_code(&stage, &codes[0]).await),
        (401, "UNAUTHENTICATED", true)
    );
    assert_eq!(ada.get("/me/totp").await.body["recovery_codes_left"], 9);
    let others = ada.post("/me/totp/recovery-codes", &json!({})).await.body;
    assert_eq!(with_code(&stage, &codes[1]).await.status, 401);
    let other = others["recovery_codes"][3].as_str().unwrap();
    assert_eq!(with_code(&stage, other).await.status, 200);
    assert_eq!(ada.get("/me/totp").await.body["recovery_codes_left"], 9);
    let code = shown(&secret, stage.app.clock.now(), 1);
    assert_eq!(with_code(&stage, &code).await.status, 200);
    let used = Filter {
        action: Some("totp.recovery_code_used".to_owned()),
        ..Filter::default()
    };
    let used = read::after(&stage.app.db, &used, 0, 9).await;
    assert_eq!(used.unwrap().len(), 2);
}

async fn a_second_factor_is_what_confirms_and_what_can_be_turned_off(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, secret, codes) = ada_with_factor(&stage).await;
    stage.app.clock.advance(Duration::from_secs(601));
    assert_eq!(ada.delete("/me/totp").await.body["step_up"], true);
    let confirm = async |body: Value| ada.post("/auth/confirm", &body).await;
    assert_eq!(
        field(&confirm(json!({ "password": PASSWORD })).await),
        "code"
    );
    let code = shown(&secret, stage.app.clock.now(), 0);
    assert_eq!(confirm(json!({ "code": code })).await.status, 204);
    assert_eq!(field(&confirm(json!({ "code": code })).await), "code");
    assert_eq!(confirm(json!({ "code": codes[5] })).await.status, 204);
    assert_eq!(field(&confirm(json!({ "code": codes[5] })).await), "code");

    assert_eq!(ada.delete("/me/totp").await.status, 204);
    assert_eq!(ada.delete("/me/totp").await.status, 404);
    assert_eq!(with_password(&stage, PASSWORD).await.status, 200);
    let standing = ada.get("/me/totp").await.body;
    assert_eq!(
        standing,
        json!({ "on_since": null, "recovery_codes_left": 0 })
    );
    let answer = ada.post("/me/totp/recovery-codes", &json!({})).await;
    assert_eq!(answer.code(), "CONFLICT");
}

async fn with_a_second_factor_a_password_alone_changes_no_password(test: TestDb) {
    let stage = Stage::new(test).await;
    let (mut ada, secret, _) = ada_with_factor(&stage).await;
    stage.app.clock.advance(Duration::from_secs(601));
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    let refused = ada.put("/me/password", &change).await;
    assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"));
    assert_eq!(refused.body["step_up"], true);
    let code = shown(&secret, stage.app.clock.now(), 0);
    let confirmed = ada.post("/auth/confirm", &json!({ "code": code })).await;
    assert_eq!(confirmed.status, 204);
    stage.app.clock.advance(Duration::from_secs(599));
    let changed = ada.put("/me/password", &change).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    ada.cookie = Some(changed.cookie());
    // The password has confirmed nothing for longer.
    stage.app.clock.advance(Duration::from_secs(2));
    assert_eq!(ada.delete("/me/totp").await.body["step_up"], true);
}

async fn a_second_factor_signs_out_who_came_without_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let mut other = stage.anybody();
    other.cookie = Some(with_password(&stage, PASSWORD).await.cookie());
    let setup = ada.post("/me/totp", &json!({})).await.body;
    let code = shown(setup["secret"].as_str().unwrap(), stage.app.clock.now(), 0);
    assert_eq!(other.get("/me").await.status, 200);
    let on = ada.put("/me/totp", &json!({ "code": code })).await;
    assert_eq!(on.status, 200, "{}", on.body);
    assert_eq!(other.get("/me").await.status, 401);
}

async fn a_secret_counts_only_after_its_first_code(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let code = json!({ "code": "123456" });
    assert_eq!(ada.put("/me/totp", &code).await.code(), "CONFLICT");
    let first = ada.post("/me/totp", &json!({})).await.body;
    assert!(
        first["uri"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Film%20Generator:ada@example.com?secret=")
    );
    assert!(first["qr_svg"].as_str().unwrap().contains("<svg"));
    assert_eq!(with_password(&stage, PASSWORD).await.status, 200);
    let second = ada.post("/me/totp", &json!({})).await.body;
    assert_ne!(first["secret"], second["secret"]);
    let now = stage.app.clock.now();
    let of = |setup: &Value| json!({ "code": shown(setup["secret"].as_str().unwrap(), now, 0) });
    assert_eq!(field(&ada.put("/me/totp", &of(&first)).await), "code");
    assert_eq!(with_password(&stage, PASSWORD).await.status, 200);
    let mut ada = ada;
    let on = ada.put("/me/totp", &of(&second)).await;
    ada.cookie = Some(on.cookie());
    assert_eq!(ada.post("/me/totp", &json!({})).await.code(), "CONFLICT");
    assert_eq!(ada.put("/me/totp", &of(&second)).await.code(), "CONFLICT");
}

async fn codes_cannot_be_guessed_as_often_as_one_likes(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, secret, codes) = ada_with_factor(&stage).await;
    let mut judged = 0;
    for guess in 0..200 {
        stage.app.clock.advance(Duration::from_secs(1));
        let body = json!({ "code": format!("{guess:06}") });
        let answer = ada.post("/auth/confirm", &body).await;
        judged += i32::from(answer.code() == "INVALID_INPUT");
    }
    assert!((10..=14).contains(&judged), "{judged}");
    let right = shown(&secret, stage.app.clock.now(), 0);
    for code in [&right, &codes[0]] {
        let answer = ada.post("/auth/confirm", &json!({ "code": code })).await;
        assert_eq!(answer.code(), "RATE_LIMITED");
    }
    stage.app.clock.advance(Duration::from_secs(60));
    let answer = ada
        .post("/auth/confirm", &json!({ "code": codes[0] }))
        .await;
    assert_eq!(answer.status, 204);
}
