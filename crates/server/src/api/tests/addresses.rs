//! Addresses that people give: what is refused and in which words, whom a request can be turned to,
//! and what a test of a key gives away of the network.

use super::support::{Person, Stage};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{on_both_databases, test_support::TestDb};
use tokio::net::TcpListener;

on_both_databases!(
    a_refused_address_names_what_would_allow_it_and_is_the_same_for_every_port,
    no_member_at_any_depth_turns_a_request_to_another_host,
    a_token_is_not_sent_after_its_address_changed,
    a_test_tells_a_closed_port_from_no_other,
);

/// A port of this machine on which something accepts and hangs up at once.
async fn open_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    port
}

/// A port of this machine on which nothing listens.
async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

async fn give(person: &Person, address: &str) -> Value {
    let patch = json!({ "endpoints": { "image": address } });
    let mut answer = person.patch("/settings", &patch).await;
    if answer.status != 200 {
        assert_eq!(answer.code(), "ENDPOINT_NOT_ALLOWED");
        assert!(
            !answer.body.to_string().contains(address),
            "{}",
            answer.body
        );
    }
    answer.body["fields"].take()
}

async fn a_refused_address_names_what_would_allow_it_and_is_the_same_for_every_port(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let (open, closed) = (open_port().await, closed_port().await);
    for (address, variable) in [
        ("https://models.example.org/x", "FILM_ALLOW_ENDPOINT_HOSTS"),
        ("http://gpu.lan:8188/", "FILM_ALLOW_ENDPOINT_HOSTS"),
        (
            "https://me--film.modal.run:8443/",
            "FILM_ALLOW_ENDPOINT_HOSTS",
        ),
        ("https://10.1.2.3/", "FILM_ALLOW_PRIVATE_ENDPOINTS"),
        ("https://[fd12::1]/", "FILM_ALLOW_PRIVATE_ENDPOINTS"),
    ] {
        let fields = give(&ada, address).await.to_string();
        assert!(fields.contains(variable), "{address}: {fields}");
    }
    let metadata = give(&ada, "https://169.254.169.254/latest")
        .await
        .to_string();
    assert!(metadata.contains("never allowed"), "{metadata}");
    let refused = give(&ada, "https://10.0.0.1/").await;
    for port in [open, closed] {
        let address = format!("https://127.0.0.1:{port}/");
        assert_eq!(give(&ada, &address).await, refused);
    }
    assert!(stage.received().await.is_empty());
}

/// The value with a member put in at each of its objects and lists, one place at a time.
fn with_member(value: &Value, name: &str, put_in: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            let mut here = members.clone();
            here.insert(name.to_owned(), put_in.clone());
            all.push(Value::Object(here));
            for (key, inner) in members {
                for changed in with_member(inner, name, put_in) {
                    let mut around = members.clone();
                    around.insert(key.clone(), changed);
                    all.push(Value::Object(around));
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                for changed in with_member(inner, name, put_in) {
                    let mut around = items.clone();
                    around[index] = changed;
                    all.push(Value::Array(around));
                }
            }
        }
        _ => {}
    }
    all
}

async fn no_member_at_any_depth_turns_a_request_to_another_host(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    ada.put(
        "/keys/openrouter",
        &json!({ "key": "sandbox-abcdefgh-1c96" }),
    )
    .await;
    let elsewhere = open_port().await;
    let put_in = json!(format!("http://127.0.0.1:{elsewhere}/"));
    let wish = json!({ "operation": "llm", "provider": "openrouter", "input": {
        "prompt": "A story.",
        "json_schema": { "type": "object", "properties": { "a": { "type": "string" } } },
    } });
    let plan = json!({ "items": [{ "step": "story", "input": wish["input"] }] });
    let settings = json!({ "operations": { "llm": { "models": {} } }, "endpoints": {} });
    let project = ada.post("/projects", &json!({ "name": "x" })).await.body;
    let plan_path = format!("/projects/{}/plan", project["id"].as_str().unwrap());
    let mut tried = 0;
    for name in [
        "api_base",
        "apiBase",
        "base_url",
        "baseUrl",
        "baseURL",
        "endpoint",
        "endpoint_url",
        "headers",
        "extra_headers",
        "host",
        "url",
        "proxy",
        "api_key",
        "user_id",
        "organization",
        "credentials",
        "skip_credit_check",
    ] {
        for (method, path, body) in [
            ("POST", "/generations", &wish),
            ("POST", "/estimates", &wish),
            ("POST", "/resolve", &json!({ "operation": "llm" })),
            ("PATCH", "/settings", &settings),
            (
                "PUT",
                "/keys/gemini",
                &json!({ "key": "sandbox-abcdefgh-1c96" }),
            ),
            ("POST", &plan_path, &plan),
        ] {
            for changed in with_member(body, name, &put_in) {
                // What is inside of a schema is the provider's, and never ours.
                if changed["input"]["json_schema"] != body["input"]["json_schema"]
                    || changed["items"][0]["input"]["json_schema"]
                        != body["items"][0]["input"]["json_schema"]
                {
                    continue;
                }
                let answer = ada.call(method, path, Some(&changed)).await;
                assert_eq!(
                    answer.status, 422,
                    "{method} {path} {changed}: {}",
                    answer.body
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(stage.received().await.is_empty(), "nothing was sent");
    let done = ada.generate(&stage, &wish).await;
    assert_eq!(done["status"], "succeeded", "{done}");
}

async fn a_token_is_not_sent_after_its_address_changed(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    let first = stage.sandbox.join("/modal-protected/image").unwrap();
    give(&ada, first.as_str()).await;
    let token = json!({ "key": "wk-sandbox-0123456789", "secret": "ws-sandbox-0123456789" });
    assert_eq!(ada.put("/keys/modal", &token).await.status, 200);
    give(&ada, "https://me--other.modal.run/").await;
    let wish =
        json!({ "operation": "image", "provider": "modal", "input": { "prompt": "A harbour" } });
    let refused = ada.post("/generations", &wish).await;
    assert_eq!(refused.code(), "KEY_UNAVAILABLE", "{}", refused.body);
    assert_eq!(ada.get("/generations").await.body["data"], json!([]));
    assert!(stage.received().await.is_empty());
    give(&ada, first.as_str()).await;
    let done = ada.generate(&stage, &wish).await;
    assert_eq!(done["status"], "succeeded", "{done}");
}

async fn a_test_tells_a_closed_port_from_no_other(test: TestDb) {
    let network = [("FILM_ALLOW_PRIVATE_ENDPOINTS", "127.0.0.0/8")];
    let stage = Stage::with_environment(test, &network).await;
    let ada = stage.person("ada").await;
    let mut found = Vec::new();
    for port in [open_port().await, closed_port().await] {
        give(&ada, &format!("http://127.0.0.1:{port}/")).await;
        let mut times = Vec::new();
        let mut bodies = Vec::new();
        for _ in 0..5 {
            let began = Instant::now();
            bodies.push(ada.post("/keys/modal/test", &json!({})).await.body);
            times.push(began.elapsed());
        }
        times.sort();
        assert!(times[0] >= Duration::from_millis(300), "{times:?}");
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        found.push((bodies.remove(0), times[2]));
    }
    assert_eq!(found[0].0, found[1].0);
    let apart = found[0].1.abs_diff(found[1].1);
    assert!(apart < Duration::from_millis(50), "{apart:?}");
}
