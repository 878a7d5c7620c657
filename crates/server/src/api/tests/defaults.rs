//! Default parameters, how far a setting reaches, and who hears of a change.

use super::support::Stage;
use crate::{events::Event, reach};
use domain::settings::Field;
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    a_default_holds_for_what_a_request_leaves_open,
    a_default_that_is_none_is_refused,
    a_person_is_told_how_far_their_settings_reach,
    what_the_server_provides_is_named_by_its_variable,
    everybody_who_sees_a_project_hears_of_its_settings,
);

const KEY: &str = "sandbox-abcdefgh-1c96";

async fn a_default_holds_for_what_a_request_leaves_open(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(
        ada.put("/keys/gemini", &json!({ "key": KEY })).await.status,
        200
    );
    let size = |size: Value| {
        json!({ "operations": { "image": {
        "provider": "gemini",
        "models": { "gemini": "gemini-3-pro-image" },
        "parameters": { "resolution": size },
    } } })
    };
    assert_eq!(ada.patch("/settings", &size(json!("4K"))).await.status, 200);
    let film = ada.post("/projects", &json!({ "name": "Harbour" })).await;
    let film = film.body["id"].as_str().unwrap().to_owned();
    let estimate = async |input: Value, project: Option<&str>| {
        let asked = json!({ "operation": "image", "project_id": project, "input": input });
        let answer = ada.post("/estimates", &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["micro_usd"]["high"].as_i64().unwrap()
    };
    let open = json!({ "prompt": "A fox" });
    let said = |size: &str| json!({ "prompt": "A fox", "resolution": size });
    let (small, large) = (
        estimate(said("1K"), None).await,
        estimate(said("4K"), None).await,
    );
    assert_ne!(small, large, "the sizes have different prices");
    assert_eq!(estimate(open.clone(), Some(&film)).await, large);

    let of_project = ada
        .patch(&format!("/projects/{film}/settings"), &size(json!("1K")))
        .await;
    assert_eq!(of_project.status, 200, "{}", of_project.body);
    assert_eq!(estimate(open.clone(), Some(&film)).await, small);
    assert_eq!(estimate(open.clone(), None).await, large);

    let asked = json!({ "operation": "image", "input": open });
    let made = ada.post("/generations", &asked).await;
    assert_eq!(made.status, 202, "{}", made.body);
    assert_eq!(made.body["input"]["resolution"], "4K");
    let without = size(Value::Null);
    assert_eq!(ada.patch("/settings", &without).await.status, 200);
    let settings = ada.get("/settings").await.body;
    assert_eq!(settings["operations"]["image"].get("parameters"), None);
}

async fn a_default_that_is_none_is_refused(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for (operation, parameters) in [
        ("video", json!({ "duration_seconds": "long" })),
        ("video", json!({ "audio": "loud" })),
        (
            "image",
            json!({ "resolution": "a size that nobody has ever offered" }),
        ),
    ] {
        let patch = json!({ "operations": { operation: { "parameters": parameters } } });
        let refused = ada.patch("/settings", &patch).await;
        assert_eq!(refused.code(), "INVALID_INPUT", "{parameters}");
    }
    let before = ada.get("/settings").await.body;
    let unknown = json!({ "operations": { "image": { "parameters": { "key": "x" } } } });
    assert_eq!(ada.patch("/settings", &unknown).await.status, 422);
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn a_person_is_told_how_far_their_settings_reach(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    for name in ["Harbour", "Lighthouse"] {
        ada.post("/projects", &json!({ "name": name })).await;
    }
    let listed = ada.get("/projects").await.body;
    let id = listed["data"][0]["id"].as_str().unwrap();
    let own = json!({ "operations": { "image": { "provider": "kie" } } });
    assert_eq!(
        ada.patch(&format!("/projects/{id}/settings"), &own)
            .await
            .status,
        200
    );
    let known = reach::projects(&stage.app, &stage.actor(&ada).await)
        .await
        .unwrap();
    let field = Field::parse("operations.image.provider").unwrap();
    let said: Vec<Option<&str>> = known
        .iter()
        .map(|project| project.own.get(&field).map(String::as_str))
        .collect();
    assert_eq!(said.len(), 2);
    assert!(
        said.contains(&Some("kie")) && said.contains(&None),
        "{said:?}"
    );
    let others = reach::projects(&stage.app, &stage.actor(&bob).await).await;
    assert!(others.unwrap().is_empty());
}

async fn what_the_server_provides_is_named_by_its_variable(test: TestDb) {
    let provided = [("GEMINI_API_KEY", "sandbox-environment-0001")];
    let stage = Stage::with_environment(test, &provided).await;
    let ada = stage.person("ada").await;
    let variables = reach::variables(&stage.app, &stage.actor(&ada).await);
    assert!(variables.contains(&"GEMINI_API_KEY"), "{variables:?}");
    assert!(!variables.contains(&"OPENAI_API_KEY"), "{variables:?}");
    assert!(
        variables.iter().all(|name| !name.contains("sandbox")),
        "names, never values"
    );
}

async fn everybody_who_sees_a_project_hears_of_its_settings(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let film = ada.post("/projects", &json!({ "name": "Harbour" })).await;
    let film = film.body["id"].as_str().unwrap().to_owned();
    let mut news = stage.app.events.listen();
    let own = json!({ "operations": { "image": { "provider": "kie" } } });
    assert_eq!(
        ada.patch(&format!("/projects/{film}/settings"), &own)
            .await
            .status,
        200
    );
    let heard = news.recv().await.unwrap();
    assert_eq!(heard.user, Some(stage.actor(&ada).await.user.id));
    assert!(
        matches!(&heard.event, Event::Settings { project_id: Some(id), changes }
            if id.as_str() == film && changes.len() == 1)
    );
    assert_ne!(heard.user, Some(stage.actor(&bob).await.user.id));
    assert!(news.try_recv().is_err(), "nobody else hears of it");
}
