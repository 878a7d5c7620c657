//! Another provider takes over where the settings say so: on the failures that they name, for the
//! same payer, within the price and the budgets, once, and told in the trace.

use super::support::{Person, Stage};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    nobody_takes_over_unless_the_settings_say_so,
    who_takes_over_makes_it_and_the_trace_the_ledger_and_the_budget_say_so,
    a_failure_that_the_settings_do_not_name_stands,
    nobody_takes_over_for_another_payer,
    nobody_takes_over_above_the_price,
    a_budget_that_does_not_cover_the_other_lets_the_failure_stand,
    what_is_blocked_goes_to_no_other,
    what_was_taken_goes_to_no_other,
    it_happens_once,
    the_other_gets_its_own_defaults_and_nothing_that_it_does_not_offer,
    a_projects_word_comes_before_ones_own,
    the_setting_is_checked_kept_and_carried_like_any_other,
);

const KEY: &str = "sandbox-abcdefgh-1c96";

async fn with_keys(stage: &Stage, providers: &[&str]) -> Person {
    let person = stage.person("ada").await;
    for provider in providers {
        let path = format!("/keys/{provider}");
        let stored = person.put(&path, &json!({ "key": KEY })).await;
        assert_eq!(stored.status, 200, "{}", stored.body);
    }
    person
}

/// Sets who serves an operation and who takes over.
async fn set(person: &Person, operation: &str, first: &str, fallback: &Value) {
    let patch = json!({ "operations": { operation: { "provider": first, "fallback": fallback } } });
    let answer = person.patch("/settings", &patch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn picture() -> Value {
    json!({ "operation": "image", "input": { "prompt": "A harbour" } })
}

/// The most that a picture costs at a provider, in micro-USD.
async fn price(person: &Person, provider: &str) -> i64 {
    let mut wish = picture();
    wish["provider"] = json!(provider);
    let priced = person.post("/estimates", &wish).await.body;
    priced["micro_usd"]["high"].as_i64().unwrap()
}

async fn down(stage: &Stage, path: &str, status: u16) {
    stage
        .fault(&json!({ "path": path, "status": status }))
        .await;
}

async fn submits(stage: &Stage, path: &str) -> usize {
    let received = stage.received().await;
    let of_path = |line: &&String| line.starts_with("POST") && line.contains(path);
    received.iter().filter(of_path).count()
}

/// What the trace says of the fallback.
fn told(generation: &Value) -> Vec<Value> {
    let trace = generation["resolution"]["trace"].as_array().unwrap();
    let of_fallback = |entry: &&Value| entry["subject"] == "fallback";
    trace.iter().filter(of_fallback).cloned().collect()
}

async fn nobody_takes_over_unless_the_settings_say_so(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    set(&ada, "image", "gemini", &Value::Null).await;
    down(&stage, "/gemini", 503).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["error"]["reason"], "overloaded", "{failed}");
    assert_eq!(failed["resolution"]["provider"], "gemini");
    assert_eq!(told(&failed), [] as [Value; 0]);
    assert_eq!(submits(&stage, "/kie").await, 0);
}

async fn who_takes_over_makes_it_and_the_trace_the_ledger_and_the_budget_say_so(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    let terms = json!({ "provider": "kie", "on": ["overloaded"] });
    set(&ada, "image", "gemini", &terms).await;
    let (first, other) = (price(&ada, "gemini").await, price(&ada, "kie").await);
    assert!(other < first, "{other} {first}");
    let limit = json!({ "limit_micro_usd": first });
    ada.put("/budgets/user/daily", &limit).await;
    down(&stage, "/gemini", 503).await;
    let asked = ada.post("/generations", &picture()).await.body;
    assert_eq!(asked["resolution"]["provider"], "gemini");
    let before = ada.get("/budgets/user").await.body;
    assert_eq!(before["data"][0]["reserved_micro_usd"], first);

    stage.start_worker();
    let made = ada.finished(&stage, asked["id"].as_str().unwrap()).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["provider"], "kie");
    assert_eq!(made["resolution"]["payer"], "user");
    assert_eq!(made["resolution"]["credential"]["level"], "user");
    assert_eq!(made["outputs"].as_array().unwrap().len(), 1);
    assert_eq!(made["estimate"]["micro_usd"]["high"], other);
    assert_eq!(made["error"], Value::Null);
    assert_eq!(
        told(&made),
        [json!({
            "subject": "fallback", "level": "user", "outcome": "chosen",
            "value": "Google Gemini was overloaded; KIE.ai took over, as the personal settings allow",
        })]
    );
    let trace = made["resolution"]["trace"].as_array().unwrap();
    assert!(
        trace.contains(&json!({
            "subject": "provider", "level": "user", "outcome": "blocked", "reason": "failed",
            "value": "gemini",
        })),
        "{trace:?}"
    );
    assert_eq!(submits(&stage, "/gemini").await, 1);
    assert_eq!(submits(&stage, "/kie").await, 1);

    let usage = ada.get("/usage?group_by=provider").await.body;
    let rows = usage["data"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["group"]["provider"], "kie");
    let spent = &rows[0]["paid_by"]["user"]["micro_usd"];
    assert_eq!(made["actual"]["micro_usd"]["high"], *spent);
    let after = ada.get("/budgets/user").await.body;
    assert_eq!(after["data"][0]["reserved_micro_usd"], 0);
    assert_eq!(after["data"][0]["spent_micro_usd"], *spent);
}

