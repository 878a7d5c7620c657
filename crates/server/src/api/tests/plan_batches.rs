//! Batches over the API and the sandbox: in order, a few at a time, through pauses, errors, budgets
//! that run out and processes that die, and never anything twice.

use super::{
    ledger::give_key,
    plan::{add, film, picture, plan, unlisted},
    support::{Person, Stage},
};
use crate::{
    generation,
    plan::feeder::{AT_A_TIME, sweep},
};
use domain::{
    ProjectId,
    generation::{Agreed, Wanted},
    input::{GenerationInput, ImageInput},
    project::Step,
};
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    of_six_items_one_fails_and_the_others_are_made_and_it_can_be_tried_again,
    a_clip_begins_with_the_picture_that_was_planned_for_it,
    a_paused_batch_starts_nothing_more_until_it_goes_on,
    a_cancelled_batch_cancels_what_runs_and_plans_the_rest_again,
    a_batch_goes_on_after_a_restart_and_asks_for_nothing_twice,
    two_processes_do_not_feed_a_batch_twice,
    a_budget_that_runs_out_pauses_the_batch_with_the_reason,
    nothing_starts_that_is_dearer_or_paid_by_somebody_else_than_was_agreed_to,
    a_payer_who_changes_in_the_middle_pauses_the_batch,
    a_batch_that_stops_on_errors_pauses_at_the_first,
    what_may_have_been_made_is_never_asked_for_again_by_itself,
);

const WRONG_KEY: &str = "wrong-key-wrong-key-wrong-key-1";

async fn with_pictures(stage: &Stage, number: usize) -> (Person, String) {
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    let film = film(&ada).await;
    let items: Vec<_> = (0..number)
        .map(|n| picture(&format!("scene {n}")))
        .collect();
    add(&ada, &film, &items).await;
    (ada, film)
}

async fn start_with(person: &Person, film: &str, stop_on_error: bool) -> Value {
    let agreed = plan(person, film).await["agreed"].clone();
    let body = json!({ "agreed": agreed, "stop_on_error": stop_on_error });
    let begun = person
        .post(&format!("/projects/{film}/plan/start"), &body)
        .await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    begun.body
}

async fn start(person: &Person, film: &str) -> Value {
    start_with(person, film, false).await
}

