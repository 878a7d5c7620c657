//! Providers' own lists over the API: fetched, compared, applied, and kept when a fetch fails.

use super::support::{Person, Stage};
use crate::{catalog, models};
use domain::{
    Operation, ProviderId, UserId,
    listing::{Listed, Listing},
    money::MicroUsd,
};
use serde_json::{Value, json};
use std::time::Duration;
use store::{listings::Fetched, on_both_databases, test_support::TestDb};

on_both_databases!(
    before_a_fetch_the_catalogue_is_all_there_is,
    a_list_is_fetched_priced_and_seen_by_its_owner_alone,
    what_touches_a_model_in_use_waits_for_consent,
    what_touches_nothing_in_use_counts_at_once,
    a_pending_list_can_be_thrown_away,
    a_failed_fetch_keeps_the_list_and_says_so,
    a_list_that_needs_a_key_is_not_asked_for_without_one,
    a_listed_model_can_be_chosen_and_a_restart_keeps_it,
    a_changed_key_fetches_the_list_in_the_background,
    every_list_of_the_sandbox_can_be_fetched,
    what_has_no_list_says_so,
);

const OPENROUTER: &str = "/providers/openrouter/models";
const SONNET: &str = "anthropic/claude-sonnet-5.5";

async fn user_id(person: &Person) -> UserId {
    let me = person.get("/me").await.body;
    UserId(me["user"]["id"].as_str().unwrap().to_owned())
}

async fn refreshed(person: &Person, path: &str) -> Value {
    let answer = person.get(&format!("{path}?refresh=1")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn model<'a>(list: &'a Value, id: &str) -> &'a Value {
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["id"] == id)
        .unwrap_or_else(|| panic!("{id} is not listed"))
}

fn ids<'a>(list: &'a Value, part: &str) -> Vec<&'a str> {
    list["difference"][part]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect()
}

/// Changes the list that counts for a person, as if the provider had told something else before.
async fn tamper(stage: &Stage, user: &UserId, change: impl Fn(&mut Listing)) {
    let row = store::listings::get(&stage.app.db, user, ProviderId::OpenRouter)
        .await
        .unwrap()
        .unwrap();
    let mut listing: Listing = serde_json::from_str(&row.applied.unwrap()).unwrap();
    change(&mut listing);
    let list = serde_json::to_string(&listing).unwrap();
    let fetched = Fetched {
        list: &list,
        difference: "{\"added\":[],\"changed\":[],\"gone\":[]}",
        at: row.applied_at.unwrap(),
    };
    store::listings::store(&stage.app.db, user, ProviderId::OpenRouter, fetched)
        .await
        .unwrap();
    stage.app.catalog.forget(user);
}

fn find<'a>(listing: &'a mut Listing, id: &str) -> &'a mut Listed {
    listing
        .models
        .iter_mut()
        .find(|model| model.id == id)
        .unwrap()
}

async fn before_a_fetch_the_catalogue_is_all_there_is(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let list = ada.get(&format!("{OPENROUTER}?operation=llm")).await.body;
    assert_eq!(
        (&list["source"], &list["fetched_at"], &list["age_seconds"]),
        (&json!("catalogue"), &json!(null), &json!(null))
    );
    assert_eq!(
        (&list["difference"], &list["pending"], &list["problem"]),
        (&json!(null), &json!(false), &json!(null))
    );
    assert_eq!(list["refreshable"], true);
    let sonnet = model(&list, SONNET);
    assert_eq!(sonnet["source"], "catalogue");
    assert_eq!(sonnet["prices"][0]["micro_usd"], 2_000_000);
    assert_eq!(sonnet["can"]["json_schema"], true);
    let mapped = model(&list, "anthropic/claude-sonnet-4");
    assert_eq!(mapped["sends"], SONNET);
    assert!(stage.received().await.is_empty());
}

