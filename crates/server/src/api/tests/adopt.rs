//! What was left in a browser is taken over: into empty places, once, and over nothing.

use super::support::{Person, Stage};
use crate::{
    actor::Actor,
    adopt::{Found, adopt},
    events::Event,
};
use domain::{
    ApiError, ErrorCode, Operation, ProviderId, UserId,
    account::User,
    old_settings::{Adopted, Target},
    settings::Field,
};
use serde_json::json;
use store::{on_both_databases, test_support::TestDb};

on_both_databases!(
    what_the_account_lacks_is_stored_and_again_is_the_same,
    what_the_account_has_stays,
    what_cannot_be_is_told_and_nothing_is_stored,
    of_two_at_once_one_is_stored_and_both_agree,
    of_two_different_ones_at_once_the_first_stays,
    nothing_goes_to_somebody_else_than_was_shown,
    a_key_that_cannot_be_read_is_not_the_same,
);

const KEY: &str = "sandbox-old-0123456789-1c96";
const LLM: Target = Target::Field(Field::Provider(Operation::Llm));
const MODEL: Target = Target::Field(Field::Model(Operation::Video, ProviderId::Kie));
const GEMINI: Target = Target::Key(ProviderId::Gemini);

async fn actor(person: &Person) -> Actor {
    let user = person.get("/me").await.body["user"].clone();
    Actor {
        user: User {
            id: UserId(user["id"].as_str().unwrap().to_owned()),
            email: user["email"].as_str().unwrap().to_owned(),
            name: String::new(),
            is_admin: false,
            created_at: domain::Timestamp(0),
        },
        session: None,
        token: None,
        confirmed_at: None,
        address: None,
    }
}

async fn take(
    stage: &Stage,
    actor: &Actor,
    target: Target,
    value: &str,
) -> Result<Adopted, ApiError> {
    let found = Found::new(target, value.to_owned());
    adopt(&stage.app, actor, &actor.user.email, &found).await
}

fn invalid(answer: Result<Adopted, ApiError>) -> String {
    match answer {
        Ok(Adopted::Invalid { detail }) => detail,
        other => panic!("{other:?}"),
    }
}

async fn what_the_account_lacks_is_stored_and_again_is_the_same(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    let mut heard = stage.app.events.listen();
    for (target, value) in [
        (LLM, "openrouter"),
        (MODEL, "grok-imagine/image-to-video"),
        (GEMINI, KEY),
    ] {
        let first = take(&stage, &who, target, value).await;
        assert_eq!(first, Ok(Adopted::Stored), "{target:?}");
        let again = take(&stage, &who, target, value).await;
        assert_eq!(again, Ok(Adopted::Same), "{target:?}");
    }
    let settings = ada.get("/settings").await;
    assert_eq!(settings.body["operations"]["llm"]["provider"], "openrouter");
    assert_eq!(
        settings.body["operations"]["video"]["models"]["kie"],
        "grok-imagine/image-to-video"
    );
    assert_eq!(settings.body["keys"]["gemini"]["last4"], "1c96");
    assert_eq!(settings.body["keys"]["gemini"]["status"], "ready");
    assert_eq!(settings.body["versions"]["operations.llm.provider"], 1);
    assert!(!String::from_utf8(settings.bytes).unwrap().contains(KEY));

    let mut told = (0, 0);
    while let Ok(news) = heard.try_recv() {
        match news.event {
            Event::Settings { .. } => told.0 += 1,
            Event::Keys => told.1 += 1,
            _ => {}
        }
    }
    assert_eq!(told, (2, 1), "what changes nothing tells nobody");

    let cleared = json!({ "operations": { "llm": { "provider": null } } });
    assert_eq!(ada.patch("/settings", &cleared).await.status, 200);
    let after = take(&stage, &who, LLM, "gemini").await;
    assert_eq!(after, Ok(Adopted::Stored), "a cleared field is empty");
}

