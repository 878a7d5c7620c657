//! Too many requests are refused, each person's and each address's by themselves, and every answer
//! says what is left.

use super::support::Stage;
use serde_json::json;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    too_many_requests_are_refused_until_later,
    nobody_pays_for_others,
    guesses_of_access_tokens_are_counted,
);

async fn too_many_requests_are_refused_until_later(test: TestDb) {
    let limits = [("FILM_RATE_LIMITS", "reads=2,writes=2,generations=1")];
    let stage = Stage::with_environment(test, &limits).await;
    let ada = stage.person("ada").await;
    let first = ada.get("/me").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.headers["ratelimit-policy"], "\"reads\";q=2;w=60");
    assert_eq!(first.headers["ratelimit"], "\"reads\";r=1;t=30");
    assert_eq!(ada.get("/me").await.status, 200);
    let refused = ada.get("/me").await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    let wait: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(refused.body["retry_after"], wait);
    assert_eq!(refused.headers["ratelimit"], "\"reads\";r=0;t=60");

    let question = json!({ "operation": "image" });
    assert_ne!(ada.post("/resolve", &question).await.status, 429);
    assert_eq!(ada.post("/resolve", &question).await.status, 429);
    let film = json!({ "name": "Film" });
    assert_eq!(ada.post("/projects", &film).await.status, 201);
}

async fn nobody_pays_for_others(test: TestDb) {
    let limits = [("FILM_RATE_LIMITS", "reads=1,anonymous=5")];
    let stage = Stage::with_environment(test, &limits).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    assert_eq!(ada.get("/me").await.status, 200);
    assert_eq!(ada.get("/me").await.status, 429);
    assert_eq!(bob.get("/me").await.status, 200);
    let nobody = stage.anybody();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(nobody.get("/me").await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429], "two have signed up");
    let answer = nobody.get("/me").await;
    assert_eq!(answer.headers["ratelimit-policy"], "\"anonymous\";q=5;w=60");
}

async fn guesses_of_access_tokens_are_counted(test: TestDb) {
    let stage = Stage::with_environment(test, &[("FILM_RATE_LIMITS", "anonymous=3")]).await;
    let mut program = stage.anybody();
    program.token = Some(format!("fgp_{}", "A".repeat(43)));
    for left in ["r=2", "r=1", "r=0"] {
        let answer = program.get("/me").await;
        assert_eq!(answer.status, 401);
        let told = answer.headers["ratelimit"].to_str().unwrap();
        assert!(told.contains(left), "{told}");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
    assert_eq!(program.get("/me").await.status, 429);
}
