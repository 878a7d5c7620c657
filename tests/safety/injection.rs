//! Texts that would change a statement, a log line or a header where they were put into one.

use crate::{
    client::Client,
    inventory,
    program::{Database, Program},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A hundred and twenty beginnings of statements: each way of ending a text, with each thing that
/// one might do then.
fn statements() -> Vec<String> {
    let mut all = Vec::new();
    for end in [
        "'", "\"", "')", "';", "`", "\\'", "1", "%27", "' /*", "\u{2019}",
    ] {
        for act in [
            " OR 1=1 --",
            " OR ''='",
            " UNION SELECT password_hash FROM users --",
            "; DROP TABLE users; --",
            "; DELETE FROM projects; --",
            "; UPDATE users SET is_admin = 1; --",
            " AND (SELECT pg_sleep(3)) IS NULL --",
            " AND randomblob(500000000) --",
            "; COPY users TO PROGRAM 'id'; --",
            "; ATTACH DATABASE 'x' AS x; --",
            "|| (SELECT token_hash FROM sessions) ||'",
            " LIKE '%%%%%%%%%%%%%%%%%%%%",
        ] {
            all.push(format!("{end}{act}"));
        }
    }
    assert_eq!(all.len(), 120);
    all
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn everything(person: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "me",
        "settings",
        "projects",
        "generations",
        "budgets",
        "usage?from=2026-01-01&to=2027-01-01",
        "organizations",
        "tokens",
    ] {
        let answer = person.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        all.push(answer.json());
    }
    all.push(person.sessions().await);
    all
}

/// Sends it, and looks that it neither breaks anything nor takes long.
async fn send(person: &Client, method: &str, path: &str, body: Option<&Value>) -> u16 {
    let began = Instant::now();
    let answer = person.send(method, path, body).await;
    let took = began.elapsed();
    assert_ne!(answer.status, 500, "{method} {path} {body:?}");
    assert!(
        took < Duration::from_secs(1),
        "{method} {path} {body:?}: {took:?}"
    );
    answer.status
}

async fn no_text_becomes_a_statement(database: Database) {
    let program = Program::start(database, &[]).await;
    let eve = program.somebody("eve").await;
    eve.send(
        "POST",
        "/api/v1/projects",
        Some(&json!({ "name": "Untouched" })),
    )
    .await;
    for (path, body) in [
        ("/api/v1/organizations", json!({ "name": "Untouched" })),
        (
            "/api/v1/tokens",
            json!({ "name": "Untouched", "scopes": ["read"] }),
        ),
    ] {
        assert_eq!(eve.send("POST", path, Some(&body)).await.status, 201);
    }
    let before = everything(&eve).await;
    let ada = program.somebody("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(
        ada.send("PUT", "/api/v1/keys/openrouter", Some(&key))
            .await
            .status,
        200
    );
    let mut made = 0;
    for (number, text) in statements().iter().enumerate() {
        let written = percent(text);
        for path in [
            format!("/api/v1/projects/{written}"),
            format!("/api/v1/generations/{written}"),
            format!("/api/v1/outputs/{written}"),
            format!("/api/v1/budgets/projects/{written}"),
            format!("/api/v1/organizations/{written}/usage"),
            format!("/api/v1/providers/{written}/models?operation=llm"),
            format!("/api/v1/providers/openrouter/models?operation={written}"),
            format!("/api/v1/settings/history?field={written}"),
            format!("/api/v1/usage?from={written}&to={written}&group_by={written}"),
            format!("/usage?from={written}&to={written}&group_by={written}&outcome={written}"),
            format!("/projects/{written}/plan"),
        ] {
            send(&ada, "GET", &path, None).await;
        }
        for (method, path, body) in [
            (
                "POST",
                "/api/v1/projects",
                json!({ "name": "x", "organization_id": text }),
            ),
            (
                "POST",
                "/api/v1/resolve",
                json!({ "operation": "llm", "project_id": text }),
            ),
            (
                "POST",
                "/api/v1/resolve",
                json!({ "operation": "llm", "model": text, "provider": "openrouter" }),
            ),
            (
                "POST",
                "/api/v1/estimates",
                json!({ "operation": "llm", "input": { "prompt": text } }),
            ),
            (
                "POST",
                "/api/v1/estimates",
                json!({ "operation": "video", "input": { "prompt": text, "image": text } }),
            ),
            (
                "PATCH",
                "/api/v1/settings",
                json!({ "operations": { "llm": { "models": { "openrouter": text } } } }),
            ),
            (
                "PATCH",
                "/api/v1/settings",
                json!({ "operations": { "tts": { "parameters": { "voice": text } } } }),
            ),
            (
                "PATCH",
                "/api/v1/settings",
                json!({ "endpoints": { "image": text } }),
            ),
            ("PATCH", "/api/v1/settings", json!({ "base": { text: 1 } })),
            ("PUT", "/api/v1/keys/gemini", json!({ "key": text })),
        ] {
            send(&ada, method, path, Some(&body)).await;
        }
        let named = send(
            &ada,
            "POST",
            "/api/v1/projects",
            Some(&json!({ "name": text })),
        )
        .await;
        made += usize::from(named == 201);
        // Signing in is braked, so that a few have to do.
        if number % 12 == 0 {
            let body = json!({ "email": format!("{text}@example.com"), "password": text });
            send(
                &program.nobody(),
                "POST",
                "/api/v1/auth/sign-in",
                Some(&body),
            )
            .await;
        }
        let stranger = program.nobody().with_session(&written);
        assert_eq!(send(&stranger, "GET", "/api/v1/me", None).await, 401);
        ada.form("/usage/budgets", &format!("made_for={written}&owner={written}&period={written}&limit={written}&effect={written}")).await;
    }
    assert_eq!(made, 120, "a name may be anything, and is kept as it is");
    let films = ada.get("/api/v1/projects").await.text();
    for text in statements().iter().rev().take(5) {
        let written = serde_json::to_string(text).expect("a text");
        assert!(films.contains(&written), "{text}");
    }
    assert_eq!(everything(&eve).await, before);
    assert_eq!(
        ada.get("/api/v1/me").await.json()["user"]["is_admin"],
        false
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_becomes_a_statement_with_sqlite() {
    no_text_becomes_a_statement(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_becomes_a_statement_with_postgresql() {
    no_text_becomes_a_statement(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_becomes_a_line_of_the_log() {
    let variables = [("FILM_LOG", "json"), ("RUST_LOG", "debug")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let program = Program::start(Database::Sqlite, &variables).await;
    let ada = program.somebody("ada").await;
    for text in [
        "\r\n{\"level\":\"ERROR\",\"forged\":true}",
        "\n{\"forged\":true}\n",
        "\u{1b}[2J\u{1b}[31mforged",
        "\u{2028}{\"forged\":true}\u{2029}",
        "\u{85}forged\u{0b}\u{0c}",
        "\0forged",
        "\",\"forged\":true,\"x\":\"",
    ] {
        let written = percent(text);
        for path in [
            format!("/api/v1/projects/{written}"),
            format!("/{written}"),
            format!("/api/v1/settings?x={written}"),
        ] {
            ada.get(&path).await;
        }
        let wishes = [
            ("POST", "/api/v1/projects", json!({ "name": text })),
            ("PATCH", "/api/v1/settings", json!({ text: text })),
            ("PUT", "/api/v1/keys/openrouter", json!({ "key": text })),
            (
                "POST",
                "/api/v1/auth/sign-in",
                json!({ "email": text, "password": text }),
            ),
        ];
        for (method, path, body) in wishes {
            ada.send(method, path, Some(&body)).await;
        }
        let bytes: Vec<u8> = text
            .bytes()
            .filter(|byte| *byte >= 32 && *byte != 127)
            .collect();
        let agent = String::from_utf8_lossy(&bytes).into_owned();
        if agent.is_ascii() {
            let headers = [
                ("user-agent", agent.as_str()),
                ("x-request-id", &agent),
                ("cookie", &ada.cookie),
            ];
            ada.bare("GET", "/api/v1/me", &headers, "").await;
        }
    }
    let log = program.log();
    let mut requests = 0;
    for line in log.lines() {
        let entry: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            entry["timestamp"].is_string() && entry["level"].is_string(),
            "{line}"
        );
        assert!(
            entry["forged"].is_null() && entry["fields"]["forged"].is_null(),
            "{line}"
        );
        let is_clean =
            |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}');
        assert!(line.chars().all(is_clean), "{line:?}");
        requests += usize::from(entry["target"] == "request");
    }
    assert!(requests > 50, "only {requests} requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_becomes_a_part_of_a_page() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    for text in [
        "</title><meta http-equiv=refresh content=0;url=https://elsewhere.example>",
        "</title><img src=x>",
        "<img src=x onerror=alert(1)>",
        "</script><img src=x>",
        "</textarea><img src=x>",
        "\"><img src=x>",
        "'><img src=x>",
        "<!--><img src=x>-->",
    ] {
        let film = json!({ "name": text });
        let film = ada
            .send("POST", "/api/v1/projects", Some(&film))
            .await
            .json();
        let film = film["id"].as_str().expect("an id");
        let item = json!({ "items": [{ "step": "story", "input": { "prompt": text } }] });
        let planned = ada
            .send(
                "POST",
                &format!("/api/v1/projects/{film}/plan"),
                Some(&item),
            )
            .await;
        assert_eq!(planned.status, 201, "{}", planned.text());
        for route in inventory::pages() {
            let address = route.address(|_| film.to_owned());
            let query = format!("{address}?outcome={0}&from={0}&group_by={0}", percent(text));
            for address in [&address, &query] {
                let page = ada.get(address).await.text();
                let markup = text.trim_start_matches(['"', '\'']);
                assert!(!page.contains(markup), "{address}: {markup}");
            }
        }
    }
}
