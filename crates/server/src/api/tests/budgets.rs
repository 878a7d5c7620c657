//! Budgets over the API: who sets which, what they refuse and how that is told.

use super::{
    ledger::{give_key, join, organization, picture},
    support::Stage,
};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    what_does_not_fit_is_refused_before_anything_is_sent,
    of_many_at_once_only_as_many_run_as_fit,
    an_unknown_price_is_refused_unless_the_budget_allows_it,
    a_soft_budget_only_warns,
    each_budget_is_set_by_whom_it_belongs_to,
    a_shared_projects_budget_holds_for_everybody_in_it,
    the_servers_budget_stops_what_it_pays_and_nothing_else,
);

async fn most(ada: &super::support::Person) -> i64 {
    let priced = ada.post("/estimates", &picture()).await.body;
    priced["micro_usd"]["high"].as_i64().unwrap()
}

async fn what_does_not_fit_is_refused_before_anything_is_sent(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let price = most(&ada).await;
    let limit = json!({ "limit_micro_usd": price * 2 - 1 });
    let set = ada.put("/budgets/user/daily", &limit).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let queued = ada.post("/generations", &picture()).await;
    assert_eq!(queued.status, 202, "{}", queued.body);
    let standing = ada.get("/budgets/user").await.body;
    assert_eq!(standing["data"][0]["reserved_micro_usd"], price);
    assert_eq!(standing["data"][0]["left_micro_usd"], price - 1);

    let refused = ada.post("/generations", &picture()).await;
    assert_eq!((refused.status, refused.code()), (402, "BUDGET_EXCEEDED"));
    let budget = &refused.body["budget"];
    assert_eq!(
        *budget,
        json!({
            "whose": "user",
            "period": "daily",
            "limit_micro_usd": price * 2 - 1,
            "left_micro_usd": price - 1,
            "price_micro_usd": price,
            "resets_at": "2026-11-23T00:00:00Z",
            "reason": "spent",
        })
    );
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("Your daily budget does not cover this"),
        "{detail}"
    );
    let priced = ada.post("/estimates", &picture()).await;
    assert_eq!(
        (priced.status, &priced.body["status"]),
        (200, &json!("known"))
    );
    assert_eq!(priced.body["problem"]["budget"], *budget);
    let listed = ada.get("/generations").await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert!(stage.received().await.is_empty());

    // What is cancelled before it was sent gives its place back.
    let id = queued.body["id"].as_str().unwrap();
    ada.post(&format!("/generations/{id}/cancel"), &json!({}))
        .await;
    assert_eq!(ada.post("/generations", &picture()).await.status, 202);
    assert_eq!(ada.delete("/budgets/user/daily").await.status, 204);
    assert_eq!(ada.delete("/budgets/user/daily").await.status, 404);
    assert_eq!(ada.post("/generations", &picture()).await.status, 202);
}

async fn of_many_at_once_only_as_many_run_as_fit(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let limit = json!({ "limit_micro_usd": most(&ada).await * 3 });
    ada.put("/budgets/user/monthly", &limit).await;
    stage.start_worker();
    let wish = picture();
    let asked = (0..30).map(|_| ada.post("/generations", &wish));
    let answers = futures::future::join_all(asked).await;
    let count = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((count(202), count(402)), (3, 27));
    for answer in answers.iter().filter(|answer| answer.status == 202) {
        let id = answer.body["id"].as_str().unwrap();
        assert_eq!(ada.finished(&stage, id).await["status"], "succeeded");
    }
    let now = ada.get("/budgets").await.body;
    assert_eq!(now["data"][0]["reserved_micro_usd"], 0);
    assert_eq!(now["data"][0]["spent_micro_usd"], limit["limit_micro_usd"]);
    assert_eq!(now["data"][0]["state"], "used_up");
}

async fn an_unknown_price_is_refused_unless_the_budget_allows_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "openrouter").await;
    let unlisted = json!({ "operation": "llm", "provider": "openrouter", "model": "maker/new-model", "input": { "prompt": "x" } });
    let mut terms = json!({ "limit_micro_usd": 1_000_000 });
    ada.put("/budgets/user/daily", &terms).await;
    let refused = ada.post("/generations", &unlisted).await;
    assert_eq!((refused.status, refused.code()), (402, "BUDGET_EXCEEDED"));
    assert_eq!(refused.body["budget"]["reason"], "unknown_price");
    assert_eq!(refused.body["budget"]["price_micro_usd"], Value::Null);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("nobody knows the price"), "{detail}");
    terms["unknown_prices"] = json!("allow");
    ada.put("/budgets/user/daily", &terms).await;
    assert_eq!(ada.post("/generations", &unlisted).await.status, 202);
}

