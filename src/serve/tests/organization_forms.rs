//! The forms of an organization's rules, which share the address of their page, and what the other forms
//! of its pages ask of who sends them.

use super::world::{Answer, Person, World};
use serde_json::Value;

const RULES: &str = "/organizations/studio/rules";

async fn studio() -> (World, Person) {
    let world = World::new().await;
    let owner = world.person("owner").await;
    world.found(world.organization.as_str(), &owner, &[]).await;
    (world, owner)
}

async fn send(world: &World, person: &Person, path: &str, form: &str) -> Answer {
    let form = format!("made_for={}&{form}", person.id);
    world.fill_in(person, path, &form).await
}

async fn outcome(world: &World, person: &Person, path: &str, form: &str) -> String {
    let answer = send(world, person, path, form).await;
    let location = answer.location.unwrap_or(answer.body);
    location
        .split("outcome=")
        .nth(1)
        .unwrap_or(&location)
        .to_owned()
}

async fn get(world: &World, person: &Person, what: &str) -> Value {
    let path = format!("/api/v1/organizations/studio/{what}");
    world.ask(person, "GET", &path, None).await.json()
}

#[tokio::test]
async fn a_form_that_is_refused_is_answered_with_what_was_typed() {
    let (world, owner) = studio().await;
    let models = "models=kie+nano%0D%0A%3C%2Ftextarea%3E%3Cb%3Eacme&credits=7";
    let answer = send(&world, &owner, RULES, &format!("act=policy&{models}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for there in ["Line 2: ", "kie nano", "&lt;/textarea>", "value=\"7\""] {
        assert!(answer.body.contains(there), "{there}: {}", answer.body);
    }
    let wrong = "act=endpoint&kind=music&base=0&url=no+address";
    let answer = send(&world, &owner, RULES, wrong).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("value=\"no address\""));
    assert_eq!(get(&world, &owner, "policy").await["models"], Value::Null);

    let address = "https://film--music.modal.run";
    let right = format!("act=endpoint&kind=music&base=0&url={address}");
    assert_eq!(outcome(&world, &owner, RULES, &right).await, "saved");
    assert_eq!(outcome(&world, &owner, RULES, &right).await, "changed");
}

#[tokio::test]
async fn rules_that_were_changed_meanwhile_are_not_overwritten() {
    let (world, owner) = studio().await;
    let seen = get(&world, &owner, "policy").await["version"].clone();
    let seen = seen.as_str().unwrap();
    let form = format!("act=policy&operation=image&provider=kie&own=on&base={seen}");
    assert_eq!(outcome(&world, &owner, RULES, &form).await, "saved");
    assert_eq!(outcome(&world, &owner, RULES, &form).await, "changed");
}

#[tokio::test]
async fn another_provider_is_not_given_the_model_of_the_one_before() {
    let (world, owner) = studio().await;
    let form = "act=default&operation=image&base=0&provider_was=kie&provider=gemini&model=nano";
    assert_eq!(outcome(&world, &owner, RULES, form).await, "saved");
    let image = get(&world, &owner, "settings").await["operations"]["image"].clone();
    assert_eq!(image["provider"], "gemini");
    assert!(image["models"].as_object().unwrap().is_empty(), "{image}");
}

#[tokio::test]
async fn nobody_leaves_without_a_tick() {
    let (world, owner) = studio().await;
    let leave = "/organizations/studio/leave";
    assert_eq!(outcome(&world, &owner, leave, "").await, "not-sure");
    assert_eq!(
        outcome(&world, &owner, leave, "sure=on").await,
        "last-owner"
    );
}