async fn a_failure_that_the_settings_do_not_name_stands(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    let terms = json!({ "provider": "kie", "on": ["rate_limited", "timeout", "upstream"] });
    set(&ada, "image", "gemini", &terms).await;
    down(&stage, "/gemini", 503).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["error"]["reason"], "overloaded", "{failed}");
    // A key that is refused is no failure of the provider.
    stage.heal().await;
    down(&stage, "/gemini", 401).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["error"]["reason"], "bad_key", "{failed}");
    // An answer that was lost may have been charged.
    stage.heal().await;
    stage
        .fault(&json!({ "path": "/gemini", "drop_after_accept": true }))
        .await;
    let lost = ada.generate(&stage, &picture()).await;
    assert_eq!(lost["status"], "unknown", "{lost}");
    assert_eq!(submits(&stage, "/kie").await, 0);
}

async fn nobody_takes_over_for_another_payer(test: TestDb) {
    let stage = Stage::with_environment(test, &[("KIE_API_KEY", KEY)]).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini"]).await;
    let terms = json!({ "provider": "kie", "on": ["overloaded"], "max_credits": 1000 });
    set(&ada, "image", "gemini", &terms).await;
    down(&stage, "/gemini", 503).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["error"]["provider"], "gemini", "{failed}");
    assert_eq!(
        told(&failed),
        [json!({
            "subject": "fallback", "level": "user", "outcome": "blocked",
            "reason": "other_payer", "value": "kie",
        })]
    );
    assert_eq!(submits(&stage, "/kie").await, 0);
}

async fn nobody_takes_over_above_the_price(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    down(&stage, "/gemini", 503).await;
    down(&stage, "/kie", 503).await;
    // Without a limit of its own it may cost what the first would have; with one, no more than that.
    for (first, terms) in [
        ("kie", json!({ "provider": "gemini", "on": ["overloaded"] })),
        (
            "gemini",
            json!({ "provider": "kie", "on": ["overloaded"], "max_credits": 1 }),
        ),
    ] {
        set(&ada, "image", first, &terms).await;
        let failed = ada.generate(&stage, &picture()).await;
        assert_eq!(failed["error"]["provider"], *first, "{failed}");
        let told = told(&failed);
        assert_eq!(
            (&told[0]["outcome"], &told[0]["reason"]),
            (&json!("blocked"), &json!("too_expensive"))
        );
    }
    assert_eq!(submits(&stage, "/gemini").await, 1);
    assert_eq!(submits(&stage, "/kie").await, 1);
}