async fn ask(person: &Person, film: &str, what: &str) -> Value {
    let answer = person
        .post(&format!("/projects/{film}/plan/{what}"), &json!({}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Waits until a plan is as it should be; time passes for the jobs that rest.
async fn until(stage: &Stage, person: &Person, film: &str, is: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..400 {
        let now = plan(person, film).await;
        if is(&now) {
            return now;
        }
        stage.app.clock.advance(Duration::from_millis(50));
        stage.app.bell.notify_one();
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!(
        "the plan did not come to that: {}",
        plan(person, film).await
    );
}

fn is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |plan| plan["batch"]["state"] == state
}

fn count(plan: &Value, what: &str) -> u64 {
    plan["batch"]["counts"][what].as_u64().unwrap()
}

fn states(plan: &Value) -> Vec<&str> {
    let items = plan["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["state"].as_str().unwrap())
        .collect()
}

async fn generations(person: &Person, film: &str) -> Vec<Value> {
    let listed = person
        .get(&format!("/generations?project_id={film}&limit=100"))
        .await;
    listed.body["data"].as_array().unwrap().clone()
}

async fn of_six_items_one_fails_and_the_others_are_made_and_it_can_be_tried_again(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    stage.start_feeder();
    let (ada, film) = with_pictures(&stage, 3).await;
    ada.put("/keys/elevenlabs", &json!({ "key": WRONG_KEY }))
        .await;
    let voice =
        json!({ "step": "voiceover", "provider": "elevenlabs", "input": { "text": "Hello" } });
    add(&ada, &film, &[voice, picture("last"), picture("very last")]).await;
    let begun = start(&ada, &film).await;
    assert_eq!(
        (&begun["state"], &begun["counts"]["waiting"]),
        (&json!("running"), &json!(6))
    );
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(
        states(&done),
        ["done", "done", "done", "failed", "done", "done"]
    );
    assert_eq!((count(&done, "done"), count(&done, "failed")), (5, 1));
    assert_eq!(done["items"][3]["error"]["reason"], "bad_key");
    let made = generations(&ada, &film).await;
    assert_eq!(made.len(), 6);
    assert!(
        made.iter()
            .all(|one| one["step"] == "scenes" || one["step"] == "voiceover")
    );
    assert_eq!(done["totals"]["all"]["items"], 1);

    // Once its key is right, exactly what failed is made, for the price that is agreed to.
    give_key(&ada, "elevenlabs").await;
    let retry = format!("/projects/{film}/plan/retry");
    let nothing = json!({ "agreed": { "most_micro_usd": 0, "payers": ["user"] } });
    assert_eq!(ada.post(&retry, &nothing).await.code(), "CONFLICT");
    let again = plan(&ada, &film).await;
    assert_eq!(again["again"], again["totals"]);
    let again = ada
        .post(&retry, &json!({ "agreed": again["agreed"] }))
        .await;
    assert_eq!(again.status, 202, "{}", again.body);
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 6);
    assert_eq!(generations(&ada, &film).await.len(), 7);
    let refused = ada.post(&retry, &nothing).await;
    assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));
}

async fn a_clip_begins_with_the_picture_that_was_planned_for_it(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_feeder();
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    give_key(&ada, "kie").await;
    let film = film(&ada).await;
    let pictures = add(&ada, &film, &[picture("a harbour")]).await;
    let image = format!("item:{}", pictures[0]);
    let clip = json!({ "step": "videos", "provider": "kie", "input": { "prompt": "Waves", "image": image } });
    add(&ada, &film, &[clip]).await;
    start(&ada, &film).await;
    let now = until(&stage, &ada, &film, |plan| count(plan, "running") == 1).await;
    assert_eq!(states(&now), ["running", "waiting"]);
    stage.start_worker();
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(states(&done), ["done", "done"]);
    let id = |number: usize| {
        done["items"][number]["generation_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let picture = ada.get(&format!("/generations/{}", id(0))).await.body;
    let clip = ada.get(&format!("/generations/{}", id(1))).await.body;
    assert_eq!(clip["input"]["image"], picture["outputs"][0]["id"]);
    assert!(
        clip["outputs"][0]["media_type"]
            .as_str()
            .unwrap()
            .starts_with("video/")
    );
}

async fn a_paused_batch_starts_nothing_more_until_it_goes_on(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_feeder();
    let (ada, film) = with_pictures(&stage, 6).await;
    start(&ada, &film).await;
    let at_a_time = u64::try_from(AT_A_TIME).unwrap();
    until(&stage, &ada, &film, |plan| {
        count(plan, "running") == at_a_time
    })
    .await;
    assert_eq!(ask(&ada, &film, "pause").await["state"], "paused");
    stage.start_worker();
    let paused = until(&stage, &ada, &film, |plan| count(plan, "done") == at_a_time).await;
    sweep(&stage.app, "somebody").await.unwrap();
    let still = plan(&ada, &film).await;
    assert_eq!(
        states(&still),
        ["done", "done", "done", "done", "waiting", "waiting"]
    );
    assert_eq!(
        (&still["batch"]["state"], &paused["batch"]["reason"]),
        (&json!("paused"), &Value::Null)
    );
    ask(&ada, &film, "resume").await;
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 6);
    assert_eq!(generations(&ada, &film).await.len(), 6);
}

async fn a_cancelled_batch_cancels_what_runs_and_plans_the_rest_again(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film) = with_pictures(&stage, 6).await;
    start(&ada, &film).await;
    sweep(&stage.app, "one").await.unwrap();
    let cancelled = ask(&ada, &film, "cancel").await;
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(cancelled["counts"]["cancelled"], AT_A_TIME);
    let now = plan(&ada, &film).await;
    assert_eq!(
        states(&now),
        [
            "cancelled",
            "cancelled",
            "cancelled",
            "cancelled",
            "planned",
            "planned"
        ]
    );
    sweep(&stage.app, "one").await.unwrap();
    let made = generations(&ada, &film).await;
    assert_eq!(made.len(), AT_A_TIME);
    assert!(made.iter().all(|one| one["status"] == "cancelled"));
    assert!(stage.received().await.is_empty());
    let nothing = json!({ "agreed": now["agreed"] });
    let retry = ada
        .post(&format!("/projects/{film}/plan/retry"), &nothing)
        .await;
    assert_eq!(retry.code(), "CONFLICT");

    // All six are still to be made, and can be.
    stage.start_worker();
    stage.start_feeder();
    assert_eq!(start(&ada, &film).await["counts"]["items"], 6);
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 6);
}

