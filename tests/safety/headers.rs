//! The headers of every answer: what a page may load, who may frame or read it, what is kept.

use crate::{
    client::{Answer, Client},
    inventory::{self, Route},
    program::{Database, Program},
};
use std::collections::BTreeSet;

const FIXED: [(&str, &str); 5] = [
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What a page's policy says, without its nonce.
const POLICY: [&str; 11] = [
    "default-src 'none'",
    "script-src 'nonce-' 'strict-dynamic' 'wasm-unsafe-eval'",
    "style-src 'self' 'nonce-'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
];

/// Judges the headers that every answer has; a page's nonce, where it is one.
fn judge(what: &str, answer: &Answer) -> Option<String> {
    for (name, value) in FIXED {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    for name in answer.headers.keys() {
        assert!(
            !name.as_str().starts_with("access-control"),
            "{what}: {name}"
        );
        assert!(
            !["server", "x-powered-by"].contains(&name.as_str()),
            "{what}: {name}"
        );
    }
    let kept = answer.header("cache-control");
    let may_be_kept = what.contains("/pkg/") && answer.status == 200;
    assert_eq!(may_be_kept, kept != "no-store", "{what}: {kept}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    let kind = answer.header("content-type");
    assert!(
        !kind.starts_with("text/")
            || kind.contains("utf-8")
            || kind.contains("event-stream")
            || what.contains("/pkg/"),
        "{what}: {kind}"
    );
    if !answer.is_html() {
        return None;
    }
    let nonce = policy
        .split("'nonce-")
        .nth(1)?
        .split('\'')
        .next()?
        .to_owned();
    assert!(nonce.len() >= 22, "{what}: {nonce}");
    let plain = policy.replace(&nonce, "");
    assert_eq!(plain.split("; ").collect::<Vec<_>>(), POLICY, "{what}");
    judge_page(what, &answer.text(), &nonce);
    Some(nonce)
}

/// Every script has the nonce of its answer; there are no styles and no handlers in attributes.
fn judge_page(what: &str, page: &str, nonce: &str) {
    for (at, _) in page.match_indices("<script") {
        let tag = page[at..].split('>').next().unwrap_or_default();
        assert!(tag.contains(nonce), "{what}: {tag}");
    }
    for (at, _) in page.match_indices('<') {
        let tag = page[at..].split('>').next().unwrap_or_default();
        for word in [
            " style=",
            " onload=",
            " onerror=",
            " onclick=",
            "javascript:",
        ] {
            assert!(!tag.contains(word), "{what}: {tag}");
        }
    }
}

async fn ask(who: &Client, route: &Route) -> Answer {
    let address = route.address(|name| match name {
        "provider" => "openrouter".to_owned(),
        _ => "nothing".to_owned(),
    });
    who.send(&route.method, &address, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_its_headers_and_each_page_a_nonce_of_its_own() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    let mut routes = inventory::all();
    // Signing out comes last.
    routes.sort_by_key(|route| route.template.contains("sign"));
    let mut nonces = BTreeSet::new();
    let mut pages = 0;
    for who in [&program.nobody(), &ada] {
        for route in &routes {
            for time in 0..2 {
                let what = format!("{} {} {time}", route.method, route.template);
                let answer = ask(who, route).await;
                if let Some(nonce) = judge(&what, &answer) {
                    pages += 1;
                    nonces.insert(nonce);
                }
            }
        }
    }
    assert!(pages > 40, "only {pages} pages");
    assert_eq!(nonces.len(), pages, "a nonce came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_site_may_read_and_no_odd_method_is_answered() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    for route in inventory::all() {
        let address = route.address(|_| "openrouter".to_owned());
        for origin in ["https://elsewhere.example", "null", ada.origin.as_str()] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "PUT"),
                (
                    "access-control-request-headers",
                    "content-type, authorization",
                ),
                ("cookie", &ada.cookie),
            ];
            let answer = ada.bare("OPTIONS", &address, &headers, "").await;
            judge(&format!("OPTIONS {address} nothing"), &answer);
        }
        for method in ["TRACE", "DEBUG", "PROPFIND"] {
            let headers = [("cookie", ada.cookie.as_str()), ("origin", &ada.origin)];
            let answer = ada.bare(method, &address, &headers, "").await;
            let is_refused = [404, 405].contains(&answer.status);
            assert!(is_refused, "{method} {address}: {}", answer.status);
            assert!(
                !answer.text().contains(&ada.cookie),
                "{method} {address} repeats the request"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_only_for_developers_is_there() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    for path in [
        "/.git/HEAD",
        "/.env",
        "/debug",
        "/debug/pprof",
        "/api/v1/debug",
        "/api/v1/debug-user",
        "/actuator",
        "/server-status",
        "/phpinfo.php",
        "/pkg/",
        "/pkg/..",
        "/pkg/../Cargo.toml",
        "/pkg/%2e%2e/log",
        "/pkg/..%2flog",
        "/__faults",
        "/__journal",
        "/api/v1/__faults",
        "/config.json",
        "/swagger",
        "/administrator",
        "/console",
    ] {
        let answer = ada.get(path).await;
        assert!(
            [404, 405].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        judge(&format!("GET {path}"), &answer);
    }
}
