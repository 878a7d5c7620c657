//! What was spent, told apart by who paid and by whether anybody knows, and what it teaches.

use super::support::{Person, Stage};
use crate::{keys::API_KEY, vault::NewSecret};
use domain::{
    GenerationId, OrganizationId, ProviderId, SecretId, UserId,
    account::{OrganizationRole, Plan},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    on_both_databases, organizations,
    secrets::{Owner, Slot},
    test_support::TestDb,
};

on_both_databases!(
    what_was_made_is_in_the_usage_once_and_what_was_refused_is_not,
    what_the_server_paid_is_apart_from_ones_own_money,
    an_answer_that_was_lost_is_of_unknown_cost,
    what_failed_after_it_was_taken_is_of_unknown_cost_unless_it_is_given_back,
    what_is_cancelled_after_it_was_sent_is_of_unknown_cost,
    a_deployment_without_a_key_counts_with_the_level_of_its_address,
    usage_is_a_file_for_spreadsheets_too,
    what_an_organization_paid_is_for_its_admins_and_the_servers_for_who_runs_it,
    an_organizations_key_works_without_a_project_and_it_pays,
    estimates_learn_from_ones_own_reported_costs_alone,
);

const KEY: &str = "sandbox-abcdefgh-1c96";

pub(super) async fn give_key(person: &Person, provider: &str) {
    let stored = person
        .put(&format!("/keys/{provider}"), &json!({ "key": KEY }))
        .await;
    assert_eq!(stored.status, 200, "{}", stored.body);
}

pub(super) fn picture() -> Value {
    json!({ "operation": "image", "provider": "gemini", "input": { "prompt": "A harbour" } })
}

fn text() -> Value {
    json!({ "operation": "llm", "provider": "openrouter", "input": { "prompt": "A lighthouse" } })
}

pub(super) async fn user_id(person: &Person) -> UserId {
    let me = person.get("/me").await.body;
    UserId(me["user"]["id"].as_str().unwrap().to_owned())
}

/// An organization with this owner; its members are added by [`join`].
pub(super) async fn organization(stage: &Stage, owner: &Person) -> OrganizationId {
    let id = OrganizationId("studio".to_owned());
    let new = organizations::NewOrganization {
        id: id.clone(),
        name: "Studio".to_owned(),
        plan: Plan::Premium,
        policy: r#"{"operations":null,"providers":null,"members_may_prefer_own_keys":true}"#
            .to_owned(),
        created_at: stage.app.clock.now(),
    };
    organizations::insert(&stage.app.db, &new, &user_id(owner).await)
        .await
        .unwrap();
    id
}

pub(super) async fn join(stage: &Stage, organization: &OrganizationId, person: &Person) {
    let (db, now) = (&stage.app.db, stage.app.clock.now());
    let user = user_id(person).await;
    organizations::add_member(db, organization, &user, OrganizationRole::Member, now)
        .await
        .unwrap();
}

/// Gives an organization a key for Gemini.
pub(super) async fn share_key(stage: &Stage, organization: &OrganizationId, by: &UserId) {
    let owner = Owner::Organization(organization.clone());
    let slot = Slot {
        owner: &owner,
        provider: ProviderId::Gemini,
        field: API_KEY,
    };
    store::secrets::replace(&stage.app.db, slot, |version| {
        stage.app.vault.seal(NewSecret {
            id: SecretId(stage.app.ids.next()),
            owner: owner.clone(),
            provider: ProviderId::Gemini,
            field: API_KEY,
            audience_origin: stage.app.config.providers.audience(),
            version,
            plaintext: &SecretString::from(KEY),
            created_by: by.clone(),
            now: stage.app.clock.now(),
        })
    })
    .await
    .unwrap();
}