async fn what_the_account_has_stays(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    let own = json!({ "operations": { "llm": { "provider": "gemini" } } });
    assert_eq!(ada.patch("/settings", &own).await.status, 200);
    ada.put(
        "/keys/gemini",
        &json!({ "key": "sandbox-own-0123456789-0001" }),
    )
    .await;
    let before = ada.get("/settings").await.body;
    for (target, value) in [(LLM, "openrouter"), (GEMINI, KEY)] {
        let kept = take(&stage, &who, target, value).await;
        assert_eq!(kept, Ok(Adopted::KeptExisting));
    }
    let copied = format!(" GEMINI_API_KEY='{}'\n", "sandbox-own-0123456789-0001");
    assert_eq!(take(&stage, &who, GEMINI, &copied).await, Ok(Adopted::Same));
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn what_cannot_be_is_told_and_nothing_is_stored(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    let before = ada.get("/settings").await.body;
    for (target, value, says) in [
        (MODEL, "gone/model", "does not offer this model"),
        (LLM, "grok", "no provider of this name"),
        (LLM, " ", "nothing to store"),
        (LLM, "suno", "no provider of this name"),
        (GEMINI, "····1c96", "masked form"),
        (GEMINI, "short", "too short"),
        (Target::Key(ProviderId::ClaudeCli), KEY, "takes no API key"),
        (Target::Key(ProviderId::Modal), KEY, "takes no API key"),
    ] {
        let detail = invalid(take(&stage, &who, target, value).await);
        assert!(detail.contains(says), "{target:?}: {detail}");
        assert!(!detail.contains(KEY));
    }
    assert_eq!(ada.get("/settings").await.body, before);
}

async fn of_two_at_once_one_is_stored_and_both_agree(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    for (target, value) in [(LLM, "openrouter"), (GEMINI, KEY)] {
        let both = tokio::join!(
            take(&stage, &who, target, value),
            take(&stage, &who, target, value),
        );
        let mut answers = [both.0.unwrap(), both.1.unwrap()];
        answers.sort_by_key(|answer| *answer == Adopted::Same);
        // A setting that is set to the same twice at once is stored by whoever came first.
        assert_eq!(answers[0], Adopted::Stored, "{target:?}");
        assert_eq!(answers[1], Adopted::Same, "{target:?}");
    }
    let settings = ada.get("/settings").await.body;
    assert_eq!(settings["versions"]["operations.llm.provider"], 1);
}

async fn of_two_different_ones_at_once_the_first_stays(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    for (target, first, second) in [
        (LLM, "openrouter", "gemini"),
        (GEMINI, KEY, "sandbox-other-0123456789-0002"),
    ] {
        let both = tokio::join!(
            take(&stage, &who, target, first),
            take(&stage, &who, target, second),
        );
        let answers = [both.0.unwrap(), both.1.unwrap()];
        assert!(answers.contains(&Adopted::Stored), "{answers:?}");
        assert!(answers.contains(&Adopted::KeptExisting), "{answers:?}");
        let stored = answers[0] == Adopted::Stored;
        let winner = if stored { first } else { second };
        assert_eq!(take(&stage, &who, target, winner).await, Ok(Adopted::Same));
    }
}

async fn nothing_goes_to_somebody_else_than_was_shown(test: TestDb) {
    let stage = Stage::new(test).await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let (ada_is, bob_is) = (actor(&ada).await, actor(&bob).await);
    let before = bob.get("/settings").await.body;
    for (target, value) in [(LLM, "openrouter"), (GEMINI, KEY)] {
        let found = Found::new(target, value.to_owned());
        let refused = adopt(&stage.app, &bob_is, &ada_is.user.email, &found)
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert_eq!(
            take(&stage, &ada_is, target, value).await,
            Ok(Adopted::Stored)
        );
    }
    assert_eq!(bob.get("/settings").await.body, before);
}

async fn a_key_that_cannot_be_read_is_not_the_same(test: TestDb) {
    let stage = Stage::new(test).await;
    let ada = stage.person("ada").await;
    let who = actor(&ada).await;
    assert_eq!(take(&stage, &who, GEMINI, KEY).await, Ok(Adopted::Stored));
    let owner = store::secrets::Owner::User(who.user.id.clone());
    let rows = store::secrets::of_owner(&stage.app.db, &owner)
        .await
        .unwrap();
    let slot = store::secrets::Slot {
        owner: &owner,
        provider: ProviderId::Gemini,
        field: "api_key",
    };
    let row = rows[0].clone();
    store::secrets::replace(&stage.app.db, slot, |_| store::secrets::NewSecret {
        id: domain::SecretId("damaged".to_owned()),
        audience_origin: row.audience_origin,
        kid: row.kid,
        salt: row.salt,
        dek_nonce: row.dek_nonce,
        wrapped_dek: row.wrapped_dek,
        nonce: row.nonce,
        ciphertext: row.ciphertext,
        last4: row.last4,
        fingerprint: row.fingerprint,
        created_by: row.created_by,
        created_at: row.created_at,
    })
    .await
    .unwrap();
    let detail = invalid(take(&stage, &who, GEMINI, KEY).await);
    assert!(detail.contains("entered again"), "{detail}");
}
