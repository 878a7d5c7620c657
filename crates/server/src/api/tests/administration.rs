//! The instance over the API, for those who run it: accounts, organizations, the environment. To
//! everybody else all of it is forbidden.

use super::{
    ledger::{give_key, organization, picture},
    support::{Person, Stage},
};
use serde_json::json;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    who_does_not_run_the_instance_gets_nothing_of_it,
    accounts_are_listed_found_and_paged,
    a_disabled_account_is_out_at_once_and_its_work_stops,
    the_last_who_runs_the_instance_stays,
    a_plan_is_set_and_the_organization_can_read_who_did,
    the_environment_is_shown_without_a_secret,
    the_overview_counts,
);

async fn id(person: &Person) -> String {
    let me = person.get("/me").await.body;
    me["user"]["id"].as_str().unwrap().to_owned()
}

async fn who_does_not_run_the_instance_gets_nothing_of_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let studio = organization(&stage, &bob).await;
    let account = format!("/admin/accounts/{}", id(&ada).await);
    let plan = format!("/admin/organizations/{studio}");
    let calls = [
        ("GET", "/admin", None),
        ("GET", "/admin/accounts", None),
        ("PATCH", account.as_str(), Some(json!({"disabled": true}))),
        (
            "PATCH",
            "/admin/accounts/nobody",
            Some(json!({"is_admin": true})),
        ),
        ("GET", "/admin/organizations", None),
        ("PATCH", plan.as_str(), Some(json!({"plan": "free"}))),
        ("GET", "/admin/environment", None),
        ("GET", "/admin/audit", None),
        ("GET", "/admin/audit.csv", None),
        ("GET", "/admin/audit.jsonl", None),
    ];
    for (method, path, body) in calls {
        let refused = bob.call(method, path, body.as_ref()).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "FORBIDDEN"),
            "{method} {path}"
        );
        let nobody = stage.anybody().call(method, path, body.as_ref()).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
    }
    assert_eq!(ada.get("/me").await.status, 200);
}

