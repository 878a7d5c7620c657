//! What is written is what is read, and nothing else is.

use super::*;
use crate::{
    Operation, ProviderFault, ProviderId, Timestamp, fallback::Policy, provider::EndpointKind,
    settings::Stored,
};
use proptest::prelude::*;

fn stored(fields: impl IntoIterator<Item = (Field, Option<String>)>) -> Fields {
    fields
        .into_iter()
        .zip(1..)
        .map(|((field, value), version)| {
            let updated_at = Timestamp(version);
            (
                field,
                Stored {
                    value,
                    version,
                    updated_at,
                },
            )
        })
        .collect()
}

fn parsed(text: &str) -> Result<Wishes, Unreadable> {
    read(serde_json::from_str(text).map_err(|_| Unreadable::Other)?)
}

fn written(fields: &Fields) -> String {
    serde_json::to_string(&Export::of(fields)).unwrap()
}

fn one_field() -> impl Strategy<Value = (Field, String)> {
    let operation = || prop::sample::select(Operation::ALL.to_vec());
    let provider = || prop::sample::select(ProviderId::ALL.to_vec());
    let text = || "[!-~]([ -~]{0,12}[!-~])?";
    prop_oneof![
        (operation(), provider())
            .prop_map(|(operation, id)| (Field::Provider(operation), id.as_str().to_owned())),
        (operation(), provider(), text())
            .prop_map(|(operation, id, model)| (Field::Model(operation, id), model)),
        (prop::sample::select(EndpointKind::ALL.to_vec()), text())
            .prop_map(|(kind, url)| (Field::Endpoint(kind), url)),
        any::<bool>().prop_map(|on| (Field::PreferOwnKeys, on.to_string())),
        (operation(), provider(), any::<Option<u32>>()).prop_map(|(operation, id, most)| {
            let policy = Policy::new(id, &[ProviderFault::Timeout], most).unwrap();
            (Field::Fallback(operation), policy.to_string())
        }),
    ]
}

fn some_fields() -> impl Strategy<Value = Fields> {
    prop::collection::vec((one_field(), prop::bool::weighted(0.8)), 0..12).prop_map(|fields| {
        stored(
            fields
                .into_iter()
                .map(|((field, value), is_set)| (field, is_set.then_some(value))),
        )
    })
}

proptest! {
    #[test]
    fn any_text_is_a_file_or_refused(
        text in "\\PC{0,60}|(\\{\"(format|version|operations|endpoints|preferences)\":[\\[{\"0-9a-z:,}\\]]{0,40}){1,3}"
    ) {
        if let Ok(wishes) = parsed(&text) {
            let _ = differences(&SettingsView::default(), wishes);
        }
    }

    #[test]
    fn a_file_brings_its_settings_to_an_empty_level_and_changes_nothing_where_it_was_made(
        fields in some_fields(),
    ) {
        let wishes = parsed(&written(&fields)).unwrap();
        let before = SettingsView::from_fields(&fields);
        prop_assert_eq!(differences(&before, wishes.clone()), []);

        let mut after = SettingsView::default();
        for difference in differences(&SettingsView::default(), wishes) {
            prop_assert_eq!((difference.base, &difference.problem), (0, &None));
            after.apply(&CurrentValue {
                field: difference.field.to_string(),
                value: difference.to,
                version: 1,
                updated_at: None,
            });
        }
        for field in fields.keys() {
            prop_assert_eq!(after.value(*field), before.value(*field));
        }
    }

    #[test]
    fn what_a_file_does_not_mention_stays(fields in some_fields(), others in some_fields()) {
        let wishes = parsed(&written(&fields)).unwrap();
        let current = SettingsView::from_fields(&others);
        for difference in differences(&current, wishes) {
            prop_assert!(fields.contains_key(&difference.field));
            prop_assert_eq!(&difference.from, &current.value(difference.field));
            prop_assert_ne!(&difference.from, &difference.to);
            let base = others.get(&difference.field).map_or(0, |stored| stored.version);
            prop_assert_eq!(difference.base, base);
        }
    }
}

