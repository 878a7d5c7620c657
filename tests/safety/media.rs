//! Stored files: nothing in a name leads out of their folder, and nothing that could act is one.

use crate::{
    client::Client,
    program::{self, Database, Program, Sandbox},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;

/// What stands in a file beside the folder of media, and in no answer.
const OUTSIDE: &str = "this file is nobody's output";

/// Names that lead elsewhere, or try to.
fn traversals() -> Vec<String> {
    let file = "outside.txt";
    let mut names = Vec::new();
    for up in [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "..%00",
        "%c0%ae%c0%ae",
        "....",
        "..;",
    ] {
        for slash in [
            "%2f",
            "%2F",
            "%5c",
            "%252f",
            "%c0%af",
            "%ef%bc%8f",
            "/",
            "//",
        ] {
            names.push(format!("{up}{slash}{file}"));
        }
    }
    for name in [
        "%2foutside.txt",
        "%2f%2foutside.txt",
        "file:%2f%2foutside.txt",
        "outside.txt%00.png",
        "C:%5coutside.txt",
        "%5c%5chost%5cshare",
        "~%2foutside.txt",
        "%2fproc%2fself%2fenviron",
        "%2fetc%2fpasswd",
        "media%2f..%2foutside.txt",
        ".%2foutside.txt",
        "%0d%0aoutside.txt",
    ] {
        names.push(name.to_owned());
    }
    assert!(names.len() >= 80, "{}", names.len());
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_leads_out_of_the_folder_of_media() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = program.somebody("ada").await;
    for folder in ["data", "data/media", "dist", "."] {
        let folder = program.folder.path().join(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        if folder.ends_with("data") || folder.ends_with(".") {
            std::fs::write(folder.join("outside.txt"), OUTSIDE).expect("a file");
        }
    }
    for name in traversals() {
        for address in [
            format!("/api/v1/outputs/{name}"),
            format!("/api/v1/outputs/{name}/thumbnail"),
            format!("/api/v1/generations/{name}"),
            format!("/api/v1/projects/{name}/settings/export"),
            format!("/pkg/{name}"),
            format!("/pkg/logos/{name}"),
        ] {
            let answer = ada.get(&address).await;
            let is_refused = [400, 401, 404, 405].contains(&answer.status);
            assert!(is_refused, "{address}: {}", answer.status);
            let text = answer.text();
            assert!(
                !text.contains(OUTSIDE) && !text.contains("root:"),
                "{address}: {text}"
            );
        }
    }
    // The same as names of people's things, which become names of files that are downloaded.
    for name in [
        "../../outside.txt",
        "a\"; filename=\"x.html",
        "a\\..\\b",
        "/etc/passwd",
        "..",
        "CON",
    ] {
        let film = ada
            .send("POST", "/api/v1/projects", Some(&json!({ "name": name })))
            .await;
        assert_eq!(film.status, 201, "{}", film.text());
        let id = film.json()["id"].as_str().expect("an id").to_owned();
        let export = ada
            .get(&format!("/api/v1/projects/{id}/settings/export"))
            .await;
        let disposition = export.header("content-disposition");
        let file = disposition
            .strip_prefix("attachment; filename=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or_else(|| panic!("{disposition}"));
        let is_plain = file
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        assert!(
            is_plain && file.ends_with(".json") && !file.contains(".."),
            "{file}"
        );
    }
}

/// A picture of one point.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn wish(kind: &str, bytes: &[u8]) -> Value {
    let picture = format!("data:{kind};base64,{}", STANDARD.encode(bytes));
    json!({ "operation": "video", "provider": "kie",
        "input": { "prompt": "Waves", "image": picture } })
}

/// The files that are stored.
fn stored(program: &Program) -> Vec<(String, Vec<u8>)> {
    let files = program::files(&program.folder.path().join("data/media"));
    let named = files
        .into_iter()
        .map(|(path, bytes)| (path.display().to_string(), bytes));
    named.collect()
}

async fn with_keys(program: &Program) -> Client {
    let ada = program.somebody("ada").await;
    for slot in ["kie", "gemini", "elevenlabs", "piapi"] {
        let key = json!({ "key": "sandbox-abcdefgh-1c96" });
        let answer = ada
            .send("PUT", &format!("/api/v1/keys/{slot}"), Some(&key))
            .await;
        assert_eq!(answer.status, 200);
    }
    ada
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_act_is_not_taken_for_a_picture_whatever_it_is_called() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = with_keys(&program).await;
    for bytes in [
        &b"<!doctype html><script>alert(1)</script>"[..],
        b"<html><body onload=alert(1)>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"alert(1)",
        b"%PDF-1.7\n",
        b"GIF89a/*\x01*/=0;alert(1)//",
        b"PK\x03\x04",
        b"\x7fELF",
        b"MZ\x90\0",
        b"#!/bin/sh\nid\n",
        b"",
    ] {
        for kind in [
            "image/png",
            "image/svg+xml",
            "text/html",
            "image/png;charset=utf-8",
        ] {
            let refused = ada
                .send("POST", "/api/v1/generations", Some(&wish(kind, bytes)))
                .await;
            assert_eq!(refused.status, 422, "{kind} {bytes:?}: {}", refused.text());
        }
    }
    assert_eq!(stored(&program), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_is_a_page_too_is_served_as_a_picture_that_cannot_act() {
    let program = Program::start(Database::Sqlite, &[]).await;
    let ada = with_keys(&program).await;
    let mut polyglot = STANDARD.decode(DOT).expect("base64");
    polyglot.extend_from_slice(b"<!doctype html><script>alert(1)</script>");
    let asked = ada
        .send(
            "POST",
            "/api/v1/generations",
            Some(&wish("text/html", &polyglot)),
        )
        .await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let picture = asked.json()["input"]["image"].as_str().map(str::to_owned);
    let id = picture.expect("the upload has become an output");
    let answer = ada.get(&format!("/api/v1/outputs/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_calls_a_page_a_picture_leaves_nothing() {
    let sandbox = Sandbox::start().await;
    let program = Program::start_at(sandbox.origin(), Database::Sqlite, &[]).await;
    let ada = with_keys(&program).await;
    // The page comes where the finished files are fetched, whatever type their host names.
    let paths = ["/media", "/elevenlabs/v1/text-to-speech"];
    for path in paths {
        sandbox
            .fault(&json!({ "path": path, "answer": "wrong_type" }))
            .await;
    }
    for (operation, provider, input) in [
        ("image", "kie", json!({ "prompt": "A harbour" })),
        ("tts", "elevenlabs", json!({ "text": "Come home." })),
        (
            "music",
            "piapi",
            json!({ "prompt": "Calm strings", "instrumental": true }),
        ),
    ] {
        let wish = json!({ "operation": operation, "provider": provider, "input": input });
        let asked = ada.send("POST", "/api/v1/generations", Some(&wish)).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
        let id = asked.json()["id"].as_str().expect("an id").to_owned();
        let ended = ended(&ada, &id).await;
        assert_ne!(ended["status"], "succeeded", "{ended}");
        assert_eq!(ended["outputs"], json!([]), "{ended}");
    }
    assert_eq!(stored(&program), []);
}

async fn ended(person: &Client, id: &str) -> Value {
    for _ in 0..1200 {
        let now = person
            .get(&format!("/api/v1/generations/{id}"))
            .await
            .json();
        let status = now["status"].as_str().unwrap_or_default();
        if ["succeeded", "failed", "unknown", "cancelled"].contains(&status) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} has no end");
}
