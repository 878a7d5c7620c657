//! The names of settings, as their fields are labelled.

use domain::{ProviderId, catalog::Catalog, settings::Field};

/// The label of a field.
#[must_use]
pub fn field_name(field: Field) -> String {
    match field {
        Field::Provider(operation) => format!("{} provider", operation.label()),
        Field::Model(operation, _) => format!("{} model", operation.label()),
        Field::Parameter(operation, parameter) => {
            format!("{} {}", operation.label(), parameter.label().to_lowercase())
        }
        Field::Endpoint(kind) => kind.field_label().to_owned(),
        Field::PreferOwnKeys => "Use my own keys first".to_owned(),
    }
}

/// A value as its field shows it; empty for "inherit".
#[must_use]
pub fn value_words(catalog: &Catalog, field: Field, value: &str) -> String {
    if value.is_empty() {
        return "Automatic".to_owned();
    }
    match field {
        Field::Provider(_) => ProviderId::parse(value)
            .map_or_else(|| value.to_owned(), |provider| provider.label().to_owned()),
        Field::Model(operation, provider) => catalog
            .model(operation, provider, value)
            .map_or_else(|| value.to_owned(), |model| model.name.clone()),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Operation, parameter::Parameter};

    #[test]
    fn a_setting_is_called_as_its_field_is() {
        assert_eq!(field_name(Field::Provider(Operation::Tts)), "TTS provider");
        assert_eq!(
            field_name(Field::Parameter(Operation::Image, Parameter::AspectRatio)),
            "Image aspect ratio"
        );
    }
}
