//! Addresses and methods that nothing answers to: a problem with the right status, never a page, and
//! never another route's answer.

use super::world::World;

#[tokio::test]
async fn an_address_is_written_in_one_way() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    assert_eq!(world.ask(&ada, "GET", "/api/v1/me", None).await.status, 200);
    for path in [
        "/api/v1/ME",
        "/api/v1/me/",
        "/api/v1//me",
        "/api/v1/./me",
        "/api/v1/projects/../me",
        "/api/v1/projects/%2e%2e/me",
        "/api/v1/%6de/",
        "/api/v1/nowhere",
        "/api/v1/me%00",
    ] {
        let answer = world.ask(&ada, "GET", path, None).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert_eq!(answer.json()["code"], "NOT_FOUND", "{path}");
    }
    // Nothing of the API is there: a page that says so.
    for path in [
        "//api/v1/me",
        "/API/v1/me",
        "/api/v2/me",
        "/api//v1/me",
        "/api",
        "/api/v1/",
    ] {
        let answer = world.ask(&ada, "GET", path, None).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("ada@example.com\""), "{path}");
    }
}

#[tokio::test]
async fn what_is_sent_as_an_id_may_be_anything() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made_for = ada.id.to_string();
    for form in [
        "organizations/{}",
        "organizations/{}/rules",
        "organizations/{}/keys",
        "organizations/{}/leave",
        "projects/{}/people",
        "projects/{}/people/leave",
        "projects/{}/plan/add",
        "projects/{}/settings/fallback",
    ] {
        for id in ["%0A", "%00", "%20", "%22%3E", "%C3%A4", "..%2F..%2Faccount"] {
            let path = format!("/{}", form.replace("{}", id));
            let filled = format!("made_for={made_for}&email=bob%40example.com&role=viewer");
            let answer = world.fill_in(&ada, &path, &filled).await;
            assert!(
                answer.status < 500,
                "{path}: {} {}",
                answer.status,
                answer.body
            );
            let location = answer.location.unwrap_or_default();
            assert!(!location.starts_with("//"), "{path}: {location}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_with_those_that_are() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let get = world.ask(&ada, "GET", "/api/v1/projects", None).await;
    let head = world.ask(&ada, "HEAD", "/api/v1/projects", None).await;
    assert_eq!((get.status, head.status), (200, 200));
    assert_eq!(head.body, "");
    for method in ["OPTIONS", "TRACE", "PUT", "DELETE", "PURGE"] {
        let answer = world.ask(&ada, method, "/api/v1/projects", None).await;
        assert_eq!(answer.status, 405, "{method}: {}", answer.body);
        assert_eq!(answer.json()["code"], "INVALID_INPUT", "{method}");
        assert_eq!(answer.allow.as_deref(), Some("GET,HEAD,POST"), "{method}");
    }
    // The guard comes first: what changes something has to come from here.
    let function = world.ask(&ada, "GET", "/fn/project_list", None).await;
    assert_eq!(function.status, 405);
}