async fn a_list_is_fetched_priced_and_seen_by_its_owner_alone(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let before = bob.get(OPENROUTER).await.body;
    let list = refreshed(&ada, OPENROUTER).await;
    assert_eq!(
        (&list["source"], &list["pending"], &list["age_seconds"]),
        (&json!("provider"), &json!(false), &json!(0))
    );
    assert_eq!(list["fetched_at"], "2026-11-22T10:00:00Z");
    let sonnet = model(&list, SONNET);
    assert_eq!(sonnet["source"], "provider");
    assert_eq!(sonnet["fetched_at"], list["fetched_at"]);
    let price = &sonnet["prices"][0];
    assert_eq!(price["as_of"], "2026-11-22");
    let added = ids(&list, "added");
    let new = added.first().expect("the sandbox lists more models");
    assert_eq!(model(&list, new)["source"], "provider");
    assert_eq!(bob.get(OPENROUTER).await.body, before);

    stage.app.clock.advance(Duration::from_secs(90));
    assert_eq!(ada.get(OPENROUTER).await.body["age_seconds"], 90);
    let question = json!({ "operation": "llm", "provider": "openrouter", "model": SONNET,
        "input": { "prompt": "Write a scene." } });
    let hers = ada.post("/estimates", &question).await.body;
    assert_eq!(
        hers["lines"][0]["price"]["source"], price["source"],
        "{hers}"
    );
    let his = bob.post("/estimates", &question).await.body;
    assert_ne!(his["lines"][0]["price"]["source"], price["source"], "{his}");
}

async fn what_touches_a_model_in_use_waits_for_consent(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let user = user_id(&ada).await;
    let first = refreshed(&ada, OPENROUTER).await;
    let now = model(&first, SONNET)["prices"][0]["micro_usd"].clone();
    // The model that the catalogue sends for another name is in use under both.
    let chosen = json!({ "operations": { "llm": { "models": {
        "openrouter": "anthropic/claude-sonnet-4" } } } });
    assert_eq!(ada.patch("/settings", &chosen).await.status, 200);
    tamper(&stage, &user, |listing| {
        for price in &mut find(listing, SONNET).prices {
            price.micro_usd = MicroUsd(1);
        }
    })
    .await;
    stage.app.clock.advance(Duration::from_secs(60));

    let list = refreshed(&ada, OPENROUTER).await;
    assert_eq!(list["pending"], true, "{}", list["difference"]);
    assert_eq!(ids(&list, "changed"), [SONNET]);
    assert_eq!(model(&list, SONNET)["prices"][0]["micro_usd"], 1);
    assert_eq!(list["age_seconds"], 60, "the age is that of what counts");
    assert_eq!(ada.get(OPENROUTER).await.body, list);

    let applied = ada.post(&format!("{OPENROUTER}/apply"), &json!({})).await;
    assert_eq!(applied.status, 200, "{}", applied.body);
    assert_eq!(applied.body["pending"], false);
    assert_eq!(applied.body["age_seconds"], 0);
    assert_eq!(ids(&applied.body, "changed"), [SONNET]);
    assert_eq!(model(&applied.body, SONNET)["prices"][0]["micro_usd"], now);
    let again = ada.post(&format!("{OPENROUTER}/apply"), &json!({})).await;
    assert_eq!(again.code(), "NOT_FOUND");
}

async fn what_touches_nothing_in_use_counts_at_once(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let user = user_id(&ada).await;
    refreshed(&ada, OPENROUTER).await;
    let listed = |id: &str| Listed {
        operation: Operation::Llm,
        id: id.to_owned(),
        name: id.to_owned(),
        prices: Vec::new(),
        retires_on: None,
        max_characters: None,
        json_schema: false,
    };
    tamper(&stage, &user, |listing| {
        listing.models.push(listed("maker/gone"));
    })
    .await;
    let there = ada.get(OPENROUTER).await.body;
    assert_eq!(model(&there, "maker/gone")["source"], "provider");
    let list = refreshed(&ada, OPENROUTER).await;
    assert_eq!(list["pending"], false);
    assert_eq!(ids(&list, "gone"), ["maker/gone"]);
    assert!(!list.to_string().contains("\"id\":\"maker/gone\",\"json"));

    tamper(&stage, &user, |listing| {
        listing.models.push(listed("maker/used"));
    })
    .await;
    let project = ada.post("/projects", &json!({ "name": "Film" })).await.body;
    let path = format!("/projects/{}/settings", project["id"].as_str().unwrap());
    let chosen = json!({ "operations": { "llm": { "models": { "openrouter": "maker/used" } } } });
    assert_eq!(ada.patch(&path, &chosen).await.status, 200);
    let list = refreshed(&ada, OPENROUTER).await;
    assert_eq!(list["pending"], true, "a project uses it");
    assert_eq!(ids(&list, "gone"), ["maker/used"]);
}

