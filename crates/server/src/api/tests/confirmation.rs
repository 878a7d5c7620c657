//! What a confirmation shows, and that what was agreed to is what happens.

use super::support::{Person, Stage};
use crate::{actor::Actor, generation, resolve};
use domain::{
    ErrorCode, ProviderId,
    generation::{Agreed, Preview, Wanted},
    input::{GenerationInput, ImageInput},
    money::MicroUsd,
    resolution::Payer,
};
use serde_json::{Value, json};
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    ways_are_compared_with_ones_own_times_the_usable_and_cheap_first,
    a_payer_that_changed_meanwhile_has_to_be_agreed_to_again,
    only_what_was_agreed_to_is_made,
    who_paid_last_is_remembered_per_person_and_operation,
);

const KEY: &str = "sandbox-abcdefgh-1c96";

async fn give_key(person: &Person, provider: &str) {
    let stored = person
        .put(&format!("/keys/{provider}"), &json!({ "key": KEY }))
        .await;
    assert_eq!(stored.status, 200, "{}", stored.body);
}

async fn actor(person: &Person) -> Actor {
    let me = person.get("/me").await.body;
    Actor {
        user: serde_json::from_value(me["user"].clone()).unwrap(),
        session: None,
        token: None,
        confirmed_at: None,
        address: None,
    }
}

fn picture() -> Wanted {
    Wanted {
        project_id: None,
        step: None,
        provider: None,
        model: None,
        input: GenerationInput::Image(ImageInput {
            prompt: "A harbour".into(),
            ..ImageInput::default()
        }),
    }
}

async fn preview(stage: &Stage, actor: &Actor) -> Preview {
    resolve::preview(&stage.app, actor, &picture())
        .await
        .unwrap()
}

async fn count(person: &Person) -> usize {
    let listed = person.get("/generations").await.body;
    listed["data"].as_array().unwrap().len()
}

async fn ways_are_compared_with_ones_own_times_the_usable_and_cheap_first(test: TestDb) {
    let stage = Stage::new(test).await;
    stage.start_worker();
    let ada = stage.person("ada").await;
    give_key(&ada, "gemini").await;
    give_key(&ada, "kie").await;
    let body = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
    let made = ada.generate(&stage, &body).await;
    assert_eq!(made["status"], "succeeded", "{made}");

    let ways = ada.post("/estimates?compare=1", &body).await.body;
    let ways = ways["data"].as_array().unwrap();
    let used = |way: &&Value| way["model"] == made["resolution"]["model"];
    let used_at = |way: &&Value| used(way) && way["provider"] == made["resolution"]["provider"];
    let timed: Vec<&Value> = ways
        .iter()
        .filter(|way| !way["typical"].is_null())
        .collect();
    assert_eq!(timed.len(), 1, "{timed:?}");
    assert!(used_at(&timed[0]), "{}", timed[0]);
    assert_eq!(timed[0]["typical"]["count"], 1);
    assert!(timed[0]["typical"]["seconds"].is_u64());

    let usable = |way: &Value| way["usable"] == true;
    assert!(usable(&ways[0]) && !usable(ways.last().unwrap()));
    assert!(ways.is_sorted_by_key(|way| {
        let most = way["micro_usd"]["high"].as_i64().unwrap_or(i64::MAX);
        (!usable(way), most)
    }));

    let bob = stage.person("bob").await;
    let others = bob.post("/estimates?compare=1", &body).await.body;
    let others = others["data"].as_array().unwrap();
    assert!(others.iter().all(|way| way["typical"].is_null()));

    let own = preview(&stage, &actor(&ada).await).await;
    assert_eq!(own.typical.map(|typical| typical.count), Some(1));
}

async fn a_payer_that_changed_meanwhile_has_to_be_agreed_to_again(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let ada = stage.person("ada").await;
    let actor = actor(&ada).await;
    give_key(&ada, "gemini").await;
    let agreed = Agreed::to(&preview(&stage, &actor).await);
    assert_eq!(agreed.payer, Payer::User);
    assert_eq!(ada.delete("/keys/gemini").await.status, 204);

    let create = async |agreed: &Agreed| {
        generation::create(&stage.app, &actor, picture(), Some("wish-1"), Some(agreed)).await
    };
    let refused = create(&agreed).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    let said = "this server's operator would pay instead of you";
    assert!(refused.detail.contains(said), "{}", refused.detail);
    assert_eq!(count(&ada).await, 0);

    let now = Agreed::to(&preview(&stage, &actor).await);
    let made = create(&now).await.unwrap();
    assert_eq!(made.resolution.payer, Payer::Instance);
    // What was made under the key is the answer, whatever was agreed to.
    assert_eq!(create(&agreed).await.unwrap().id, made.id);
    assert_eq!(count(&ada).await, 1);
}

async fn only_what_was_agreed_to_is_made(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let actor = actor(&ada).await;
    give_key(&ada, "gemini").await;
    give_key(&ada, "kie").await;
    let shown = preview(&stage, &actor).await;
    assert_eq!(shown.resolution.provider, ProviderId::Gemini);
    let agreed = Agreed::to(&shown);
    let refused = async |agreed: &Agreed| {
        let answer = generation::create(&stage.app, &actor, picture(), None, Some(agreed)).await;
        let refused = answer.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        refused.detail.clone()
    };

    let cheaper = Agreed {
        most_micro_usd: agreed.most_micro_usd.map(|most| MicroUsd(most.0 - 1)),
        ..agreed.clone()
    };
    assert!(refused(&cheaper).await.contains("it could cost up to"));
    let chosen = json!({ "operations": { "image": { "provider": "kie" } } });
    assert_eq!(ada.patch("/settings", &chosen).await.status, 200);
    let said = refused(&agreed).await;
    assert!(said.contains("KIE.ai instead of Google Gemini"), "{said}");
    assert_eq!(count(&ada).await, 0);
}

async fn who_paid_last_is_remembered_per_person_and_operation(test: TestDb) {
    let variables = [("GEMINI_API_KEY", "sandbox-of-the-server-1c96")];
    let stage = Stage::with_environment(test, &variables).await;
    let ada = stage.person("ada").await;
    let acting = actor(&ada).await;
    assert_eq!(preview(&stage, &acting).await.last_payer, None);

    give_key(&ada, "gemini").await;
    let voice = json!({ "operation": "tts", "provider": "gemini", "input": { "text": "Hm." } });
    assert_eq!(ada.post("/generations", &voice).await.status, 202);
    assert_eq!(preview(&stage, &acting).await.last_payer, None);
    let image = json!({ "operation": "image", "input": { "prompt": "A harbour" } });
    let made = ada.post("/generations", &image).await.body;
    ada.delete("/keys/gemini").await;
    let shown = preview(&stage, &acting).await;
    assert_eq!(
        (shown.last_payer, shown.resolution.payer),
        (Some(Payer::User), Payer::Instance)
    );

    let cancel = format!("/generations/{}/cancel", made["id"].as_str().unwrap());
    assert_eq!(ada.post(&cancel, &json!({})).await.status, 200);
    assert_eq!(preview(&stage, &acting).await.last_payer, None);
    let bob = actor(&stage.person("bob").await).await;
    assert_eq!(preview(&stage, &bob).await.last_payer, None);
}
