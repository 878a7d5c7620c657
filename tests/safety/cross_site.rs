//! Whatever changes something is refused when it does not come from a page of our own, and answers
//! never send anybody elsewhere.

use crate::{
    client::{Answer, Client},
    inventory::{self, Route},
    program::{Database, Program},
};
use serde_json::{Value, json};

const ELSEWHERE: &str = "https://elsewhere.example";

/// Everything that is not only read.
fn writing() -> Vec<Route> {
    let all = inventory::all().into_iter();
    let writing: Vec<Route> = all.filter(|route| !route.is_safe()).collect();
    assert!(writing.len() > 60, "only {} routes", writing.len());
    writing
}

fn address(route: &Route, project: &str) -> String {
    route.address(|name| match name {
        "provider" => "openrouter".to_owned(),
        "operation" => "llm".to_owned(),
        _ => project.to_owned(),
    })
}

/// All that somebody has.
async fn everything(person: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "me",
        "settings",
        "projects",
        "generations",
        "budgets",
        "usage",
        "organizations",
        "tokens",
    ] {
        let answer = person.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        all.push(answer.json());
    }
    all.push(person.sessions().await);
    all
}

/// The ways in which another site can send something, each with its headers.
fn attempts(own: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let text = |text: &str| text.to_owned();
    let origin = |value: &str| ("origin", value.to_owned());
    let site = |value: &str| ("sec-fetch-site", value.to_owned());
    vec![
        ("another origin", vec![origin(ELSEWHERE)]),
        ("an opaque origin", vec![origin("null")]),
        (
            "our origin as a beginning",
            vec![origin(&format!("{own}.elsewhere.example"))],
        ),
        (
            "our host with TLS",
            vec![origin(&own.replace("http:", "https:"))],
        ),
        ("another port", vec![origin("http://127.0.0.1:1")]),
        ("the same site", vec![site("same-site")]),
        ("another site", vec![site("cross-site")]),
        ("typed by hand", vec![site("none")]),
        (
            "another site in our name",
            vec![origin(own), site("cross-site")],
        ),
        (
            "the same site in our name",
            vec![origin(own), site("same-site")],
        ),
        ("two origins", vec![origin(own), origin(ELSEWHERE)]),
        ("nothing said", vec![("accept", text("*/*"))]),
        (
            "a referer of ours",
            vec![("referer", format!("{own}/settings"))],
        ),
        (
            "a method put in",
            vec![origin(ELSEWHERE), ("x-http-method-override", text("PUT"))],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_changes_something_runs_for_another_site() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let key = json!({ "key": "sandbox-abcdefgh-1c96" });
    assert_eq!(
        ada.send("PUT", "/api/v1/keys/openrouter", Some(&key))
            .await
            .status,
        200
    );
    let film = json!({ "name": "Harbour" });
    let film = ada
        .send("POST", "/api/v1/projects", Some(&film))
        .await
        .json();
    let film = film["id"].as_str().expect("an id");
    let pier = json!({ "name": "Pier" });
    let pier = ada
        .send("POST", "/api/v1/organizations", Some(&pier))
        .await
        .json();
    let pier = pier["id"].as_str().expect("an id");
    let token = json!({ "name": "Build server", "scopes": ["read"] });
    let token = ada
        .send("POST", "/api/v1/tokens", Some(&token))
        .await
        .json();
    let token = token["id"].as_str().expect("an id");
    let before = everything(&ada).await;
    let mut tried = 0;
    for route in writing() {
        let of = |part: &str| route.template.contains(part);
        let thing = if of("/organizations/{") {
            pier
        } else if of("/tokens/{") {
            token
        } else {
            film
        };
        let address = address(&route, thing);
        for (what, headers) in attempts(&ada.origin) {
            for (kind, body) in [
                ("application/x-www-form-urlencoded", "name=x&owner=user"),
                ("text/plain", "{\"name\":\"x\"}"),
                (
                    "multipart/form-data; boundary=b",
                    "--b\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nx\r\n--b--\r\n",
                ),
                ("application/json", "{\"name\":\"x\"}"),
            ] {
                let mut all = vec![("cookie", ada.cookie.as_str()), ("content-type", kind)];
                all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
                let answer = ada.bare(&route.method, &address, &all, body).await;
                assert_eq!(answer.status, 403, "{what}: {} {address}", route.method);
                assert!(answer.header("location").is_empty());
                tried += 1;
            }
        }
    }
    assert!(tried > 3000, "{tried}");
    assert_eq!(everything(&ada).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_something_is_not_to_be_had_by_following_a_link() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let before = everything(&ada).await;
    let safe: Vec<Route> = inventory::all()
        .into_iter()
        .filter(Route::is_safe)
        .collect();
    for route in writing() {
        let address = address(&route, "nothing");
        let is_also_read = safe.iter().any(|other| other.template == route.template);
        for method in ["GET", "HEAD"] {
            let headers = [
                ("cookie", ada.cookie.as_str()),
                ("sec-fetch-site", "cross-site"),
            ];
            let answer = ada.bare(method, &address, &headers, "").await;
            let is_refused = [401, 403, 404, 405].contains(&answer.status);
            assert!(
                is_refused || is_also_read,
                "{method} {address}: {}",
                answer.status
            );
        }
    }
    assert_eq!(everything(&ada).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_is_not_carried_to_another_site() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    for route in writing() {
        if route.template.contains("sign") {
            continue;
        }
        for (kind, body) in [
            ("application/json", "{\"key\":\"sk-CANARY-0123456789\""),
            (
                "application/x-www-form-urlencoded",
                "key=sk-CANARY-0123456789",
            ),
        ] {
            let headers = [
                ("cookie", ada.cookie.as_str()),
                ("origin", &ada.origin),
                ("accept", "text/html"),
                ("referer", "https://elsewhere.example/attack"),
                ("content-type", kind),
            ];
            let address = address(&route, "nothing");
            let answer = ada.bare(&route.method, &address, &headers, body).await;
            leads_nowhere_else(&answer, &address);
        }
    }
}

fn leads_nowhere_else(answer: &Answer, address: &str) {
    let location = answer.header("location");
    assert!(
        location.is_empty() || location.starts_with('/'),
        "{address} leads to {location}"
    );
    assert!(
        !location.starts_with("//") && !location.contains("__err"),
        "{address}: {location}"
    );
    let whole = String::from_utf8_lossy(&answer.whole()).into_owned();
    assert!(!whole.contains("elsewhere.example"), "{address}");
    assert!(!whole.contains("CANARY"), "{address}: {whole}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_and_out_are_guarded_too() {
    let program = Program::start(Database::Sqlite, &[]).await;
    program.somebody("ada").await;
    let nobody = program.nobody();
    let body =
        json!({ "email": "ada@example.com", "password": "a long enough secret" }).to_string();
    for path in [
        "/api/v1/auth/sign-in",
        "/api/v1/auth/sign-up",
        "/fn/sign_in",
        "/fn/sign_up",
    ] {
        for (what, headers) in attempts(&nobody.origin) {
            let mut all = vec![("content-type", "text/plain")];
            all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
            let answer = nobody.bare("POST", path, &all, body.clone()).await;
            assert_eq!(answer.status, 403, "{what}: {path}");
            assert!(answer.header("set-cookie").is_empty(), "{what}: {path}");
        }
    }
}
