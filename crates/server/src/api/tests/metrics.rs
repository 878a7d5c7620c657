//! Figures for those who watch the server: what is counted, and that nothing personal is in them.

use super::support::Stage;
use crate::metrics;
use axum::{Router, body::Body, extract::ConnectInfo, http::Request, middleware};
use serde_json::json;
use std::net::SocketAddr;
use store::{on_both_databases, test_support::TestDb};
use tower::ServiceExt;

on_both_databases!(a_request_and_the_queue_are_seen_and_nothing_personal,);

async fn ask(router: &Router, path: &str) -> String {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    let peer: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.clone().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn a_request_and_the_queue_are_seen_and_nothing_personal(test: TestDb) {
    let stage = Stage::new(test).await;
    let person = stage.person("canary").await;
    person
        .put(
            "/keys/openrouter",
            &json!({ "key": "sandbox-canary-0123456789" }),
        )
        .await;
    let wish = json!({ "operation": "llm", "input": { "prompt": "A canary sings" } });
    let made = person.post("/generations", &wish).await;
    assert_eq!(made.status, 202, "{}", made.body);

    stage.start_worker();
    let id = made.body["id"].as_str().unwrap();
    let done = person.finished(&stage, id).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    let router = metrics::router(stage.app.clone()).layer(middleware::from_fn_with_state(
        stage.app.clone(),
        metrics::measure,
    ));
    ask(&router, "/metrics").await;
    let text = ask(&router, "/metrics").await;
    for line in [
        "film_queue_depth 0",
        "film_queue_due 0",
        r#"film_requests_total{method="GET",route="/metrics",status="200"} 1"#,
        r#"film_generations_total{operation="llm",provider="openrouter",status="succeeded"} 1"#,
        r#"film_provider_calls_total{provider="openrouter",purpose="submit",outcome="ok"} 1"#,
        r#"film_breakers_open{provider="openrouter"} 0"#,
        r#"film_spent_micro_usd_total{operation="llm",provider="openrouter",payer="user"}"#,
        "process_open_fds ",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.to_lowercase().contains("canary"), "{text}");
}
