//! Lists that grow come in pages, and a page says where the next one begins.

use super::support::{Person, Stage};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    every_project_is_on_one_page_while_others_are_made,
    every_generation_is_on_one_page,
    what_is_no_page_is_refused
);

fn ids(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn project(person: &Person, name: &str) -> String {
    let made = person.post("/projects", &json!({ "name": name })).await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn every_project_is_on_one_page_while_others_are_made(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(project(&ada, &number.to_string()).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/projects?limit=3".to_owned();
    loop {
        let page = ada.get(&path).await.body;
        assert!(ids(&page).len() <= 3);
        seen.extend(ids(&page));
        let newer = project(&ada, "newer").await;
        let path_of_newer = format!("/projects/{newer}");
        let renamed = ada.patch(&path_of_newer, &json!({ "name": "x" })).await;
        assert_eq!(renamed.status, 200);
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/projects?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
}

async fn every_generation_is_on_one_page(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    ada.put("/keys/gemini", &json!({ "key": "sandbox-abcdefgh-1c96" }))
        .await;
    let mut made = Vec::new();
    for number in 0..5 {
        let prompt = format!("A harbour, {number}");
        let wish = json!({ "operation": "image", "input": { "prompt": prompt } });
        let asked = ada.post("/generations", &wish).await.body;
        made.push(asked["id"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let first = ada.get("/generations?limit=2").await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ada
        .get(&format!("/generations?limit=100&cursor={cursor}"))
        .await
        .body;
    assert_eq!([ids(&first), ids(&second)].concat(), made);
    assert_eq!(second["next_cursor"], Value::Null);
}

async fn what_is_no_page_is_refused(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    for list in ["/projects", "/generations"] {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=many", "query"),
            ("cursor=x", "cursor"),
            ("cursor=", "cursor"),
            ("before=x", "query"),
        ] {
            let answer = ada.get(&format!("{list}?{query}")).await;
            assert_eq!(answer.code(), "INVALID_INPUT", "{list}?{query}");
            assert_eq!(answer.body["fields"][0]["field"], field, "{list}?{query}");
        }
    }
}
