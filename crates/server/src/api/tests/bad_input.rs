//! Bad input gets the code of the contract, and nothing changes.

use super::support::Stage;
use axum::{body::Body, http::header::CONTENT_TYPE};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    each_wrong_wish_has_its_code,
    somebody_elses_things_are_not_there,
    the_character_zero_is_nowhere_a_fault
);

async fn each_wrong_wish_has_its_code(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    ada.put(
        "/keys/openrouter",
        &json!({ "key": "sandbox-abcdefgh-1c96" }),
    )
    .await;
    ada.put("/keys/kie", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    let before = ada.get("/settings").await.body;

    let settings = |value: Value| ("PATCH", "/settings", value);
    let generate = |value: Value| ("POST", "/generations", value);
    let cases = [
        (
            settings(json!({ "operations": { "image": { "provider": "nobody" } } })),
            "INVALID_INPUT",
        ),
        (
            settings(json!({ "operations": { "image": { "provider": "openrouter" } } })),
            "INVALID_INPUT",
        ),
        (
            settings(json!({ "operations": { "video": { "provider": "modal-edit" } } })),
            "INVALID_INPUT",
        ),
        (
            settings(json!({ "operations": { "dance": { "provider": "kie" } } })),
            "INVALID_INPUT",
        ),
        (
            settings(json!({ "operations": { "tts": { "models": { "gemini": "nothing" } } } })),
            "MODEL_UNAVAILABLE",
        ),
        (
            settings(json!({ "operations": { "llm": { "models": { "openrouter": "../../x" } } } })),
            "MODEL_UNAVAILABLE",
        ),
        (
            settings(json!({ "endpoints": { "image": "http://me--film.modal.run" } })),
            "ENDPOINT_NOT_ALLOWED",
        ),
        (
            settings(json!({ "endpoints": { "image": "https://169.254.169.254/" } })),
            "ENDPOINT_NOT_ALLOWED",
        ),
        (
            settings(json!({ "endpoints": { "image": "https://me.modal.run.evil.example" } })),
            "ENDPOINT_NOT_ALLOWED",
        ),
        (
            settings(json!({ "endpoints": { "image": "not an address" } })),
            "ENDPOINT_NOT_ALLOWED",
        ),
        (settings(json!({ "user_id": "x" })), "INVALID_INPUT"),
        (
            settings(json!({ "base": { "operations.tts.provider": 1 } })),
            "INVALID_INPUT",
        ),
        (
            generate(json!({ "operation": "dance", "input": {} })),
            "INVALID_INPUT",
        ),
        (
            generate(json!({ "operation": "llm", "input": { "prompt": "" } })),
            "INVALID_INPUT",
        ),
        (
            generate(json!({ "operation": "llm", "input": { "prompt": "a\u{0}b" } })),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "llm", "input": { "prompt": "x", "api_base": "http://x" } }),
            ),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "llm", "provider": "nobody", "input": { "prompt": "x" } }),
            ),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "llm", "provider": "kie", "model": "nothing", "input": { "prompt": "x" } }),
            ),
            "MODEL_UNAVAILABLE",
        ),
        (
            generate(
                json!({ "operation": "image", "provider": "elevenlabs", "input": { "prompt": "x" } }),
            ),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "video", "model": "nothing", "input": { "prompt": "x" } }),
            ),
            "MODEL_UNAVAILABLE",
        ),
        (
            generate(json!({ "operation": "video", "input": { "prompt": "x" } })),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "video", "input": { "prompt": "x", "image": "data:image/png;base64,AAAA" } }),
            ),
            "INVALID_INPUT",
        ),
        (
            generate(
                json!({ "operation": "video", "input": { "prompt": "x", "image": "somebodys-picture" } }),
            ),
            "NOT_FOUND",
        ),
        (
            generate(json!({ "operation": "image", "input": { "prompt": "x" } })),
            "API_KEY_REQUIRED",
        ),
        (
            generate(
                json!({ "operation": "llm", "project_id": "foreign", "input": { "prompt": "x" } }),
            ),
            "NOT_FOUND",
        ),
        (
            generate(json!({ "operation": "llm", "input": { "prompt": "x".repeat(300_000) } })),
            "PAYLOAD_TOO_LARGE",
        ),
        (
            generate(json!({ "operation": "llm", "input": { "prompt": "x".repeat(10_000_000) } })),
            "PAYLOAD_TOO_LARGE",
        ),
        (
            ("POST", "/projects", json!({ "name": " " })),
            "INVALID_INPUT",
        ),
        (
            ("POST", "/projects", json!({ "name": "x".repeat(121) })),
            "INVALID_INPUT",
        ),
        (
            (
                "POST",
                "/projects",
                json!({ "name": "x", "organization_id": "foreign" }),
            ),
            "NOT_FOUND",
        ),
        (
            ("POST", "/resolve", json!({ "operation": "image" })),
            "API_KEY_REQUIRED",
        ),
        (("GET", "/nowhere", Value::Null), "NOT_FOUND"),
    ];
    for ((method, path, body), code) in cases {
        let sent = (!body.is_null()).then_some(&body);
        let answer = ada.call(method, path, sent).await;
        let start: String = body.to_string().chars().take(120).collect();
        assert_eq!(
            answer.code(),
            code,
            "{method} {path} {start}: {}",
            answer.body
        );
        assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.body["status"], answer.status);
        assert!(!answer.body["detail"].as_str().unwrap().is_empty());
    }
    let broken = ada
        .request("PATCH", "/settings")
        .header(CONTENT_TYPE, "application/json");
    let broken = ada
        .send(broken.body(Body::from("{\"operations\":")).unwrap())
        .await;
    assert_eq!(broken.code(), "INVALID_INPUT");

    assert_eq!(ada.get("/settings").await.body, before);
    assert_eq!(ada.get("/generations").await.body["data"], json!([]));
    assert_eq!(ada.get("/projects").await.body["data"], json!([]));
    assert!(
        stage.received().await.is_empty(),
        "nothing was sent anywhere"
    );
}