async fn accounts_are_listed_found_and_paged(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for name in ["bob", "cat", "dan"] {
        stage.person(name).await;
    }
    let names = |body: &serde_json::Value| {
        let data = body["data"].as_array().unwrap().iter();
        data.map(|account| account["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = ada.get("/admin/accounts?limit=3").await.body;
    assert_eq!(names(&first), ["ada", "bob", "cat"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = ada
        .get(&format!("/admin/accounts?limit=3&cursor={cursor}"))
        .await;
    assert_eq!(names(&rest.body), ["dan"]);
    assert_eq!(rest.body["next_cursor"], json!(null));
    let found = ada.get("/admin/accounts?search=CAT").await.body;
    assert_eq!(names(&found), ["cat"]);
    let cat = &found["data"][0];
    assert_eq!(cat["last_seen_at"], "2026-11-22T10:00:00Z");
    assert_eq!(
        (&cat["is_admin"], &cat["disabled_at"]),
        (&json!(false), &json!(null))
    );
    assert!(cat.get("password_hash").is_none());
    let wrong = ada.get("/admin/accounts?is_admin=true").await;
    assert_eq!(wrong.status, 422);
}

async fn a_disabled_account_is_out_at_once_and_its_work_stops(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    give_key(&bob, "gemini").await;
    let asked = bob.post("/generations", &picture()).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let path = format!("/admin/accounts/{}", id(&bob).await);
    for wrong in [json!({}), json!({"disabled": true, "is_admin": true})] {
        assert_eq!(ada.patch(&path, &wrong).await.status, 422, "{wrong}");
    }
    let disabled = ada.patch(&path, &json!({"disabled": true})).await;
    assert_eq!(disabled.status, 200, "{}", disabled.body);
    assert_eq!(disabled.body["disabled_at"], "2026-11-22T10:00:00Z");
    assert_eq!(bob.get("/me").await.status, 401);
    let sign_in = json!({"email": "bob@example.com", "password": "a long enough secret"});
    let refused = stage.anybody().post("/auth/sign-in", &sign_in).await;
    assert_eq!(refused.status, 401);
    stage.start_worker();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(
        stage.received().await.is_empty(),
        "nothing is sent any more"
    );

    let enabled = ada.patch(&path, &json!({"disabled": false})).await;
    assert_eq!(enabled.body["disabled_at"], json!(null));
    assert_eq!(bob.get("/me").await.status, 401, "the session is over");
    let again = stage.anybody().post("/auth/sign-in", &sign_in).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let mut back = stage.anybody();
    back.cookie = Some(again.cookie());
    let generation = asked.body["id"].as_str().unwrap();
    let found = back.get(&format!("/generations/{generation}")).await.body;
    assert_eq!(found["status"], "cancelled");
    assert_eq!(
        ada.patch("/admin/accounts/nobody", &json!({"disabled": true}))
            .await
            .status,
        404
    );
}

async fn the_last_who_runs_the_instance_stays(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let (own, other) = (
        format!("/admin/accounts/{}", id(&ada).await),
        format!("/admin/accounts/{}", id(&bob).await),
    );
    for wish in [json!({"is_admin": false}), json!({"disabled": true})] {
        let refused = ada.patch(&own, &wish).await;
        assert_eq!(
            (refused.status, refused.code()),
            (409, "CONFLICT"),
            "{wish}"
        );
    }
    assert_eq!(
        ada.patch(&other, &json!({"is_admin": true})).await.status,
        200
    );
    assert_eq!(bob.get("/admin").await.status, 200, "at once");
    assert_eq!(
        bob.patch(&own, &json!({"is_admin": false})).await.status,
        200
    );
    assert_eq!(ada.get("/admin").await.status, 403, "at once");
}

async fn a_plan_is_set_and_the_organization_can_read_who_did(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let studio = organization(&stage, &bob).await;
    let path = format!("/admin/organizations/{studio}");
    let before = ada.get("/admin/organizations").await.body;
    assert_eq!(before["data"][0]["members"], 1);
    let other = match before["data"][0]["plan"].as_str().unwrap() {
        "free" => "premium",
        _ => "free",
    };
    let set = ada.patch(&path, &json!({"plan": other})).await;
    assert_eq!((set.status, &set.body["plan"]), (200, &json!(other)));
    assert_eq!(ada.patch(&path, &json!({"plan": "gold"})).await.status, 422);
    let nowhere = ada
        .patch("/admin/organizations/nowhere", &json!({"plan": "free"}))
        .await;
    assert_eq!(nowhere.status, 404);
    let audit = bob
        .get(&format!("/organizations/{studio}/audit"))
        .await
        .body;
    assert_eq!(audit["data"][0]["action"], "organization.plan_set");
    assert_eq!(audit["data"][0]["actor"]["name"], "ada");
    let me = bob.get("/me").await.body;
    assert_eq!(me["organizations"][0]["plan"], other);
}

async fn the_environment_is_shown_without_a_secret(test: TestDb) {
    let variables = [
        ("GEMINI_API_KEY", "sandbox-canary-0123456789"),
        ("FILM_METRICS_TOKEN", "scrape-canary-0123456789"),
        ("FILM_ENVIRONMENT_KEYS", "admins"),
        (
            "MODAL_IMAGE_ENDPOINT",
            "https://film--image.modal.run/secret-path",
        ),
    ];
    let stage = Stage::with_environment(test, &variables).await;
    let ada = stage.person("ada").await;
    let found = ada.get("/admin/environment").await;
    assert_eq!(found.status, 200);
    let text = String::from_utf8(found.bytes.clone()).unwrap();
    for secret in ["canary", "6789", "secret-path", "8f1d0c2b"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(found.body["serves"], "admins");
    let keys = found.body["keys"].as_array().unwrap();
    for key in keys {
        let is_set = key["provider"] == "gemini";
        assert_eq!(key["is_set"], is_set, "{key}");
    }
    assert!(keys.len() >= 10);
    let settings = found.body["settings"].as_array().unwrap();
    let token = settings
        .iter()
        .find(|row| row["variable"] == "FILM_METRICS_TOKEN");
    assert_eq!(token.unwrap()["value"], "set");
}

async fn the_overview_counts(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    organization(&stage, &bob).await;
    let path = format!("/admin/accounts/{}", id(&bob).await);
    ada.patch(&path, &json!({"disabled": true})).await;
    let found = ada.get("/admin").await.body;
    assert_eq!(
        (&found["accounts"], &found["disabled_accounts"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&found["organizations"], &found["unfinished"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(found["this_month"]["micro_usd"], 0);
}