async fn a_batch_goes_on_after_a_restart_and_asks_for_nothing_twice(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film) = with_pictures(&stage, 6).await;
    start(&ada, &film).await;
    // A process took the lease, asked for the first item, and died before it wrote that down.
    let (db, now) = (&stage.app.db, stage.app.clock.now());
    let running = store::plan_batches::running(db).await.unwrap();
    let lease_until = now.plus_millis(30_000);
    let lease = store::plan_batches::lease(db, &running[0], "dead", now, lease_until).await;
    assert!(lease.unwrap().is_some());
    let actor = stage.actor(&ada).await;
    let rows = store::plan::list(db, &ProjectId(film.clone()))
        .await
        .unwrap();
    let wanted = Wanted {
        project_id: Some(ProjectId(film.clone())),
        step: Some(Step::Scenes),
        provider: rows[0].provider,
        model: None,
        input: GenerationInput::Image(ImageInput {
            prompt: "scene 0".to_owned(),
            ..ImageInput::default()
        }),
    };
    let agreed: Agreed = serde_json::from_str(rows[0].agreed.as_deref().unwrap()).unwrap();
    let key = format!("plan-{}-1", rows[0].id);
    let made = generation::create(&stage.app, &actor, wanted, Some(&key), Some(&agreed)).await;
    let made = made.unwrap();

    stage.start_worker();
    let first = stage.start_feeder();
    sweep(&stage.app, "another").await.unwrap();
    assert_eq!(generations(&ada, &film).await.len(), 1);
    ada.finished(&stage, &made.id.0).await;
    stage.app.clock.advance(Duration::from_secs(31));
    until(&stage, &ada, &film, |plan| count(plan, "done") >= 2).await;
    first.abort();
    // It may have held the lease. The generations' own leases do not end with it.
    until(&stage, &ada, &film, |plan| count(plan, "running") == 0).await;
    // What it had just asked for, and not written down, is no item's yet.
    for one in generations(&ada, &film).await {
        ada.finished(&stage, one["id"].as_str().unwrap()).await;
    }
    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_feeder();
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 6);
    assert_eq!(done["items"][0]["generation_id"], json!(made.id));
    assert_eq!(generations(&ada, &film).await.len(), 6);
    let sent = stage.received().await;
    let submits = sent.iter().filter(|one| one.starts_with("POST")).count();
    assert_eq!(submits, 6, "{sent:?}");
}

async fn two_processes_do_not_feed_a_batch_twice(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film) = with_pictures(&stage, 9).await;
    start(&ada, &film).await;
    let other = stage.beside().await;
    let owners = [
        (&stage, "one"),
        (&other, "two"),
        (&stage, "three"),
        (&other, "four"),
    ];
    let swept = owners.map(|(process, owner)| sweep(&process.app, owner));
    for swept in futures::future::join_all(swept).await {
        swept.unwrap();
    }
    assert_eq!(generations(&ada, &film).await.len(), AT_A_TIME);
    for process in [&stage, &other] {
        process.start_worker();
        process.start_feeder();
    }
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 9);
    assert_eq!(generations(&ada, &film).await.len(), 9);
}

async fn a_budget_that_runs_out_pauses_the_batch_with_the_reason(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film) = with_pictures(&stage, 6).await;
    start(&ada, &film).await;
    sweep(&stage.app, "one").await.unwrap();
    let price = plan(&ada, &film).await["items"][5]["offer"]["estimate"]["micro_usd"]["high"]
        .as_i64()
        .unwrap();
    let limit = |number: i64| json!({ "limit_micro_usd": price * number });
    ada.put("/budgets/user/daily", &limit(5)).await;
    stage.start_worker();
    stage.start_feeder();
    let paused = until(&stage, &ada, &film, is("paused")).await;
    let reason = &paused["batch"]["reason"];
    assert_eq!(reason["code"], "BUDGET_EXCEEDED");
    let detail = reason["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("Your daily budget does not cover this"),
        "{detail}"
    );
    let paused = until(&stage, &ada, &film, |plan| count(plan, "running") == 0).await;
    assert_eq!((count(&paused, "done"), count(&paused, "waiting")), (5, 1));
    ada.put("/budgets/user/daily", &limit(6)).await;
    assert_eq!(ask(&ada, &film, "resume").await["reason"], Value::Null);
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done"), 6);
}