async fn a_budget_that_does_not_cover_the_other_lets_the_failure_stand(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    let terms = json!({ "provider": "gemini", "on": ["overloaded"], "max_credits": 1000 });
    set(&ada, "image", "kie", &terms).await;
    let limit = json!({ "limit_micro_usd": price(&ada, "gemini").await - 1 });
    ada.put("/budgets/user/daily", &limit).await;
    down(&stage, "/kie", 503).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert_eq!(failed["error"]["provider"], "kie");
    assert_eq!(failed["resolution"]["provider"], "kie");
    assert_eq!(submits(&stage, "/gemini").await, 0);
    let budget = ada.get("/budgets/user").await.body;
    assert_eq!(budget["data"][0]["reserved_micro_usd"], 0);
    assert_eq!(budget["data"][0]["spent_micro_usd"], 0);
}

fn every_kind(provider: &str) -> Value {
    let on = ["overloaded", "rate_limited", "timeout", "upstream"];
    json!({ "provider": provider, "on": on, "max_credits": 1000 })
}

async fn what_is_blocked_goes_to_no_other(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    set(&ada, "image", "kie", &every_kind("gemini")).await;
    let mut wish = picture();
    wish["input"]["prompt"] = json!("x [sandbox:blocked]");
    let failed = ada.generate(&stage, &wish).await;
    assert_eq!(failed["error"]["reason"], "content_blocked", "{failed}");
    assert_eq!(failed["resolution"]["provider"], "kie");
    assert_eq!(submits(&stage, "/gemini").await, 0);
}

async fn what_was_taken_goes_to_no_other(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["piapi", "kie"]).await;
    set(&ada, "music", "kie", &every_kind("piapi")).await;
    let input = json!({ "prompt": "x [sandbox:fail]", "instrumental": true });
    let wish = json!({ "operation": "music", "input": input });
    let failed = ada.generate(&stage, &wish).await;
    // It is given back there, so nothing was charged; all the same it was taken once.
    assert_eq!(failed["status"], "failed", "{failed}");
    assert_eq!(failed["error"]["reason"], "upstream", "{failed}");
    assert_eq!(failed["resolution"]["provider"], "kie");
    assert_eq!(submits(&stage, "/kie").await, 1);
    assert_eq!(submits(&stage, "/piapi").await, 0);
    // Before it is taken, the other may have it.
    down(&stage, "/kie", 503).await;
    let calm = json!({ "prompt": "Calm piano", "instrumental": true });
    let wish = json!({ "operation": "music", "input": calm });
    let made = ada.generate(&stage, &wish).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["provider"], "piapi");
}

async fn it_happens_once(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    set(&ada, "image", "gemini", &every_kind("kie")).await;
    down(&stage, "/gemini", 503).await;
    down(&stage, "/kie", 429).await;
    let failed = ada.generate(&stage, &picture()).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert_eq!(failed["error"]["provider"], "kie");
    assert_eq!(failed["error"]["reason"], "rate_limited");
    assert_eq!(told(&failed)[0]["outcome"], "chosen");
    assert_eq!(submits(&stage, "/gemini").await, 1);
    assert_eq!(submits(&stage, "/kie").await, 1);
    let usage = ada.get("/usage").await.body;
    assert_eq!(usage["data"], json!([]));
}

async fn the_other_gets_its_own_defaults_and_nothing_that_it_does_not_offer(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "elevenlabs"]).await;
    set(&ada, "tts", "gemini", &every_kind("elevenlabs")).await;
    down(&stage, "/gemini", 503).await;
    let mut wish = json!({ "operation": "tts", "input": { "text": "Good evening." } });
    let asked = ada.post("/generations", &wish).await.body;
    let voice = asked["input"]["voice"].clone();
    assert!(voice.is_string(), "{asked}");
    let made = ada.finished(&stage, asked["id"].as_str().unwrap()).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    assert_eq!(made["resolution"]["provider"], "elevenlabs");
    assert_ne!(made["input"]["voice"], voice);

    wish["input"]["voice"] = voice.clone();
    let failed = ada.generate(&stage, &wish).await;
    assert_eq!(failed["error"]["provider"], "gemini", "{failed}");
    assert_eq!(failed["input"]["voice"], voice);
    assert_eq!(told(&failed)[0]["reason"], "unusable");
}