async fn a_pending_list_can_be_thrown_away(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let user = user_id(&ada).await;
    let path = format!("{OPENROUTER}/apply");
    assert_eq!(ada.delete(&path).await.code(), "NOT_FOUND");
    refreshed(&ada, OPENROUTER).await;
    tamper(&stage, &user, |listing| {
        // The catalogue's default model is in use without anybody's choice.
        find(listing, SONNET).prices[0].micro_usd = MicroUsd(1);
    })
    .await;
    assert_eq!(refreshed(&ada, OPENROUTER).await["pending"], true);
    assert_eq!(bob.delete(&path).await.code(), "NOT_FOUND");
    assert_eq!(bob.post(&path, &json!({})).await.code(), "NOT_FOUND");
    assert_eq!(ada.delete(&path).await.status, 204);
    let list = ada.get(OPENROUTER).await.body;
    assert_eq!(list["pending"], false);
    assert_eq!(model(&list, SONNET)["prices"][0]["micro_usd"], 1);
}

async fn a_failed_fetch_keeps_the_list_and_says_so(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let before = refreshed(&ada, OPENROUTER).await;
    stage
        .fault(&json!({ "path": "/openrouter/api/v1/models", "status": 503, "times": 1 }))
        .await;
    stage.app.clock.advance(Duration::from_secs(5));
    let kept = refreshed(&ada, OPENROUTER).await;
    assert_eq!(kept["data"], before["data"]);
    assert_eq!(kept["fetched_at"], before["fetched_at"]);
    assert_eq!(kept["problem"]["at"], "2026-11-22T10:00:05Z");
    let message = kept["problem"]["message"].as_str().unwrap();
    assert!(message.contains("OpenRouter"), "{message}");
    assert!(message.contains("as they were known before"), "{message}");
    let mended = refreshed(&ada, OPENROUTER).await;
    assert_eq!(mended["problem"], json!(null));
    assert_eq!(mended["age_seconds"], 0);
}

async fn a_list_that_needs_a_key_is_not_asked_for_without_one(test: TestDb) {
    let variables = [
        ("ELEVENLABS_API_KEY", "sandbox-environment"),
        ("FILM_ENVIRONMENT_KEYS", "admins"),
    ];
    let stage = Stage::with_environment(test, &variables).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let path = "/providers/elevenlabs/models?refresh=1";
    let refused = bob.get(path).await;
    assert_eq!(refused.code(), "API_KEY_REQUIRED", "{}", refused.body);
    assert!(stage.received().await.is_empty());
    let list = ada.get(path).await;
    assert_eq!(list.status, 200, "{}", list.body);
    assert_eq!(list.body["source"], "provider");
    let voices = &list.body["data"][0]["can"]["voices"];
    assert!(!voices.as_array().unwrap().is_empty());

    let wrong = json!({ "key": "wrong-key-wrong-key-1" });
    assert_eq!(bob.put("/keys/elevenlabs", &wrong).await.status, 200);
    let failed = bob.get(path).await;
    assert_eq!(failed.status, 200, "{}", failed.body);
    assert_eq!(failed.body["source"], "catalogue");
    let message = failed.body["problem"]["message"].as_str().unwrap();
    assert!(
        message.contains("does not accept this API key"),
        "{message}"
    );
}

