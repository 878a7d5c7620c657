//! The plan of a project over the API: what it comes to and what is in the way, before anything is
//! sent.

use super::{
    ledger::{give_key, join, organization},
    support::{Person, Stage},
};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_plan_is_priced_without_a_single_request,
    what_is_in_the_way_says_where_it_is_cured,
    budgets_are_held_against_the_sum_and_not_against_each_item,
    what_has_no_known_price_is_refused_where_a_budget_refuses_it,
    what_nobody_could_generate_is_not_planned,
    a_picture_that_something_needs_stays_in_the_plan,
    a_plan_is_for_the_people_of_its_project,
);

/// A project of a person.
pub(super) async fn film(person: &Person) -> String {
    let made = person.post("/projects", &json!({ "name": "Film" })).await;
    made.body["id"].as_str().unwrap().to_owned()
}

pub(super) fn picture(prompt: &str) -> Value {
    json!({ "step": "scenes", "provider": "gemini", "input": { "prompt": prompt } })
}

pub(super) fn unlisted() -> Value {
    json!({ "step": "story", "provider": "openrouter", "model": "maker/new-model", "input": { "prompt": "x" } })
}

/// Adds items to a plan; their ids.
pub(super) async fn add(person: &Person, film: &str, items: &[Value]) -> Vec<String> {
    let path = format!("/projects/{film}/plan");
    let added = person.post(&path, &json!({ "items": items })).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let ids = added.body["ids"].as_array().unwrap();
    ids.iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

pub(super) async fn plan(person: &Person, film: &str) -> Value {
    let answer = person.get(&format!("/projects/{film}/plan")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn problem(item: &Value) -> (&str, &str) {
    let blocker = &item["blockers"][0];
    (
        blocker["problem"]["code"].as_str().unwrap_or("none"),
        blocker["cure"]["href"].as_str().unwrap_or("none"),
    )
}

async fn a_plan_is_priced_without_a_single_request(test: TestDb) {
    let variables = [("OPENROUTER_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let film = film(&ada).await;
    let story =
        json!({ "step": "story", "provider": "openrouter", "input": { "prompt": "A fox" } });
    let ids = add(
        &ada,
        &film,
        &[picture("one"), story, picture("two"), unlisted()],
    )
    .await;
    let now = plan(&ada, &film).await;
    let items = now["items"].as_array().unwrap();
    let listed: Vec<_> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ids);
    assert!(
        items
            .iter()
            .all(|item| item["state"] == "planned" && item["blockers"] == json!([]))
    );
    assert_eq!(
        (&items[0]["operation"], &items[0]["input"]["prompt"]),
        (&json!("image"), &json!("one"))
    );

    let high = |item: &Value| item["offer"]["estimate"]["micro_usd"]["high"].as_i64();
    assert_eq!(high(&items[3]), None);
    let sum: i64 = items.iter().filter_map(high).sum();
    assert!(sum > 0);
    let all = &now["totals"]["all"];
    assert_eq!((&all["items"], &all["unknown"]), (&json!(4), &json!(1)));
    assert_eq!(all["micro_usd"]["high"], sum);
    let pictures = &now["totals"]["by_operation"]["image"];
    assert_eq!(pictures["items"], 2);
    assert_eq!(pictures["micro_usd"]["high"], high(&items[0]).unwrap() * 2);
    assert_eq!(now["totals"]["by_provider"]["gemini"], *pictures);
    assert_eq!(now["totals"]["by_payer"]["user"], *pictures);
    assert_eq!(now["totals"]["by_payer"]["instance"]["unknown"], 1);
    assert_eq!(
        now["agreed"],
        json!({ "most_micro_usd": sum, "unknown": 1, "payers": ["user", "instance"] })
    );
    assert_eq!((&now["blocked"], &now["batch"]), (&json!(0), &Value::Null));
    assert!(stage.received().await.is_empty());
}

async fn what_is_in_the_way_says_where_it_is_cured(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let film = film(&ada).await;
    let clip = json!({ "step": "videos", "provider": "kie", "input": { "prompt": "It turns", "image": "https://example.com/a.png" } });
    let odd = json!({ "step": "scenes", "provider": "gemini", "input": { "prompt": "x", "aspect_ratio": "7:3" } });
    let gone = json!({ "step": "scenes", "provider": "kie", "model": "no/such-model", "input": { "prompt": "x" } });
    let ids = add(&ada, &film, &[clip, odd, gone, picture("fine")]).await;
    let on_odd = json!({ "step": "videos", "provider": "kie", "input": { "prompt": "x", "image": format!("item:{}", ids[1]) } });
    add(&ada, &film, &[on_odd]).await;
    let now = plan(&ada, &film).await;
    let items = now["items"].as_array().unwrap();
    assert_eq!(problem(&items[0]), ("API_KEY_REQUIRED", "/settings#video"));
    assert_eq!(
        items[0]["blockers"][0]["cure"]["words"],
        "Give a key for KIE.ai"
    );
    // What it would cost is known without a key.
    assert!(
        items[0]["offer"]["estimate"]["micro_usd"]["high"]
            .as_i64()
            .unwrap()
            > 0
    );
    assert_eq!(items[0]["offer"]["payer"], Value::Null);
    let settings = format!("/projects/{film}/settings#image");
    assert_eq!(problem(&items[1]), ("INVALID_INPUT", settings.as_str()));
    assert_eq!(
        items[1]["blockers"][0]["problem"]["fields"][0]["field"],
        "input.aspect_ratio"
    );
    assert_ne!(items[2]["blockers"], json!([]));
    assert_eq!(problem(&items[3]), ("none", "none"));
    // A clip of a picture that cannot be made, without a key either: both are told.
    let codes: Vec<_> = items[4]["blockers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|blocker| blocker["problem"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["API_KEY_REQUIRED", "CONFLICT"]);
    assert_eq!(
        (&now["blocked"], &now["totals"]["all"]["items"]),
        (&json!(4), &json!(1))
    );

    give_key(&ada, "kie").await;
    let now = plan(&ada, &film).await;
    assert_eq!(problem(&now["items"][0]), ("none", "none"));
    assert_eq!(problem(&now["items"][4]).0, "CONFLICT");
    assert!(stage.received().await.is_empty());
}

async fn budgets_are_held_against_the_sum_and_not_against_each_item(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let film = film(&ada).await;
    add(
        &ada,
        &film,
        &[picture("one"), picture("two"), picture("three")],
    )
    .await;
    let sum = plan(&ada, &film).await["totals"]["all"]["micro_usd"]["high"]
        .as_i64()
        .unwrap();
    let limit = json!({ "limit_micro_usd": sum - 1 });
    let path = format!("/budgets/projects/{film}/monthly");
    ada.put(&path, &limit).await;
    ada.put("/budgets/user/daily", &json!({ "limit_micro_usd": sum }))
        .await;
    let now = plan(&ada, &film).await;
    assert!(
        now["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["blockers"] == json!([]))
    );
    let blockers = now["blockers"].as_array().unwrap();
    assert_eq!(blockers.len(), 1, "{blockers:?}");
    assert_eq!(blockers[0]["problem"]["budget"]["whose"], "project");
    assert_eq!(blockers[0]["problem"]["budget"]["price_micro_usd"], sum);
    assert_eq!(blockers[0]["cure"]["href"], "/usage#budgets");
    let start = format!("/projects/{film}/plan/start");
    let refused = ada.post(&start, &json!({ "agreed": now["agreed"] })).await;
    assert_eq!((refused.status, refused.code()), (402, "BUDGET_EXCEEDED"));
    assert_eq!(plan(&ada, &film).await["batch"], Value::Null);
    ada.put(&path, &json!({ "limit_micro_usd": sum })).await;
    assert_eq!(plan(&ada, &film).await["blockers"], json!([]));
    let begun = ada.post(&start, &json!({ "agreed": now["agreed"] })).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
}

async fn what_has_no_known_price_is_refused_where_a_budget_refuses_it(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    give_key(&ada, "openrouter").await;
    let film = film(&ada).await;
    add(&ada, &film, &[unlisted(), picture("one")]).await;
    let mut terms = json!({ "limit_micro_usd": 100_000_000 });
    ada.put("/budgets/user/daily", &terms).await;
    let now = plan(&ada, &film).await;
    assert_eq!(
        problem(&now["items"][0]),
        ("BUDGET_EXCEEDED", "/usage#budgets")
    );
    assert_eq!(now["items"][1]["blockers"], json!([]));
    assert_eq!(now["agreed"]["unknown"], 0);
    terms["unknown_prices"] = json!("allow");
    ada.put("/budgets/user/daily", &terms).await;
    assert_eq!(plan(&ada, &film).await["agreed"]["unknown"], 1);
}

async fn what_nobody_could_generate_is_not_planned(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let film = film(&ada).await;
    let path = format!("/projects/{film}/plan");
    let voice = add(
        &ada,
        &film,
        &[json!({ "step": "voiceover", "input": { "text": "Hello" } })],
    )
    .await;
    let data = "data:image/png;base64,AAAA";
    for (item, field) in [
        (
            json!({ "step": "scenes", "input": { "prompt": " " } }),
            "items[1].input.prompt",
        ),
        (
            json!({ "step": "scenes", "provider": "suno", "input": { "prompt": "x" } }),
            "items[1].provider",
        ),
        (
            json!({ "step": "scenes", "model": "", "input": { "prompt": "x" } }),
            "items[1].model",
        ),
        (
            json!({ "step": "videos", "input": { "prompt": "x", "image": data } }),
            "items[1].input",
        ),
        (
            json!({ "step": "videos", "input": { "prompt": "x", "image": "item:nowhere" } }),
            "items[1].input",
        ),
        (
            json!({ "step": "videos", "input": { "prompt": "x", "image": format!("item:{}", voice[0]) } }),
            "items[1].input",
        ),
    ] {
        let body = json!({ "items": [picture("fine"), item] });
        let refused = ada.post(&path, &body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "INVALID_INPUT"),
            "{item}"
        );
        assert_eq!(refused.body["fields"][0]["field"], field, "{item}");
    }
    for body in [
        json!({ "items": [] }),
        json!({ "items": vec![picture("x"); 101] }),
        json!({ "items": [{ "step": "scenes", "input": { "prompt": "x" }, "user_id": "eve" }] }),
        json!({ "items": [{ "step": "scenes", "input": { "text": "x" } }] }),
    ] {
        assert_eq!(ada.post(&path, &body).await.code(), "INVALID_INPUT");
    }
    assert_eq!(
        plan(&ada, &film).await["items"].as_array().unwrap().len(),
        1
    );
    for _ in 0..4 {
        add(&ada, &film, &vec![picture("x"); 100]).await;
    }
    let full = ada
        .post(&path, &json!({ "items": vec![picture("x"); 100] }))
        .await;
    assert_eq!((full.status, full.code()), (409, "CONFLICT"));
}

async fn a_picture_that_something_needs_stays_in_the_plan(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let film = film(&ada).await;
    let pictures = add(&ada, &film, &[picture("one")]).await;
    let clip = json!({ "step": "videos", "input": { "prompt": "x", "image": format!("item:{}", pictures[0]) } });
    let clips = add(&ada, &film, &[clip]).await;
    assert_eq!(
        plan(&ada, &film).await["items"][1]["needs"],
        json!(pictures)
    );
    let of = |id: &str| format!("/projects/{film}/plan/{id}");
    assert_eq!(ada.delete(&of(&pictures[0])).await.code(), "CONFLICT");
    assert_eq!(ada.delete(&of(&clips[0])).await.status, 204);
    assert_eq!(ada.delete(&of(&clips[0])).await.status, 404);
    assert_eq!(ada.delete(&of(&pictures[0])).await.status, 204);
    assert_eq!(plan(&ada, &film).await["items"], json!([]));
}

async fn a_plan_is_for_the_people_of_its_project(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, eve, bob) = (
        stage.person("ada").await,
        stage.person("eve").await,
        stage.person("bob").await,
    );
    let studio = organization(&stage, &ada).await;
    join(&stage, &studio, &eve).await;
    give_key(&ada, "gemini").await;
    let wish = json!({ "name": "Film", "organization_id": studio });
    let made = ada.post("/projects", &wish).await.body;
    let film = made["id"].as_str().unwrap();
    let ids = add(&ada, film, &[picture("one")]).await;
    let path = format!("/projects/{film}/plan");
    assert_eq!(bob.get(&path).await.status, 404);
    assert_eq!(
        bob.post(&path, &json!({ "items": [picture("x")] }))
            .await
            .status,
        404
    );
    assert_eq!(bob.delete(&format!("{path}/{}", ids[0])).await.status, 404);
    assert_eq!(stage.anybody().get(&path).await.status, 401);
    // Each sees what it would come to for them.
    let for_eve = plan(&eve, film).await;
    assert_eq!(problem(&for_eve["items"][0]).0, "API_KEY_REQUIRED");
    let for_ada = plan(&ada, film).await;
    let agreed = json!({ "agreed": for_ada["agreed"] });
    assert_eq!(
        bob.post(&format!("{path}/start"), &agreed).await.status,
        404
    );
    assert_eq!(
        eve.post(&format!("{path}/start"), &agreed).await.code(),
        "CONFLICT"
    );
    assert_eq!(
        ada.post(&format!("{path}/start"), &agreed).await.status,
        202
    );
    // Everybody in the project may stop it; only who pays may let it go on.
    let ask = async |person: &Person, what: &str| {
        person
            .post(&format!("{path}/{what}"), &json!({}))
            .await
            .status
    };
    assert_eq!(ask(&bob, "pause").await, 404);
    assert_eq!(ask(&eve, "pause").await, 200);
    assert_eq!(ask(&eve, "resume").await, 403);
    assert_eq!(ask(&ada, "resume").await, 200);
    assert_eq!(ask(&ada, "resume").await, 409);
    assert_eq!(ask(&bob, "cancel").await, 404);
    assert_eq!(ask(&eve, "cancel").await, 200);
    assert_eq!(ask(&eve, "cancel").await, 409);
}