async fn somebody_elses_things_are_not_there(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    ada.put("/keys/gemini", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    let project = ada
        .post("/projects", &json!({ "name": "Harbour" }))
        .await
        .body;
    let project = project["id"].as_str().unwrap();
    let body =
        json!({ "operation": "image", "project_id": project, "input": { "prompt": "A harbour" } });
    let made = ada.generate(&stage, &body).await;
    assert_eq!(made["status"], "succeeded", "{made}");
    let generation = made["id"].as_str().unwrap();
    let output = made["outputs"][0]["id"].as_str().unwrap();
    assert_eq!(ada.get(&format!("/outputs/{output}")).await.status, 200);

    let eva = stage.person("eva").await;
    for (method, path, body) in [
        ("GET", format!("/projects/{project}"), None),
        (
            "PATCH",
            format!("/projects/{project}"),
            Some(json!({ "name": "Mine" })),
        ),
        ("DELETE", format!("/projects/{project}"), None),
        ("GET", format!("/projects/{project}/settings"), None),
        (
            "PATCH",
            format!("/projects/{project}/settings"),
            Some(json!({})),
        ),
        ("GET", format!("/generations/{generation}"), None),
        ("GET", format!("/generations/{generation}/events"), None),
        ("POST", format!("/generations/{generation}/cancel"), None),
        ("GET", format!("/outputs/{output}"), None),
        (
            "POST",
            "/resolve".into(),
            Some(json!({ "operation": "image", "project_id": project })),
        ),
    ] {
        let foreign = eva.call(method, &path, body.as_ref()).await;
        let missing = path
            .replace(project, "missing")
            .replace(generation, "missing")
            .replace(output, "missing");
        let body = body.map(|body| json!(body.to_string().replace(project, "missing")));
        assert_eq!(
            (foreign.status, foreign.code()),
            (404, "NOT_FOUND"),
            "{method} {path}"
        );
        if body.is_none() {
            let missing = eva.call(method, &missing, None).await;
            assert_eq!(
                missing.body, foreign.body,
                "{method} {path}: foreign and missing look alike"
            );
        }
    }
    let with_her_picture = json!({ "operation": "video", "provider": "kie", "input": { "prompt": "x", "image": output } });
    eva.put("/keys/kie", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    assert_eq!(
        eva.post("/generations", &with_her_picture).await.code(),
        "NOT_FOUND"
    );
    assert_eq!(eva.get("/generations").await.body["data"], json!([]));
    assert_eq!(eva.get("/projects").await.body["data"], json!([]));
    assert_eq!(
        ada.get(&format!("/projects/{project}")).await.body["name"],
        "Harbour"
    );
}

async fn the_character_zero_is_nowhere_a_fault(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for path in [
        "/projects/%00",
        "/generations/a%00b",
        "/outputs/%00",
        "/budgets/projects/%00",
    ] {
        assert_eq!(ada.get(path).await.code(), "NOT_FOUND", "{path}");
    }
    let nowhere = json!({ "operation": "llm", "project_id": "\u{0}" });
    assert_eq!(ada.post("/resolve", &nowhere).await.code(), "NOT_FOUND");
    let unknown = json!({ "email": "a\u{0}b@example.com", "password": "a\u{0} long secret" });
    let refused = ada.post("/auth/sign-in", &unknown).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED", "{}", refused.body);
}
