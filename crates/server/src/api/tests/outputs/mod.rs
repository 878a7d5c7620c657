//! Media over the API: ranges, thumbnails, and who sees them.

mod no_place;
mod retention;

use super::support::{Answer, Person, Stage};
use crate::storage::testing;
use axum::body::Body;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::test_support::TestDb;

async fn with_keys(stage: &Stage) -> Person {
    let ada = stage.person("ada").await;
    for provider in ["gemini", "kie"] {
        let key = json!({ "key": "sandbox-abcdefgh-1c96" });
        let stored = ada.put(&format!("/keys/{provider}"), &key).await;
        assert_eq!(stored.status, 200);
    }
    ada
}

fn a_picture(prompt: &str) -> Value {
    json!({ "operation": "image", "provider": "gemini", "input": { "prompt": prompt, "resolution": "1K" } })
}

fn a_clip() -> Value {
    json!({ "operation": "video", "provider": "kie", "input": { "prompt": "Waves", "image": PICTURE, "duration_seconds": 6 } })
}

/// A PNG of one pixel.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn path(generation: &Value) -> String {
    let url = generation["outputs"][0]["url"].as_str();
    let url = url.unwrap_or_else(|| panic!("{generation}"));
    url.trim_start_matches("/api/v1").to_owned()
}

async fn asked(person: &Person, path: &str, name: &str, value: &str) -> Answer {
    let request = person.request("GET", path).header(name, value);
    person.send(request.body(Body::empty()).unwrap()).await
}

/// All files below the folder of media.
fn files(stage: &Stage) -> Vec<PathBuf> {
    testing::files(&stage.app.config.media_dir())
}

#[tokio::test]
async fn a_file_is_served_whole_in_ranges_and_not_at_all_where_it_is_known() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let path = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let whole = ada.get(&path).await;
    let size = whole.bytes.len();
    assert_eq!(
        (
            whole.status,
            whole.headers["accept-ranges"].to_str().unwrap()
        ),
        (200, "bytes")
    );
    assert_eq!(whole.headers["content-length"], size.to_string().as_str());
    for (range, expected) in [
        ("bytes=0-99", 0..100),
        ("bytes=100-", 100..size),
        ("bytes=-10", size - 10..size),
        ("bytes=5-99999999", 5..size),
    ] {
        let part = asked(&ada, &path, "range", range).await;
        assert_eq!(part.status, 206, "{range}");
        let says = format!("bytes {}-{}/{size}", expected.start, expected.end - 1);
        assert_eq!(part.headers["content-range"], says.as_str());
        assert!(part.bytes == whole.bytes[expected], "{range}");
        assert_eq!(
            part.headers["content-security-policy"],
            "sandbox; default-src 'none'"
        );
    }
    let outside = asked(&ada, &path, "range", "bytes=99999999-").await;
    assert_eq!(outside.status, 416);
    assert_eq!(
        outside.headers["content-range"],
        format!("bytes */{size}").as_str()
    );
    for whatever in ["bytes=0-1,5-6", "lines=1-2", "bytes=x"] {
        assert_eq!(
            asked(&ada, &path, "range", whatever).await.status,
            200,
            "{whatever}"
        );
    }
    let tag = whole.headers["etag"].to_str().unwrap();
    let known = asked(&ada, &path, "if-none-match", tag).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    let changed = ada
        .request("GET", &path)
        .header("range", "bytes=0-9")
        .header("if-range", "\"another\"");
    let changed = ada.send(changed.body(Body::empty()).unwrap()).await;
    assert_eq!((changed.status, changed.bytes.len()), (200, size));
}

#[tokio::test]
async fn a_picture_has_a_thumbnail_and_only_its_people_see_it() {
    let stage = Stage::new(TestDb::sqlite().await).await;
    stage.start_worker();
    let ada = with_keys(&stage).await;
    let picture = path(&ada.generate(&stage, &a_picture("A harbour")).await);
    let small = ada.get(&format!("{picture}/thumbnail")).await;
    assert_eq!(
        (small.status, &small.bytes[..3]),
        (200, b"\xff\xd8\xff".as_slice())
    );
    assert_eq!(small.headers["content-type"], "image/jpeg");
    assert_eq!(
        small.headers["content-security-policy"],
        "sandbox; default-src 'none'"
    );
    assert!(small.bytes.len() < ada.get(&picture).await.bytes.len());
    let tag = small.headers["etag"].to_str().unwrap();
    let known = asked(&ada, &format!("{picture}/thumbnail"), "if-none-match", tag).await;
    assert_eq!(known.status, 304);

    let clip = path(&ada.generate(&stage, &a_clip()).await);
    let none = ada.get(&format!("{clip}/thumbnail")).await;
    assert_eq!((none.status, none.code()), (404, "NOT_FOUND"));

    let bob = stage.person("bob").await;
    for path in [&picture, &format!("{picture}/thumbnail")] {
        assert_eq!(bob.get(path).await.status, 404);
        assert_eq!(stage.anybody().get(path).await.status, 401);
    }
}
