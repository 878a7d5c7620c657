//! Generations over the API: every operation, once per wish, through crashes.

use super::support::Stage;
use axum::body::Body;
use domain::{GenerationId, UserId};
use serde_json::{Value, json};
use std::time::Duration;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    every_operation_delivers,
    the_same_idempotency_key_is_one_generation,
    a_submit_cut_off_by_a_crash_is_never_sent_again,
    a_running_job_is_polled_on_after_a_crash,
    only_polls_that_fail_in_a_row_count,
    a_result_that_cannot_be_fetched_now_is_fetched_later,
    a_task_whose_key_is_gone_is_not_called_failed,
    what_the_provider_says_comes_in_our_words,
    a_price_is_known_before_there_is_a_key,
    a_job_is_compared_at_every_provider,
    a_queued_generation_can_be_cancelled,
);

async fn with_keys(stage: &Stage) -> super::support::Person {
    let ada = stage.person("ada").await;
    for provider in ["openrouter", "gemini", "kie", "elevenlabs"] {
        let stored = ada
            .put(
                &format!("/keys/{provider}"),
                &json!({ "key": "sandbox-abcdefgh-1c96" }),
            )
            .await;
        assert_eq!(stored.status, 200);
    }
    ada
}

async fn every_operation_delivers(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;

    let text = ada
        .generate(
            &stage,
            &json!({ "operation": "llm", "input": { "prompt": "A lighthouse keeper" } }),
        )
        .await;
    assert_eq!(text["status"], "succeeded", "{text}");
    assert!(!text["text"].as_str().unwrap().is_empty());
    assert_eq!(text["actual"]["status"], "known");

    let picture = json!({ "operation": "image", "input": { "prompt": "A harbour", "resolution": "1K", "aspect_ratio": "16:9" } });
    let picture = ada.generate(&stage, &picture).await;
    assert_eq!(
        picture["outputs"][0]["media_type"], "image/png",
        "{picture}"
    );
    let first_frame = picture["outputs"][0]["id"].as_str().unwrap();

    let clip = json!({ "operation": "video", "input": { "prompt": "Waves", "image": first_frame, "duration_seconds": 6 } });
    let clip = ada.generate(&stage, &clip).await;
    assert_eq!(clip["outputs"][0]["media_type"], "video/mp4", "{clip}");

    for provider in ["gemini", "elevenlabs"] {
        let voice =
            json!({ "operation": "tts", "provider": provider, "input": { "text": "Come home." } });
        let voice = ada.generate(&stage, &voice).await;
        let kind = voice["outputs"][0]["media_type"]
            .as_str()
            .unwrap_or_else(|| panic!("{voice}"));
        assert!(kind.starts_with("audio/"), "{kind}");
        assert_eq!(voice["resolution"]["provider"], provider);
    }

    let music =
        json!({ "operation": "music", "input": { "prompt": "Calm piano", "instrumental": true } });
    let music = ada.generate(&stage, &music).await;
    assert_eq!(music["outputs"][0]["media_type"], "audio/mpeg", "{music}");

    let listed = ada.get("/generations?limit=2").await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert_eq!(listed["data"][0]["id"], music["id"]);
    let path = clip["outputs"][0]["url"]
        .as_str()
        .unwrap()
        .trim_start_matches("/api/v1")
        .to_owned();
    let whole = ada.get(&path).await;
    let range = ada
        .request("GET", &path)
        .header("range", "bytes=0-99")
        .body(Body::empty())
        .unwrap();
    let part = ada.send(range).await;
    assert_eq!((whole.status, part.status), (200, 206));
    assert_eq!(part.bytes, whole.bytes[..100]);
    assert_eq!(part.headers["content-type"], "video/mp4");
}

