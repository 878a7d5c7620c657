//! Every name that was ever used, texts of every kind, and what is left after a key is taken out.

mod moves;

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn found(name: &'static str, text: impl Into<String>) -> Vec<(&'static str, String)> {
    vec![(name, text.into())]
}

fn blob_with(config: &Value) -> String {
    json!({
        "state": { "projects": [{ "id": "p", "story": "a \"b\" {c" }], "apiConfig": config },
        "version": 0,
    })
    .to_string()
}

#[test]
fn every_old_choice_has_its_place() {
    for (name, old, path, value) in [
        (
            "app-llm-provider",
            "claude-sdk",
            "operations.llm.provider",
            "claude-cli",
        ),
        (
            "app-llm-provider",
            "openrouter",
            "operations.llm.provider",
            "openrouter",
        ),
        (
            "app-image-provider",
            "modal-edit",
            "operations.image.provider",
            "modal-edit",
        ),
        (
            "app-image-provider",
            "nanoBanana",
            "operations.image.provider",
            "nano-banana",
        ),
        (
            "app-video-provider",
            " kie\n",
            "operations.video.provider",
            "kie",
        ),
        (
            "app-tts-provider",
            "gemini-tts",
            "operations.tts.provider",
            "gemini",
        ),
        (
            "app-tts-provider",
            "openai-tts",
            "operations.tts.provider",
            "openai",
        ),
        (
            "app-tts-provider",
            "elevenlabs",
            "operations.tts.provider",
            "elevenlabs",
        ),
        (
            "app-music-provider",
            "piapi",
            "operations.music.provider",
            "piapi",
        ),
        (
            "app-music-provider",
            "modal",
            "operations.music.provider",
            "modal",
        ),
        (
            "app-openrouter-model",
            "anthropic/claude-4.5-sonnet",
            "operations.llm.models.openrouter",
            "anthropic/claude-4.5-sonnet",
        ),
        (
            "app-kie-llm-model",
            "claude/claude-sonnet-4-20250514",
            "operations.llm.models.kie",
            "claude/claude-sonnet-4-20250514",
        ),
        (
            "app-kie-image-model",
            "seedream-3.0/2k",
            "operations.image.models.kie",
            "seedream-3.0/2k",
        ),
        (
            "app-kie-video-model",
            "grok-imagine/image-to-video",
            "operations.video.models.kie",
            "grok-imagine/image-to-video",
        ),
        (
            "app-kie-tts-model",
            "elevenlabs/text-to-dialogue-v3",
            "operations.tts.models.kie",
            "elevenlabs/text-to-dialogue-v3",
        ),
        (
            "app-kie-music-model",
            "suno/v3-5-music",
            "operations.music.models.kie",
            "suno/v3-5-music",
        ),
    ] {
        let plan = plan(&found(name, old));
        assert_eq!(plan.leftovers, [], "{name}");
        assert_eq!(plan.items.len(), 1, "{name}");
        let item = &plan.items[0];
        let Target::Field(field) = item.target else {
            panic!("{name} is no key")
        };
        assert_eq!((item.id, item.name()), (name, name));
        assert_eq!(
            (field.to_string().as_str(), item.value.as_str()),
            (path, value)
        );
    }
}

#[test]
fn every_old_key_has_its_slot() {
    for (member, slot) in KEYS {
        let text = blob_with(&json!({ member: " \"sandbox-0123456789-1c96\"\n" }));
        let plan = plan(&found(BLOB, text));
        assert_eq!(plan.leftovers, [], "{member}");
        let item = &plan.items[0];
        assert_eq!((item.id, item.target), (member, Target::Key(slot)));
        assert_eq!((item.name(), item.shown().as_str()), (BLOB, "····1c96"));
        assert_eq!(item.value, "sandbox-0123456789-1c96");
        assert!(!format!("{plan:?}").contains("0123456789"));
    }
}

