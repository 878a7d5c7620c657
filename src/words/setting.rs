//! A setting and its values in words.

use domain::{ProviderId, catalog::Catalog, settings::Field};

/// What a setting is called.
#[must_use]
pub fn field_words(field: Field) -> String {
    match field {
        Field::Provider(operation) => format!("{} provider", operation.label()),
        Field::Model(operation, provider) => {
            format!("{} model of {}", operation.label(), provider.label())
        }
        Field::Parameter(operation, parameter) => {
            format!(
                "{} {}",
                operation.label(),
                parameter.label().to_ascii_lowercase()
            )
        }
        Field::Fallback(operation) => format!("{} fallback", operation.label()),
        Field::Endpoint(kind) => kind.field_label().to_owned(),
        Field::PreferOwnKeys => "Use my own keys first".to_owned(),
    }
}

/// What a value of a setting is called; nothing or empty stands for one that is not set.
#[must_use]
pub fn value_words(field: Field, value: Option<&str>, catalog: &Catalog) -> String {
    let value = value.unwrap_or_default();
    match field {
        Field::PreferOwnKeys if value == "true" => "On".to_owned(),
        Field::PreferOwnKeys => "Off".to_owned(),
        Field::Fallback(_) if value.is_empty() => "Off".to_owned(),
        Field::Endpoint(_) if value.is_empty() => "Not set".to_owned(),
        _ if value.is_empty() => "Automatic".to_owned(),
        Field::Provider(_) => ProviderId::parse(value)
            .map_or_else(|| value.to_owned(), |provider| provider.label().to_owned()),
        Field::Model(operation, provider) => catalog
            .model(operation, provider, value)
            .map_or_else(|| value.to_owned(), |model| model.name.clone()),
        _ => value.to_owned(),
    }
}

/// A number of changes.
#[must_use]
pub fn changes_words(count: usize) -> String {
    match count {
        1 => "1 change".to_owned(),
        more => format!("{more} changes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Operation, parameter::Parameter, provider::EndpointKind};

    #[test]
    fn settings_have_the_names_of_their_fields() {
        for (field, words) in [
            (Field::Provider(Operation::Tts), "TTS provider"),
            (
                Field::Model(Operation::Image, ProviderId::Gemini),
                "Image model of Google Gemini",
            ),
            (Field::Endpoint(EndpointKind::Image), "Modal image endpoint"),
            (Field::PreferOwnKeys, "Use my own keys first"),
            (Field::Fallback(Operation::Video), "Video fallback"),
            (
                Field::Parameter(Operation::Image, Parameter::AspectRatio),
                "Image aspect ratio",
            ),
        ] {
            assert_eq!(field_words(field), words);
        }
    }

    #[test]
    fn values_are_said_as_a_person_chose_them() {
        let catalog = Catalog::default();
        let provider = Field::Provider(Operation::Tts);
        let endpoint = Field::Endpoint(EndpointKind::Image);
        for (field, value, words) in [
            (provider, Some("gemini"), "Google Gemini"),
            (provider, Some("new"), "new"),
            (provider, Some(""), "Automatic"),
            (provider, None, "Automatic"),
            (
                Field::Model(Operation::Llm, ProviderId::OpenRouter),
                Some("a/b"),
                "a/b",
            ),
            (endpoint, None, "Not set"),
            (
                endpoint,
                Some("https://me.modal.run/"),
                "https://me.modal.run/",
            ),
            (Field::Fallback(Operation::Image), None, "Off"),
            (Field::PreferOwnKeys, None, "Off"),
            (Field::PreferOwnKeys, Some("true"), "On"),
        ] {
            assert_eq!(value_words(field, value, &catalog), words);
        }
    }
}
