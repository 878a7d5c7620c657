//! Accounts over the API.

use super::support::Stage;
use serde_json::json;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    the_first_account_runs_the_instance,
    signing_out_ends_the_session_on_the_server,
    unknown_and_wrong_are_told_alike,
    everything_else_is_closed,
);

async fn the_first_account_runs_the_instance(test: TestDb) {
    let stage = Stage::new(test).await;
    let first = stage.person("ada").await.get("/me").await.body;
    assert_eq!(first["user"]["is_admin"], true);
    assert_eq!(first["roles"], json!(["admin"]));
    let second = stage.person("eva").await.get("/me").await.body;
    assert_eq!(second["user"]["is_admin"], false);
}

async fn signing_out_ends_the_session_on_the_server(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(ada.get("/me").await.status, 200);
    assert_eq!(ada.call("POST", "/auth/sign-out", None).await.status, 204);
    assert_eq!(ada.get("/me").await.code(), "UNAUTHENTICATED");
}

async fn unknown_and_wrong_are_told_alike(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.person("ada").await;
    let try_in = async |email: &str| {
        let body = json!({ "email": email, "password": "not the right secret" });
        let answer = stage.anybody().post("/auth/sign-in", &body).await;
        (answer.status, answer.body)
    };
    let wrong = try_in("ada@example.com").await;
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong, try_in("nobody@example.com").await);
}

async fn everything_else_is_closed(test: TestDb) {
    let stage = Stage::new(test).await;
    let anybody = stage.anybody();
    for path in [
        "/me",
        "/providers",
        "/providers/gemini/models",
        "/settings",
        "/projects",
        "/projects/x",
        "/projects/x/settings",
        "/generations",
        "/generations/x",
        "/generations/x/events",
        "/events",
        "/outputs/x",
    ] {
        let answer = anybody.get(path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "UNAUTHENTICATED"),
            "{path}"
        );
    }
    for path in [
        "/projects",
        "/resolve",
        "/estimates",
        "/generations",
        "/keys/gemini/test",
    ] {
        let answer = anybody.post(path, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "UNAUTHENTICATED"),
            "{path}"
        );
    }
}