async fn nothing_starts_that_is_dearer_or_paid_by_somebody_else_than_was_agreed_to(test: TestDb) {
    let variables = [("OPENROUTER_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let (ada, film) = with_pictures(&stage, 1).await;
    let path = format!("/projects/{film}/plan/start");
    let shown = json!({ "agreed": plan(&ada, &film).await["agreed"] });
    let late = add(&ada, &film, &[picture("added later")]).await;
    let refused = ada.post(&path, &shown).await;
    assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("it could cost up to"), "{detail}");
    ada.delete(&format!("/projects/{film}/plan/{}", late[0]))
        .await;
    add(&ada, &film, &[unlisted()]).await;
    let detail = ada.post(&path, &shown).await.body["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        detail.contains("1 instead of 0 have no known price"),
        "{detail}"
    );
    assert!(
        detail.contains("this server's operator would pay too"),
        "{detail}"
    );
    assert_eq!(plan(&ada, &film).await["batch"], Value::Null);
    for body in [
        json!({}),
        json!({ "agreed": {} }),
        json!({ "agreed": null }),
    ] {
        assert_eq!(ada.post(&path, &body).await.code(), "INVALID_INPUT");
    }
    let second = start(&ada, &film).await;
    assert_eq!(second["counts"]["items"], 2);
    let another = json!({ "agreed": plan(&ada, &film).await["agreed"] });
    assert_eq!(ada.post(&path, &another).await.code(), "CONFLICT");
}

async fn a_payer_who_changes_in_the_middle_pauses_the_batch(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let (ada, film) = with_pictures(&stage, 2).await;
    start(&ada, &film).await;
    assert_eq!(ada.delete("/keys/gemini").await.status, 204);
    sweep(&stage.app, "one").await.unwrap();
    let paused = plan(&ada, &film).await;
    assert_eq!(paused["batch"]["state"], "paused");
    let detail = paused["batch"]["reason"]["detail"].as_str().unwrap();
    assert!(
        detail.contains("this server's operator would pay instead of you"),
        "{detail}"
    );
    assert!(generations(&ada, &film).await.is_empty());
}

async fn a_batch_that_stops_on_errors_pauses_at_the_first(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    stage.start_feeder();
    let ada = stage.person("ada").await;
    ada.put("/keys/gemini", &json!({ "key": WRONG_KEY })).await;
    let film = film(&ada).await;
    let items: Vec<_> = (0..7).map(|n| picture(&format!("scene {n}"))).collect();
    add(&ada, &film, &items).await;
    start_with(&ada, &film, true).await;
    let paused = until(&stage, &ada, &film, is("paused")).await;
    assert_eq!(paused["batch"]["reason"]["code"], "CONFLICT");
    let paused = until(&stage, &ada, &film, |plan| count(plan, "running") == 0).await;
    assert!(
        count(&paused, "failed") >= 1 && count(&paused, "waiting") >= 1,
        "{paused}"
    );
    // It goes on with the others, until one more does not work.
    give_key(&ada, "gemini").await;
    ask(&ada, &film, "resume").await;
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(count(&done, "done") + count(&done, "failed"), 7);
    assert_eq!(count(&done, "failed"), count(&paused, "failed"));
}

async fn what_may_have_been_made_is_never_asked_for_again_by_itself(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, film) = with_pictures(&stage, 1).await;
    start(&ada, &film).await;
    sweep(&stage.app, "one").await.unwrap();
    let now = stage.app.clock.now();
    let lease_until = now.plus_millis(30_000);
    let job = store::jobs::claim(&stage.app.db, "dead worker", now, lease_until).await;
    let job = job.unwrap().unwrap();
    let begun = store::jobs::begin_submit(&stage.app.db, &job.lease, now, lease_until).await;
    assert!(begun.unwrap());
    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_worker();
    stage.start_feeder();
    let done = until(&stage, &ada, &film, is("done")).await;
    assert_eq!(states(&done), ["unknown"]);
    assert_eq!(done["totals"]["all"]["items"], 0);
    let agreed = json!({ "agreed": { "most_micro_usd": 1_000_000_000, "payers": ["user"] } });
    for what in ["retry", "start"] {
        let refused = ada
            .post(&format!("/projects/{film}/plan/{what}"), &agreed)
            .await;
        assert_eq!(refused.code(), "CONFLICT", "{what}");
    }
    assert_eq!(generations(&ada, &film).await.len(), 1);
    assert!(stage.received().await.is_empty());
}