async fn a_listed_model_can_be_chosen_and_a_restart_keeps_it(test: TestDb) {
    let stage = Stage::with_refreshes(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let key = json!({ "key": "sandbox-good-key-1" });
    for person in [&ada, &bob] {
        assert_eq!(person.put("/keys/gemini", &key).await.status, 200);
    }
    let user = user_id(&ada).await;
    let listing = Listing {
        models: vec![Listed {
            operation: Operation::Llm,
            id: "gemini-listed-only".to_owned(),
            name: "Listed only".to_owned(),
            prices: Vec::new(),
            retires_on: None,
            max_characters: None,
            json_schema: true,
        }],
        voices: Vec::new(),
        whole: true,
    };
    let text = serde_json::to_string(&listing).unwrap();
    // The background has fetched a list for the new key or is about to; what counts is ours.
    settled(&stage, &user).await;
    let fetched = Fetched {
        list: &text,
        difference: "{\"added\":[],\"changed\":[],\"gone\":[]}",
        at: stage.app.clock.now(),
    };
    store::listings::store(&stage.app.db, &user, ProviderId::Gemini, fetched)
        .await
        .unwrap();
    stage.app.catalog.forget(&user);
    let wish = json!({ "operations": { "llm": { "provider": "gemini",
        "models": { "gemini": "gemini-listed-only" } } } });
    assert_eq!(
        bob.patch("/settings", &wish).await.code(),
        "MODEL_UNAVAILABLE"
    );
    assert_eq!(ada.patch("/settings", &wish).await.status, 200);
    let resolved = ada.post("/resolve", &json!({ "operation": "llm" })).await;
    assert_eq!(resolved.body["model"], "gemini-listed-only");
    let priced = json!({ "operation": "llm", "input": { "prompt": "Write a scene." } });
    let estimate = ada.post("/estimates", &priced).await.body;
    assert_eq!(estimate["status"], "unknown", "{estimate}");

    let shipped = catalog::load().unwrap();
    let again = catalog::Live::start(&stage.app.db, shipped, stage.app.clock.now())
        .await
        .unwrap();
    let hers = again.for_user(&stage.app.db, &user).await.unwrap();
    assert!(hers.accepts_model(Operation::Llm, ProviderId::Gemini, "gemini-listed-only"));
}

/// Waits until a list of Gemini counts for a person.
async fn settled(stage: &Stage, user: &UserId) {
    for _ in 0..400 {
        if let Some(row) = store::listings::get(&stage.app.db, user, ProviderId::Gemini)
            .await
            .unwrap()
            && row.applied.is_some()
            && stage.app.refreshes.are_done()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no list came");
}

async fn a_changed_key_fetches_the_list_in_the_background(test: TestDb) {
    let stage = Stage::with_refreshes(test).await;
    let ada = stage.person("ada").await;
    let user = user_id(&ada).await;
    let key = json!({ "key": "sandbox-good-key-1" });
    assert_eq!(ada.put("/keys/gemini", &key).await.status, 200);
    settled(&stage, &user).await;
    let list = ada.get("/providers/gemini/models").await.body;
    assert_eq!(list["source"], "provider");
    assert_eq!(list["problem"], json!(null));
    let shipped = catalog::load().unwrap();
    let new = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|model| model["operation"] == "llm")
        .filter_map(|model| model["id"].as_str())
        .find(|id| !shipped.accepts_model(Operation::Llm, ProviderId::Gemini, id))
        .expect("the sandbox lists a model that the catalogue has not");
    stage.start_worker();
    let wish = json!({ "operation": "llm", "provider": "gemini", "model": new,
        "input": { "prompt": "Write a scene." } });
    let done = ada.generate(&stage, &wish).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    models::refresh_later(&stage.app, &user, ProviderId::PiApi);
    let none = store::listings::get(&stage.app.db, &user, ProviderId::PiApi).await;
    assert_eq!(none.unwrap(), None);
}

async fn every_list_of_the_sandbox_can_be_fetched(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for provider in [
        "openrouter",
        "claude",
        "gemini",
        "nano-banana",
        "openai",
        "elevenlabs",
        "kie",
    ] {
        let key = json!({ "key": "sandbox-good-key-1" });
        assert_eq!(
            ada.put(&format!("/keys/{provider}"), &key).await.status,
            200
        );
        let list = refreshed(&ada, &format!("/providers/{provider}/models")).await;
        assert_eq!(list["problem"], json!(null), "{provider}");
        assert_eq!(list["source"], "provider", "{provider}");
        let listed = list["data"].as_array().unwrap().iter();
        assert!(
            listed.clone().any(|model| model["source"] == "provider"),
            "{provider} lists nothing that can be used"
        );
    }
}

async fn what_has_no_list_says_so(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let list = ada.get("/providers/modal/models").await.body;
    assert_eq!(list["refreshable"], false);
    let refused = ada.get("/providers/modal/models?refresh=1").await;
    assert_eq!((refused.status, refused.code()), (422, "INVALID_INPUT"));
    assert_eq!(ada.get("/providers/nobody/models").await.status, 404);
    assert_eq!(
        ada.get(&format!("{OPENROUTER}?refresh=please"))
            .await
            .code(),
        "INVALID_INPUT"
    );
    assert_eq!(stage.anybody().get(OPENROUTER).await.status, 401);
}