#[test]
fn the_file_has_only_what_is_set() {
    let fields = stored([
        (Field::Provider(Operation::Image), Some("kie".to_owned())),
        (Field::Provider(Operation::Tts), None),
        (
            Field::Model(Operation::Image, ProviderId::NanoBanana),
            Some("a/b".to_owned()),
        ),
        (Field::PreferOwnKeys, Some("true".to_owned())),
    ]);
    assert_eq!(
        written(&fields),
        r#"{"format":"film-generator-settings","version":1,"operations":{"image":{"models":{"nano-banana":"a/b"},"provider":"kie"}},"endpoints":{},"preferences":{"prefer_own_keys":true}}"#
    );
}

#[test]
fn null_clears_and_an_unset_preference_is_off() {
    let wishes = parsed(
        r#"{"format":"film-generator-settings","version":1,"operations":{"image":{"provider":null}},
            "preferences":{"prefer_own_keys":null}}"#,
    )
    .unwrap();
    let image = Field::Provider(Operation::Image);
    let current = SettingsView::from_fields(&stored([(image, Some("kie".to_owned()))]));
    let found = differences(&current, wishes);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].field, found[0].from.as_deref(), &found[0].to),
        (image, Some("kie"), &None)
    );
}

#[test]
fn anything_else_is_refused_as_a_whole() {
    let file = |members: &str| {
        parsed(&format!(
            r#"{{"format":"film-generator-settings","version":1,"operations":{{"image":{{"provider":"kie"}}}},{members}}}"#
        ))
    };
    let stranger = |path: &str| Err(Unreadable::Stranger(path.to_owned()));
    for (found, expected) in [
        (parsed("nonsense"), Err(Unreadable::Other)),
        (parsed("[]"), Err(Unreadable::Other)),
        (
            parsed(r#""film-generator-settings""#),
            Err(Unreadable::Other),
        ),
        (parsed(r#"{"operations":{}}"#), Err(Unreadable::Other)),
        (
            parsed(r#"{"format":"film-generator-settings"}"#),
            Err(Unreadable::Other),
        ),
        (
            parsed(r#"{"format":"film-generator-settings","version":2,"shape":{}}"#),
            Err(Unreadable::Version),
        ),
        (file(r#""keys":{"kie":"k"}"#), stranger("keys")),
        (
            file(r#""preferences":{"theme":"dark"}"#),
            stranger("preferences.theme"),
        ),
        (
            file(r#""endpoints":{"image.more":"x"}"#),
            stranger("image.more"),
        ),
        (file(r#""endpoints":"x""#), stranger("endpoints")),
        (
            file(r#""endpoints":{"sk-CANARY0123456789":"x"}"#),
            stranger("endpoints.[redacted]"),
        ),
        (
            file(r#""endpoints":{"image":{"url":"x"}}"#),
            Err(Unreadable::Value("endpoints.image".to_owned())),
        ),
        (
            file(r#""endpoints":{"image":["x"]}"#),
            Err(Unreadable::Other),
        ),
        (
            file(r#""endpoints":{"image":"x","image":"y"}"#),
            Err(Unreadable::Other),
        ),
    ] {
        assert_eq!(found, expected);
    }
    let long = file(&format!(r#""{}":1"#, "x".repeat(5000))).unwrap_err();
    assert!(long.to_string().len() < 300, "{long}");
}

#[test]
fn a_file_is_named_after_its_project_in_safe_letters() {
    for (project, name) in [
        (None, "film-generator-settings.json"),
        (
            Some("Harbour Lights"),
            "film-generator-settings-harbour-lights.json",
        ),
        (
            Some("../../etc/passwd\"\r\n"),
            "film-generator-settings-etc-passwd.json",
        ),
        (Some("映画"), "film-generator-settings.json"),
    ] {
        assert_eq!(file_name(project), name);
    }
    assert!(file_name(Some(&"x".repeat(500))).len() < 100);
}
