//! What is written down and who may read it.

use super::{
    ledger::{give_key, join, organization},
    support::{Person, Stage},
};
use serde_json::{Value, json};
use store::{
    audit::verify::verify,
    on_both_databases,
    test_support::{TestDb, tables},
};

on_both_databases!(
    who_came_and_what_they_did_is_written_down,
    an_organizations_audit_is_for_its_admins,
    the_instances_audit_is_filtered_and_paged,
    a_file_starts_no_formula_and_holds_all,
    nothing_of_it_is_a_secret_and_tampering_is_found,
);

fn actions(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().unwrap().iter();
    data.map(|event| event["action"].as_str().unwrap().to_owned())
        .collect()
}

pub(super) async fn sign_in(stage: &Stage, name: &str, password: &str) -> u16 {
    let input = json!({"email": format!("{name}@example.com"), "password": password});
    stage.anybody().post("/auth/sign-in", &input).await.status
}

/// Waits until an action is written down: a failed sign-in is after its answer.
async fn written(ada: &Person, action: &str) -> Value {
    for _ in 0..200 {
        let found = ada.get(&format!("/admin/audit?action={action}")).await.body;
        if let Some(event) = found["data"].get(0) {
            return event.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{action} is not written down");
}

async fn who_came_and_what_they_did_is_written_down(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    assert_eq!(sign_in(&stage, "ada", "a long enough secret").await, 200);
    assert_eq!(sign_in(&stage, "ada", "a wrong secret, really").await, 401);
    assert_eq!(
        sign_in(&stage, "nobody", "a wrong secret, really").await,
        401
    );
    let failed = written(&ada, "sign_in.failed").await;
    assert_eq!(failed["actor"]["email"], "ada@example.com");
    give_key(&ada, "gemini").await;
    let project = ada.post("/projects", &json!({"name": "Film"})).await.body;
    let path = format!("/projects/{}", project["id"].as_str().unwrap());
    assert_eq!(ada.delete(&path).await.status, 204);
    let all = ada.get("/admin/audit").await.body;
    assert_eq!(
        actions(&all),
        [
            "project.deleted",
            "key.stored",
            "sign_in.failed",
            "sign_in.succeeded",
            "account.created"
        ]
    );
    let deleted = &all["data"][0];
    assert_eq!(deleted["what"], "Deleted the project Film");
    assert_eq!(deleted["actor"]["name"], "ada");
    assert!(deleted["address"].is_string(), "{deleted}");
    assert_eq!(deleted["sequence"], 5);
}

async fn an_organizations_audit_is_for_its_admins(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob, cat) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("cat").await,
    );
    let studio = organization(&stage, &bob).await;
    join(&stage, &studio, &cat).await;
    let budget = format!("/budgets/organizations/{studio}/daily");
    let limit = json!({"limit_micro_usd": 5_000_000});
    assert_eq!(bob.put(&budget, &limit).await.status, 200);
    assert_eq!(bob.put("/budgets/user/daily", &limit).await.status, 200);
    let path = format!("/organizations/{studio}/audit");
    let theirs = bob.get(&path).await.body;
    assert_eq!(actions(&theirs), ["budget.set"]);
    assert_eq!(theirs["data"][0]["organization_name"], "Studio");
    for ending in ["", ".csv", ".jsonl"] {
        let path = format!("{path}{ending}");
        assert_eq!(bob.get(&path).await.status, 200, "{path}");
        assert_eq!(cat.get(&path).await.status, 403, "{path}");
        assert_eq!(
            ada.get(&path).await.status,
            404,
            "{path}: she does not belong to it"
        );
    }
}

async fn the_instances_audit_is_filtered_and_paged(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    for slot in ["gemini", "kie", "openrouter"] {
        give_key(&bob, slot).await;
    }
    stage
        .app
        .clock
        .advance(std::time::Duration::from_secs(15 * 3600));
    give_key(&ada, "gemini").await;
    let get = async |query: &str| ada.get(&format!("/admin/audit?{query}")).await.body;
    let by_bob = get("actor=Bob@Example.com").await;
    assert_eq!(actions(&by_bob).len(), 4);
    let id = by_bob["data"][0]["actor"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(get(&format!("actor={id}")).await, by_bob);
    assert_eq!(
        actions(&get("action=key.stored&to=2026-11-22").await).len(),
        3
    );
    assert_eq!(actions(&get("from=2026-11-23").await), ["key.stored"]);
    let first = get("limit=4").await;
    let cursor = first["next_cursor"].as_i64().unwrap();
    let rest = get(&format!("limit=4&before={cursor}")).await;
    assert_eq!(actions(&first).len() + actions(&rest).len(), 6);
    assert_eq!(rest["next_cursor"], json!(null));
    for wrong in ["from=yesterday", "limit=many", "password=1"] {
        let refused = ada.get(&format!("/admin/audit?{wrong}")).await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
}

async fn a_file_starts_no_formula_and_holds_all(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for number in 0..3 {
        let name = json!({"name": format!("=HYPERLINK({number})")});
        let project = ada.post("/projects", &name).await.body;
        let path = format!("/projects/{}", project["id"].as_str().unwrap());
        assert_eq!(ada.delete(&path).await.status, 204);
    }
    let csv = ada.get("/admin/audit.csv?action=project.deleted").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(csv.bytes).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    for cell in text.split([',', '\n']) {
        assert!(
            !cell
                .trim_start_matches('"')
                .starts_with(['=', '+', '-', '@']),
            "{cell}"
        );
    }
    let lines = ada.get("/admin/audit.jsonl").await;
    let text = String::from_utf8(lines.bytes).unwrap();
    let places: Vec<i64> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["sequence"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert_eq!(places, [1, 2, 3, 4], "the oldest first");
}

async fn nothing_of_it_is_a_secret_and_tampering_is_found(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let key = json!({"key": "sandbox-canary-0123456789abcdef"});
    assert_eq!(ada.put("/keys/gemini", &key).await.status, 200);
    let lines = ada.get("/admin/audit.jsonl").await;
    let text = String::from_utf8(lines.bytes).unwrap();
    for secret in ["canary", "cdef", "long enough"] {
        assert!(!text.contains(secret), "{text}");
    }
    let db = &stage.app.db;
    assert_eq!(verify(db, None).await.unwrap().unwrap().count, 2);
    tables::drop_audit_triggers(db).await.unwrap();
    tables::meddle(
        db,
        "UPDATE audit_events SET action = 'key.removed' WHERE sequence = 2",
    )
    .await
    .unwrap();
    let found = verify(db, None).await.unwrap().unwrap_err();
    assert_eq!(found.sequence, 2);
}