#[test]
fn the_names_of_the_old_interface_are_neither_moved_nor_mentioned() {
    for name in [
        "app-language",
        "app-dark-mode",
        "app-reduced-motion",
        "app-notify-complete",
        "app-auto-save",
        "app-currency",
        "app-settings-migrated",
        "model-config-shown-1",
        "film-generator-projects",
        "film-generator-api-config",
    ] {
        assert_eq!(plan(&found(name, "true")), Plan::default(), "{name}");
        assert!(names().all(|known| known != name));
    }
}

#[test]
fn what_is_not_understood_stays_and_is_told() {
    let huge = "x".repeat(200_000);
    for (name, text) in [
        ("app-llm-provider", "grok"),
        ("app-video-provider", "gemini"),
        ("app-tts-provider", huge.as_str()),
        ("app-openrouter-model", "anthropic/клод"),
        ("app-kie-image-model", "{\"a\":1}"),
        ("app-kie-video-model", huge.as_str()),
    ] {
        let plan = plan(&found(name, text));
        assert_eq!(plan.items, [], "{name}");
        assert_eq!(plan.leftovers[0].place, name);
        assert!(plan.leftovers[0].why.len() < 80);
    }
    for config in [
        json!({ "grokApiKey": "xai-0123456789abcdef" }),
        json!({ "resendApiKey": "re_0123456789abcdef" }),
        json!({ "geminiApiKey": "····1c96" }),
        json!({ "geminiApiKey": "sk-********1c96" }),
        json!({ "geminiApiKey": "ключ-ключ-ключ" }),
        json!({ "geminiApiKey": 7 }),
        json!({ "kieApiKey": ["sandbox-0123456789"] }),
        json!({ "kieApiKey": huge }),
        json!(["sandbox-0123456789"]),
        json!("sandbox-0123456789"),
    ] {
        let plan = plan(&found(BLOB, blob_with(&config)));
        assert_eq!((plan.items.len(), plan.leftovers.len()), (0, 1));
        assert!(!format!("{plan:?}").contains("0123456789"));
    }
}

#[test]
fn a_damaged_blob_is_told_and_stays() {
    let whole = blob_with(&json!({ "kieApiKey": "sandbox-0123456789" }));
    for end in 1..whole.len() {
        let plan = plan(&found(BLOB, &whole[..end]));
        assert_eq!((plan.items.len(), plan.leftovers.len()), (0, 1), "{end}");
    }
    let deep = "[".repeat(500_000);
    assert_eq!(plan(&found(BLOB, deep)).items, []);
}

#[test]
fn what_holds_nothing_is_not_mentioned() {
    for text in [
        "{}",
        "{\"state\":null}",
        "{\"state\":{\"projects\":[]},\"version\":0}",
        "{\"state\":{\"apiConfig\":null}}",
        "{\"state\":{\"apiConfig\":{}}}",
        "{\"state\":{\"apiConfig\":{\"kieApiKey\":\"\",\"grokApiKey\":\" \",\"geminiApiKey\":null}}}",
    ] {
        assert_eq!(plan(&found(BLOB, text)), Plan::default(), "{text}");
    }
    assert_eq!(plan(&found("app-llm-provider", " ")), Plan::default());
}

#[test]
fn the_order_of_the_names_does_not_matter() {
    let keys = json!({ "kieApiKey": "sandbox-0123456789", "geminiApiKey": "sandbox-0123456789" });
    let mut texts = vec![
        ("app-music-provider", "suno".to_owned()),
        (BLOB, blob_with(&keys)),
        ("app-llm-provider", "kie".to_owned()),
    ];
    let first = plan(&texts);
    texts.reverse();
    assert_eq!(plan(&texts), first);
    let ids: Vec<&str> = first.items.iter().map(|item| item.id).collect();
    assert_eq!(
        ids,
        [
            "app-llm-provider",
            "app-music-provider",
            "geminiApiKey",
            "kieApiKey"
        ]
    );
}