async fn what_was_made_is_in_the_usage_once_and_what_was_refused_is_not(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    give_key(&ada, "openrouter").await;
    let written = ada.generate(&stage, &text()).await;
    let made = ada.generate(&stage, &picture()).await;
    ada.put(
        "/keys/gemini",
        &json!({ "key": "wrong-key-wrong-key-wrong-key-1" }),
    )
    .await;
    let refused = ada.generate(&stage, &picture()).await;
    assert_eq!(refused["status"], "failed", "{refused}");

    let usage = ada.get("/usage?group_by=operation,key_source").await;
    assert_eq!(usage.status, 200, "{}", usage.body);
    let rows = usage.body["data"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    for (operation, generation) in [("image", &made), ("llm", &written)] {
        let row = rows
            .iter()
            .find(|row| row["group"]["operation"] == operation)
            .unwrap();
        assert_eq!(row["group"]["key_source"], "user");
        let own = &row["paid_by"]["user"];
        assert_eq!((&own["number"], &own["unknown"]), (&json!(1), &json!(0)));
        assert_eq!(own["micro_usd"], generation["actual"]["micro_usd"]["high"]);
        assert!(own["micro_usd"].as_i64().unwrap() > 0, "{row}");
    }
    assert_eq!(usage.body["total"]["user"]["number"], 2);
    let bob = stage.person("bob").await;
    let others = bob.get("/usage").await.body;
    assert_eq!(others["data"], json!([]));
    assert_eq!(
        ada.get("/usage?group_by=user").await.code(),
        "INVALID_INPUT"
    );
    assert_eq!(
        ada.get("/usage?from=2026-13-01").await.code(),
        "INVALID_INPUT"
    );
    assert_eq!(stage.anybody().get("/usage").await.status, 401);
}

async fn what_the_server_paid_is_apart_from_ones_own_money(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    ada.generate(&stage, &picture()).await;
    give_key(&ada, "gemini").await;
    ada.generate(&stage, &picture()).await;
    let usage = ada.get("/usage?group_by=payer,key_source").await.body;
    let groups: Vec<&Value> = usage["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["group"])
        .collect();
    assert_eq!(
        groups,
        [
            &json!({ "payer": "instance", "key_source": "environment" }),
            &json!({ "payer": "user", "key_source": "user" }),
        ]
    );
    let by_provider = ada.get("/usage").await.body;
    let paid = &by_provider["data"][0]["paid_by"];
    assert_eq!(paid["user"]["number"], 1);
    assert_eq!(paid["instance"]["number"], 1);
    assert_eq!(paid["organization"]["number"], 0);
}

async fn an_answer_that_was_lost_is_of_unknown_cost(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    give_key(&ada, "openrouter").await;
    let asked = ada.post("/generations", &text()).await.body;
    let id = asked["id"].as_str().unwrap().to_owned();
    let now = stage.app.clock.now();
    let lease_until = now.plus_millis(30_000);
    let job = store::jobs::claim(&stage.app.db, "dead worker", now, lease_until).await;
    let job = job.unwrap().unwrap();
    assert_eq!(job.generation.id, GenerationId(id.clone()));
    let begun = store::jobs::begin_submit(&stage.app.db, &job.lease, now, lease_until).await;
    assert!(begun.unwrap());
    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_worker();
    assert_eq!(ada.finished(&stage, &id).await["status"], "unknown");
    let usage = ada.get("/usage").await.body;
    let own = &usage["data"][0]["paid_by"]["user"];
    assert_eq!(
        (&own["number"], &own["unknown"], &own["micro_usd"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(
        own["unknown_at_most_micro_usd"],
        asked["estimate"]["micro_usd"]["high"]
    );
}

async fn what_failed_after_it_was_taken_is_of_unknown_cost_unless_it_is_given_back(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let prompt = "x [sandbox:blocked]";
    for (operation, provider) in [("image", "gemini"), ("music", "kie"), ("music", "piapi")] {
        give_key(&ada, provider).await;
        let wish =
            json!({ "operation": operation, "provider": provider, "input": { "prompt": prompt } });
        let ended = ada.generate(&stage, &wish).await;
        assert_eq!(ended["status"], "failed", "{ended}");
    }
    let usage = ada.get("/usage").await.body;
    let rows: Vec<_> = usage["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let own = &row["paid_by"]["user"];
            (&row["group"]["provider"], &own["number"], &own["unknown"])
        })
        .collect();
    let one = &json!(1);
    assert_eq!(
        rows,
        [(&json!("gemini"), one, one), (&json!("piapi"), one, one)]
    );
}

async fn what_is_cancelled_after_it_was_sent_is_of_unknown_cost(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    give_key(&ada, "kie").await;
    let music = json!({ "operation": "music", "provider": "kie", "input": { "prompt": "Piano" } });
    let id = ada.post("/generations", &music).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    while ada.get(&format!("/generations/{id}")).await.body["status"] != "running" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let path = format!("/generations/{id}/cancel");
    assert_eq!(ada.post(&path, &json!({})).await.status, 200);
    assert_eq!(ada.finished(&stage, &id).await["status"], "cancelled");
    let own = ada.get("/usage").await.body["total"]["user"].clone();
    assert_eq!((&own["number"], &own["unknown"]), (&json!(1), &json!(1)));
}

async fn a_deployment_without_a_key_counts_with_the_level_of_its_address(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let mut wish = picture();
    wish["provider"] = json!("modal");
    let made = ada.generate(&stage, &wish).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    let usage = ada.get("/usage?group_by=key_source").await.body;
    assert_eq!(
        usage["data"][0]["group"],
        json!({ "key_source": "environment" })
    );
    let paid = &usage["data"][0]["paid_by"]["instance"];
    assert_eq!((&paid["number"], &paid["unknown"]), (&json!(1), &json!(1)));
}

async fn usage_is_a_file_for_spreadsheets_too(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let film = ada.post("/projects", &json!({ "name": "=2+3" })).await;
    let mut wish = picture();
    wish["project_id"] = film.body["id"].clone();
    ada.generate(&stage, &wish).await;
    let file = ada.get("/usage.csv?group_by=project,model").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.contains("usage-2026-11-01-2026-11-22.csv"),
        "{disposition}"
    );
    let studio = organization(&stage, &ada).await;
    for of in [format!("/organizations/{studio}"), "/admin".to_owned()] {
        let file = ada.get(&format!("{of}/usage.csv?group_by=day")).await;
        assert_eq!(file.status, 200, "{of}: {}", file.body);
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    }
    let text = String::from_utf8(file.bytes).unwrap();
    let id = film.body["id"].as_str().unwrap();
    assert!(
        text.starts_with("project,project_name,model,user_number,"),
        "{text}"
    );
    assert!(text.contains(&format!("\r\n{id},\"'=2+3\",")), "{text}");
    let request = ada
        .request("GET", "/usage?group_by=project,model")
        .header("accept", "text/csv, */*;q=0.1");
    let same = ada
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(String::from_utf8(same.bytes).unwrap(), text);
}

async fn what_an_organization_paid_is_for_its_admins_and_the_servers_for_who_runs_it(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    stage.start_worker();
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let studio = organization(&stage, &bob).await;
    join(&stage, &studio, &eve).await;
    eve.generate(&stage, &picture()).await;
    let path = format!("/organizations/{studio}/usage");
    assert_eq!(bob.get(&path).await.body["data"], json!([]));
    assert_eq!(eve.get(&path).await.body["data"], json!([]));
    assert_eq!(ada.get(&path).await.status, 404);
    share_key(&stage, &studio, &user_id(&bob).await).await;
    for person in [&bob, &eve] {
        let active = json!({ "organization_id": studio });
        person.put("/me/active-organization", &active).await;
        person.generate(&stage, &picture()).await;
    }
    let by_member = format!("{path}?group_by=member");
    let names = async |person: &Person| {
        let report = person.get(&by_member).await.body;
        let rows = report["data"].as_array().unwrap().iter();
        let mut names: Vec<_> = rows
            .map(|row| {
                assert_eq!(row["paid_by"]["organization"]["number"], 1, "{row}");
                assert!(row["group"]["member"].is_string(), "{row}");
                row["member_name"].as_str().unwrap().to_owned()
            })
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&bob).await, ["bob", "eve"]);
    // A member sees their own part, also when they ask for everybody's.
    assert_eq!(names(&eve).await, ["eve"]);
    let wrong = bob.get("/usage?group_by=member").await;
    assert_eq!(wrong.code(), "INVALID_INPUT");
    let paid = ada.get("/admin/usage").await.body;
    assert_eq!(paid["total"]["instance"]["number"], 1);
    assert_eq!(bob.get("/admin/usage").await.status, 403);
}

async fn an_organizations_key_works_without_a_project_and_it_pays(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let studio = organization(&stage, &ada).await;
    let user = user_id(&ada).await;
    store::users::set_active_organization(&stage.app.db, &user, Some(&studio))
        .await
        .unwrap();
    share_key(&stage, &studio, &user).await;
    let made = ada.generate(&stage, &picture()).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["payer"], "organization");
    let paid = ada
        .get(&format!("/organizations/{studio}/usage"))
        .await
        .body;
    assert_eq!(paid["total"]["organization"]["number"], 1);
}

async fn estimates_learn_from_ones_own_reported_costs_alone(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    for provider in ["gemini", "openrouter"] {
        give_key(&ada, provider).await;
    }
    let mut costs = Vec::new();
    for made in 0..3 {
        let before = ada.post("/estimates", &text()).await.body;
        assert_eq!(before["learned"], Value::Null, "{made}: {before}");
        let written = ada.generate(&stage, &text()).await;
        assert_eq!(written["status"], "succeeded", "{written}");
        costs.push(written["actual"]["micro_usd"]["high"].as_i64().unwrap());
        ada.generate(&stage, &picture()).await;
    }
    let after = ada.post("/estimates", &text()).await.body;
    let learned = &after["learned"];
    assert_eq!(learned["based_on"], 3, "{after}");
    assert_eq!(learned["low_micro_usd"], *costs.iter().min().unwrap());
    assert_eq!(learned["high_micro_usd"], *costs.iter().max().unwrap());

    // The price of a picture comes from the list: three of them say nothing new.
    let list = ada.post("/estimates", &picture()).await.body;
    assert_eq!(list["learned"], Value::Null, "{list}");
    // Another length of answer is another thing, and so is another person.
    let mut longer = text();
    longer["input"]["max_output_tokens"] = json!(2_000);
    let longer = ada.post("/estimates", &longer).await.body;
    assert_eq!(longer["learned"], Value::Null);
    let bob = stage.person("bob").await;
    give_key(&bob, "openrouter").await;
    let others = bob.post("/estimates", &text()).await.body;
    assert_eq!(others["learned"], Value::Null);
}
