use super::*;

#[test]
fn every_field_path_reads_back() {
    let mut fields = vec![Field::PreferOwnKeys];
    fields.extend(Operation::ALL.map(Field::Provider));
    fields.extend(Operation::ALL.map(Field::Fallback));
    fields.extend(EndpointKind::ALL.map(Field::Endpoint));
    for operation in Operation::ALL {
        fields.extend(
            ProviderId::serving(operation)
                .iter()
                .map(|p| Field::Model(operation, *p)),
        );
        fields.extend(
            Parameter::of(operation)
                .iter()
                .map(|parameter| Field::Parameter(operation, *parameter)),
        );
    }
    for field in fields {
        assert_eq!(Field::parse(&field.to_string()), Some(field));
    }
    for path in [
        "",
        "operations",
        "operations.image",
        "operations.x.provider",
        "endpoints.x",
        "operations.image.models.gemini.more",
        "operations.image.parameters.voice",
        "operations.image.fallback.kie",
        "preferences.other",
    ] {
        assert_eq!(Field::parse(path), None, "{path}");
    }
}

#[test]
fn a_fallback_is_shown_by_its_members_and_stored_as_one_text() {
    let members = r#"{"provider":"kie","on":["timeout","overloaded"],"max_credits":40}"#;
    let patch: SettingsPatch = serde_json::from_str(&format!(
        r#"{{"operations":{{"image":{{"fallback":{members}}},"video":{{"fallback":null}}}}}}"#
    ))
    .unwrap();
    let field = Field::Fallback(Operation::Image);
    let changes = patch.changes().unwrap();
    let text = "kie on overloaded,timeout up to 40 credits";
    assert_eq!(
        changes
            .iter()
            .map(|change| (change.field, change.value.as_deref()))
            .collect::<Vec<_>>(),
        [
            (field, Some(text)),
            (Field::Fallback(Operation::Video), None)
        ]
    );
    let mut view = SettingsView::default();
    let mut current = CurrentValue {
        field: field.to_string(),
        value: Some(text.to_owned()),
        version: 1,
        updated_at: None,
    };
    view.apply(&current);
    assert_eq!(view.value(field).as_deref(), Some(text));
    let shown = serde_json::to_value(&view.operations[&Operation::Image]).unwrap();
    assert_eq!(
        shown["fallback"],
        serde_json::json!({"provider":"kie","on":["overloaded","timeout"],"max_credits":40})
    );
    current.value = None;
    view.apply(&current);
    assert_eq!(view.value(field), None);
}

#[test]
fn leaving_out_and_null_differ() {
    let patch: SettingsPatch =
        serde_json::from_str(r#"{"operations":{"image":{"provider":null}}}"#).unwrap();
    assert_eq!(
        patch.changes().unwrap(),
        [Change {
            field: Field::Provider(Operation::Image),
            value: None,
            base: None
        }]
    );
    let patch: SettingsPatch = serde_json::from_str(r#"{"operations":{"image":{}}}"#).unwrap();
    assert!(patch.changes().unwrap().is_empty());
}

#[test]
fn unknown_members_are_refused_at_every_depth() {
    for body in [
        r#"{"x":1}"#,
        r#"{"operations":{"x":{}}}"#,
        r#"{"operations":{"image":{"key":"k"}}}"#,
        r#"{"preferences":{"admin":true}}"#,
        r#"{"base":{"operations.image.secret":1}}"#,
    ] {
        assert!(
            serde_json::from_str::<SettingsPatch>(body).is_err(),
            "{body}"
        );
    }
}

#[test]
fn a_view_follows_acknowledged_values() {
    let mut view = SettingsView::from_fields(&Fields::new());
    let field = Field::Model(Operation::Llm, ProviderId::OpenRouter);
    view.apply(&CurrentValue {
        field: field.to_string(),
        value: Some("a/b".to_owned()),
        version: 3,
        updated_at: None,
    });
    assert_eq!(view.value(field).as_deref(), Some("a/b"));
    assert_eq!(
        (view.version, view.versions.get(&field).copied()),
        (3, Some(3))
    );
}