async fn the_same_idempotency_key_is_one_generation(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let ask = async |prompt: &str| {
        let body = json!({ "operation": "llm", "input": { "prompt": prompt } });
        let request = ada
            .request("POST", "/generations")
            .header("content-type", "application/json")
            .header("idempotency-key", "wish-1");
        ada.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    };
    let answers = futures::future::join_all((0..20).map(|_| ask("A lighthouse"))).await;
    let ids: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.body["id"].to_string())
        .collect();
    assert!(answers.iter().all(|answer| answer.status == 202));
    assert_eq!(ids.len(), 1);
    assert_eq!(ask("Another").await.code(), "INVALID_INPUT");
    assert_eq!(
        ada.get("/generations").await.body["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

async fn a_submit_cut_off_by_a_crash_is_never_sent_again(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let body = json!({ "operation": "llm", "input": { "prompt": "A lighthouse" } });
    let id = ada.post("/generations", &body).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let now = stage.app.clock.now();
    let job = store::jobs::claim(&stage.app.db, "dead worker", now, now.plus_millis(30_000))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(job.generation.id, GenerationId(id.clone()));
    assert!(
        store::jobs::begin_submit(&stage.app.db, &job.lease, now, now.plus_millis(30_000))
            .await
            .unwrap()
    );

    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_worker();
    let ended = ada.finished(&stage, &id).await;
    assert_eq!(ended["status"], "unknown", "{ended}");
    assert!(
        ended["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("check your account")
    );
    assert!(stage.received().await.is_empty());
}

async fn a_running_job_is_polled_on_after_a_crash(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let music = json!({ "operation": "music", "input": { "prompt": "Calm piano" } });
    let worker = stage.start_worker();
    let id = ada.post("/generations", &music).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    while ada.get(&format!("/generations/{id}")).await.body["status"] != "running" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.abort();
    drop(worker.await);
    stage.app.clock.advance(Duration::from_secs(31));
    stage.start_worker();
    assert_eq!(ada.finished(&stage, &id).await["status"], "succeeded");
    let submits = stage
        .received()
        .await
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(submits, 1);
}

async fn what_the_provider_says_comes_in_our_words(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let told = async |key: &str, operation: &str, provider: &str, prompt: &str| -> Value {
        ada.put(&format!("/keys/{provider}"), &json!({ "key": key }))
            .await;
        let input = if operation == "tts" {
            json!({ "text": prompt })
        } else {
            json!({ "prompt": prompt })
        };
        let body = json!({ "operation": operation, "provider": provider, "input": input });
        let ended = ada.generate(&stage, &body).await;
        assert_eq!(ended["status"], "failed", "{ended}");
        assert_eq!(ended["error"]["code"], "PROVIDER_ERROR");
        assert_eq!(ended["actual"], Value::Null, "what failed is not billed");
        ended["error"]["reason"].clone()
    };
    for (operation, provider) in [
        ("llm", "openrouter"),
        ("image", "gemini"),
        ("music", "kie"),
        ("tts", "elevenlabs"),
    ] {
        assert_eq!(
            told("wrong-key-wrong-key-1", operation, provider, "x").await,
            "bad_key",
            "{provider}"
        );
        assert_eq!(
            told("sandbox-no-credit-1", operation, provider, "x").await,
            "no_credit",
            "{provider}"
        );
        assert_eq!(
            told("sandbox-rate-limited-1", operation, provider, "x").await,
            "rate_limited",
            "{provider}"
        );
        assert_eq!(
            told(
                "sandbox-abcdefgh-1c96",
                operation,
                provider,
                "x [sandbox:blocked]"
            )
            .await,
            "content_blocked",
            "{provider}"
        );
    }
    let me = ada.get("/me").await.body;
    let user = UserId(me["user"]["id"].as_str().unwrap().to_owned());
    assert_eq!(
        store::generations::list(&stage.app.db, &user, None, None, 100)
            .await
            .unwrap()
            .len(),
        16
    );
}

async fn a_job_is_compared_at_every_provider(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let body =
        json!({ "operation": "image", "input": { "prompt": "A harbour", "resolution": "4K" } });
    let answer = ada.post("/estimates?compare=1", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let all = answer.body["data"].as_array().unwrap();
    let of = |provider: &str, model: &str| {
        let found = all
            .iter()
            .find(|one| one["provider"] == provider && one["model"] == model);
        found.unwrap_or_else(|| panic!("{provider} {model} is missing"))
    };
    let fit = of("kie", "nano-banana-pro");
    assert_eq!(
        (&fit["usable"], &fit["payer"]),
        (&json!(true), &json!("user"))
    );
    assert!(fit["credits"]["low"].as_f64().unwrap() > 0.0);
    let small = of("kie", "z-image");
    assert_eq!(small["problem"]["code"], "INVALID_INPUT", "{small}");
    assert_eq!(
        (&small["usable"], &small["status"]),
        (&json!(false), &json!("unknown"))
    );
    let no_picture = of("modal-edit", "standard");
    assert_eq!(no_picture["usable"], false);
    // A Gemini key opens Nano Banana as well.
    assert_eq!(of("nano-banana", "gemini-3-pro-image")["usable"], true);
    assert!(
        all.iter()
            .all(|one| one["usable"] == json!(one["problem"].is_null()))
    );
    let bob = stage.person("bob").await;
    let poor = bob.post("/estimates?compare=1", &body).await.body;
    let gemini = poor["data"].as_array().unwrap();
    let gemini = gemini
        .iter()
        .find(|one| one["model"] == "gemini-3-pro-image")
        .unwrap();
    assert_eq!(gemini["problem"]["code"], "API_KEY_REQUIRED");
    assert_eq!(
        gemini["status"], "known",
        "a price is known without a key: {gemini}"
    );
}

async fn a_price_is_known_before_there_is_a_key(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let body =
        json!({ "operation": "image", "input": { "prompt": "A harbour", "resolution": "2K" } });
    let priced = ada.post("/estimates", &body).await;
    assert_eq!(priced.status, 200, "{}", priced.body);
    assert_eq!(priced.body["status"], "known");
    assert!(priced.body["credits"]["low"].as_f64().unwrap() > 0.0);
    assert_eq!(priced.body["problem"]["code"], "API_KEY_REQUIRED");
    assert_eq!(priced.body["lines"][0]["unit"], "image");
    assert!(priced.body["lines"][0]["price"]["source"].is_string());

    ada.put(
        "/keys/openrouter",
        &json!({ "key": "sandbox-abcdefgh-1c96" }),
    )
    .await;
    let unlisted =
        json!({ "operation": "llm", "model": "maker/new-model", "input": { "prompt": "x" } });
    let unlisted = ada.post("/estimates", &unlisted).await.body;
    assert_eq!(
        (&unlisted["status"], &unlisted["credits"]),
        (&json!("unknown"), &Value::Null)
    );
}

async fn a_queued_generation_can_be_cancelled(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let body = json!({ "operation": "llm", "input": { "prompt": "A lighthouse" } });
    let id = ada.post("/generations", &body).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let cancelled = ada
        .call("POST", &format!("/generations/{id}/cancel"), None)
        .await;
    assert_eq!(cancelled.body["status"], "cancelled");
    stage.start_worker();
    let again = ada
        .call("POST", &format!("/generations/{id}/cancel"), None)
        .await;
    assert_eq!(again.code(), "CONFLICT");
    assert!(stage.received().await.is_empty());
}

/// A clip at KIE with a fault on one of its paths.
async fn clip_with(stage: &Stage, fault: &Value) -> Value {
    stage.start_worker();
    let ada = with_keys(stage).await;
    stage.fault(fault).await;
    let wish = json!({ "operation": "video", "input": {
        "prompt": "Waves", "image": "https://example.com/a.png", "duration_seconds": 6
    } });
    ada.generate(stage, &wish).await
}

async fn only_polls_that_fail_in_a_row_count(test: TestDb) {
    let stage = Stage::new(test).await;
    let path = "/kie/api/v1/jobs/recordInfo";
    let fault = json!({ "path": path, "status": 500, "times": 9 });
    let clip = clip_with(&stage, &fault).await;
    assert_eq!(clip["status"], "succeeded", "{clip}");
}

async fn a_result_that_cannot_be_fetched_now_is_fetched_later(test: TestDb) {
    let stage = Stage::new(test).await;
    let fault = json!({ "path": "/media", "status": 503, "times": 3 });
    let clip = clip_with(&stage, &fault).await;
    assert_eq!(clip["status"], "succeeded", "{clip}");
    let sent = stage.received().await;
    let paid = sent.iter().filter(|line| line.contains("createTask"));
    assert_eq!(paid.count(), 1, "{sent:?}");
}

async fn a_task_whose_key_is_gone_is_not_called_failed(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = with_keys(&stage).await;
    let wish = json!({ "operation": "music", "provider": "kie",
        "input": { "prompt": "Calm strings", "instrumental": true } });
    let id = ada.post("/generations", &wish).await.body["id"].clone();
    let worker = stage.start_worker();
    for _ in 0..200 {
        let now = ada
            .get(&format!("/generations/{}", id.as_str().unwrap()))
            .await;
        if now.body["status"] == "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ada.delete("/keys/kie").await.status, 204);
    let track = ada.finished(&stage, id.as_str().unwrap()).await;
    worker.abort();
    assert_eq!(track["status"], "unknown", "{track}");
    assert!(
        track["error"]["detail"].as_str().unwrap().contains("key"),
        "{track}"
    );
}