async fn a_projects_word_comes_before_ones_own(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage, &["gemini", "kie"]).await;
    set(&ada, "image", "gemini", &every_kind("nano-banana")).await;
    let film = ada.post("/projects", &json!({ "name": "Film" })).await.body;
    let film = film["id"].as_str().unwrap().to_owned();
    let patch = json!({ "operations": { "image": { "fallback": every_kind("kie") } } });
    let path = format!("/projects/{film}/settings");
    assert_eq!(ada.patch(&path, &patch).await.status, 200);
    down(&stage, "/gemini", 503).await;
    let mut wish = picture();
    wish["project_id"] = json!(film);
    let made = ada.generate(&stage, &wish).await;
    assert_eq!(made["resolution"]["provider"], "kie", "{made}");
    let told = told(&made);
    assert_eq!(told[0]["level"], "project");
    let words = told[0]["value"].as_str().unwrap();
    assert!(
        words.ends_with("as the project's settings allow"),
        "{words}"
    );
}

async fn the_setting_is_checked_kept_and_carried_like_any_other(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let patch = |fallback: Value| json!({ "operations": { "image": { "fallback": fallback } } });
    for wrong in [
        json!({ "provider": "suno", "on": ["timeout"] }),
        json!({ "provider": "nobody", "on": ["timeout"] }),
        json!({ "provider": "kie", "on": [] }),
        json!({ "provider": "kie", "on": ["content_blocked"] }),
        json!({ "provider": "kie", "on": ["timeout"], "max_credits": -1 }),
        json!({ "provider": "kie", "on": ["timeout"], "max_credits": 0.5 }),
        json!({ "provider": "kie", "on": ["timeout"], "payer": "instance" }),
        json!("kie on timeout up to everything"),
    ] {
        let refused = ada.patch("/settings", &patch(wrong.clone())).await;
        assert_eq!(refused.code(), "INVALID_INPUT", "{wrong}");
        let field = refused.body["fields"][0]["field"].as_str().unwrap();
        assert!(field.contains("fallback"), "{field}");
    }
    let shown = json!({ "provider": "kie", "on": ["overloaded", "timeout"], "max_credits": 40 });
    let text = "kie on overloaded,timeout up to 40 credits";
    let wish = json!({ "provider": "kie", "on": ["timeout", "overloaded"], "max_credits": 40 });
    assert_eq!(ada.patch("/settings", &patch(wish)).await.status, 200);
    let view = ada.get("/settings").await.body;
    assert_eq!(view["operations"]["image"]["fallback"], shown);
    assert_eq!(view["versions"]["operations.image.fallback"], 1);
    assert!(view["operations"]["video"].get("fallback").is_none());

    let file = ada.get("/settings/export").await.body;
    assert_eq!(file["operations"]["image"]["fallback"], text);
    let stale = json!({
        "operations": { "image": { "fallback": null } },
        "base": { "operations.image.fallback": 0 },
    });
    let conflict = ada.patch("/settings", &stale).await;
    assert_eq!(conflict.code(), "CONFLICT");
    assert_eq!(conflict.body["current"][0]["value"], text);
    assert_eq!(
        ada.patch("/settings", &patch(Value::Null)).await.status,
        200
    );
    let view = ada.get("/settings").await.body;
    assert!(view["operations"]["image"].get("fallback").is_none());
    // What a file or the history holds is put back as it stands there.
    assert_eq!(
        ada.patch("/settings", &patch(json!(text))).await.status,
        200
    );
    let view = ada.get("/settings").await.body;
    assert_eq!(view["operations"]["image"]["fallback"], shown);
    let path = "/settings/history?field=operations.image.fallback";
    let history = ada.get(path).await.body;
    let changes: Vec<_> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (&change["from"], &change["to"]))
        .collect();
    let (none, some) = (&Value::Null, &json!(text));
    assert_eq!(changes, [(none, some), (some, none), (none, some)]);
}