async fn a_soft_budget_only_warns(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let price = most(&ada).await;
    let terms = json!({ "limit_micro_usd": price * 4, "hard": false, "warn_percent": 50 });
    let set = ada.put("/budgets/user/daily", &terms).await.body;
    assert_eq!(set["unknown_prices"], "allow");
    for state in ["fine", "warning", "warning", "used_up", "used_up"] {
        assert_eq!(ada.post("/generations", &picture()).await.status, 202);
        let now = ada.get("/budgets/user").await.body;
        assert_eq!(now["data"][0]["state"], state);
    }
}

async fn each_budget_is_set_by_whom_it_belongs_to(test: TestDb) {
    let stage = Stage::new(test).await;
    // The first account runs the instance.
    let (root, ada, eve, bob) = (
        stage.person("root").await,
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let studio = organization(&stage, &ada).await;
    join(&stage, &studio, &eve).await;
    let wish = json!({ "name": "Film", "organization_id": studio });
    let film = eve.post("/projects", &wish).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_film = format!("/budgets/projects/{film}/daily");
    let of_studio = format!("/budgets/organizations/{studio}/monthly");
    let limit = json!({ "limit_micro_usd": 5_000_000 });
    for (path, statuses) in [
        // root, ada (runs the organization), eve (made the project), bob (a stranger)
        ("/budgets/user/daily", [200, 200, 200, 200]),
        ("/budgets/instance/daily", [200, 403, 403, 403]),
        (of_studio.as_str(), [404, 200, 403, 404]),
        (of_film.as_str(), [404, 200, 200, 404]),
        ("/budgets/user/weekly", [404, 404, 404, 404]),
        ("/budgets/everybody/daily", [404, 404, 404, 404]),
    ] {
        for (person, status) in [&root, &ada, &eve, &bob].into_iter().zip(statuses) {
            let answer = person.put(path, &limit).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
    }
    // Who may not set it may still see it where it concerns them, and nobody else may.
    let seen = async |person: &super::support::Person, path: &str| person.get(path).await.status;
    assert_eq!(
        seen(&eve, &format!("/budgets/organizations/{studio}")).await,
        200
    );
    assert_eq!(seen(&ada, &format!("/budgets/projects/{film}")).await, 200);
    assert_eq!(seen(&bob, &format!("/budgets/projects/{film}")).await, 404);
    assert_eq!(seen(&bob, "/budgets/instance").await, 403);
    let of_eve = eve.get("/budgets").await.body;
    let whose: Vec<_> = of_eve["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|budget| budget["whose"].as_str().unwrap())
        .collect();
    assert_eq!(whose, ["user", "organization"]);
    for (terms, field) in [
        (json!({ "limit_micro_usd": -1 }), "limit_micro_usd"),
        (
            json!({ "limit_micro_usd": 1, "warn_percent": 0 }),
            "warn_percent",
        ),
        (json!({ "limit_micro_usd": 1, "owner": "x" }), "owner"),
    ] {
        let wrong = ada.put("/budgets/user/daily", &terms).await;
        assert_eq!(wrong.code(), "INVALID_INPUT");
        assert_eq!(wrong.body["fields"][0]["field"], field);
    }
}

async fn a_shared_projects_budget_holds_for_everybody_in_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    give_key(&ada, "gemini").await;
    give_key(&eve, "gemini").await;
    let studio = organization(&stage, &ada).await;
    join(&stage, &studio, &eve).await;
    let film = json!({ "name": "Film", "organization_id": studio });
    let film = ada.post("/projects", &film).await.body["id"].clone();
    let mut wish = picture();
    wish["project_id"] = film.clone();
    let limit = json!({ "limit_micro_usd": most(&ada).await });
    let path = format!("/budgets/projects/{}/daily", film.as_str().unwrap());
    assert_eq!(ada.put(&path, &limit).await.status, 200);
    assert_eq!(eve.post("/generations", &wish).await.status, 202);
    let refused = ada.post("/generations", &wish).await;
    assert_eq!(refused.body["budget"]["whose"], "project");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("This project's daily budget"),
        "{detail}"
    );
    // Outside of the project it does not count.
    assert_eq!(ada.post("/generations", &picture()).await.status, 202);
}

async fn the_servers_budget_stops_what_it_pays_and_nothing_else(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let (root, ada) = (stage.person("root").await, stage.person("ada").await);
    let nothing = json!({ "limit_micro_usd": 0 });
    assert_eq!(
        root.put("/budgets/instance/daily", &nothing).await.status,
        200
    );
    let refused = ada.post("/generations", &picture()).await;
    assert_eq!(
        refused.body["budget"]["whose"], "instance",
        "{}",
        refused.body
    );
    give_key(&ada, "gemini").await;
    assert_eq!(ada.post("/generations", &picture()).await.status, 202);
}