#[test]
fn a_blob_loses_one_key_and_not_a_byte_more() {
    let before = "{ \"state\" : {\"n\":1.00e+2,\"apiConfig\": { \"kieApiKey\" : \"sandbox-0123456789\" ,\n \"grokApiKey\":\"xai-0\", \"geminiApi\\u004bey\":\"sandbox-0123456789\"}, \"z\":\"\\ud800\" } }";
    let items = plan(&found(BLOB, before)).items;
    let take = |index: usize, text: &str| match removal(&items[index], text) {
        Some(Removal::Text(text)) => text,
        _ => panic!("the blob stays"),
    };
    assert_eq!(items[0].id, "geminiApiKey");
    assert_eq!(
        take(0, before),
        "{ \"state\" : {\"n\":1.00e+2,\"apiConfig\": { \"kieApiKey\" : \"sandbox-0123456789\" ,\n \"grokApiKey\":\"xai-0\"}, \"z\":\"\\ud800\" } }"
    );
    let without_kie = take(1, before);
    assert!(without_kie.contains("\"apiConfig\": { \"grokApiKey\":\"xai-0\", \"geminiApi"));
    let other = "{\"state\":{\"apiConfig\":{\"kieApiKey\":\"sandbox-0123456789\",\"geminiApiKey\":\"\"},\"a\":1}}";
    assert_eq!(take(1, other), "{\"state\":{\"a\":1}}");
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}|[\"\\\\{}\\[\\]\n\u{1f600}]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z\"\\\\]{0,5}", inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// The keys in a blob, each absent, empty or there.
fn any_config() -> impl Strategy<Value = Value> {
    let secret = prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        "sandbox-[a-z0-9]{8,20}".prop_map(Value::from),
    ];
    let names = prop::sample::subsequence(KEYS.map(|(name, _)| name).to_vec(), 0..=9);
    (names, prop::collection::vec(secret, 9), any::<bool>()).prop_map(|(names, values, grok)| {
        let mut config: serde_json::Map<String, Value> =
            names.into_iter().map(str::to_owned).zip(values).collect();
        if grok {
            config.insert("grokApiKey".into(), json!("xai-0123456789"));
        }
        Value::Object(config)
    })
}

proptest! {
    #[test]
    fn any_text_makes_a_plan(texts in prop::collection::vec(any::<String>(), 12)) {
        let found: Vec<(&str, String)> = names().zip(texts).collect();
        let first = plan(&found);
        prop_assert_eq!(plan(&found), first);
    }

    #[test]
    fn strings_read_as_json_says(text in any::<String>()) {
        let json = Value::from(text.clone()).to_string();
        prop_assert_eq!(blob::string(&json), Some(text));
    }

    #[test]
    fn only_the_moved_keys_leave_the_blob(
        config in any_config(), mut rest in any_json(), pretty in any::<bool>(),
    ) {
        if !rest.is_object() {
            rest = json!({ "projects": rest });
        }
        let mut state = rest;
        state["apiConfig"] = config.clone();
        let mut whole = json!({ "state": state, "version": 0 });
        let mut text = if pretty {
            serde_json::to_string_pretty(&whole).unwrap()
        } else {
            whole.to_string()
        };
        let items = plan(&found(BLOB, text.as_str())).items;
        let secrets = config.as_object().unwrap().iter()
            .filter(|(name, value)| *name != "grokApiKey" && value.as_str().is_some_and(|v| !v.is_empty()));
        prop_assert_eq!(items.len(), secrets.count());
        for item in &items {
            let Some(Removal::Text(shorter)) = removal(item, &text) else { panic!() };
            text = shorter;
            whole["state"]["apiConfig"].as_object_mut().unwrap().remove(item.id);
        }
        let is_empty = whole["state"]["apiConfig"].as_object().unwrap().values()
            .all(|value| value.is_null() || value == "");
        if !items.is_empty() && is_empty {
            whole["state"].as_object_mut().unwrap().remove("apiConfig");
        }
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), whole);
    }
}
