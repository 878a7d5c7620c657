//! Settings by their names.

use super::heading;
use domain::{
    Operation, ProviderId,
    catalog::Catalog,
    parameter::Parameter,
    provider::{CredentialKind, EndpointKind},
    settings::Field,
};

/// How many are shown.
const SHOWN: usize = 8;

/// One setting that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// The ids of its field, the first that is on the page.
    pub targets: Vec<String>,
}

/// The settings whose names have all these words, the most general first. `provider` says who serves
/// an operation: the models of others can only be chosen once they do.
#[must_use]
pub fn find_settings(
    catalog: &Catalog,
    provider: &dyn Fn(Operation) -> ProviderId,
    words: &str,
) -> Vec<Found> {
    let words = words.to_ascii_lowercase();
    if words.trim().is_empty() {
        return Vec::new();
    }
    let fits = |name: &str| {
        let name = name.to_ascii_lowercase();
        words.split_whitespace().all(|word| name.contains(word))
    };
    let mut found = Vec::new();
    let mut offer = |name: String, place: &str, targets: Vec<String>| {
        if fits(&format!("{name} {place}")) {
            found.push(Found {
                name,
                place: place.to_owned(),
                targets,
            });
        }
    };
    for operation in Operation::ALL {
        let place = heading(operation);
        for name in ["provider", "model"] {
            offer(
                format!("{} {name}", operation.label()),
                place,
                vec![format!("{operation}-{name}")],
            );
        }
    }
    for slot in ProviderId::ALL {
        if slot.credential_kind() == CredentialKind::ApiKey {
            let id = format!("key-{slot}");
            let mut targets = vec![id.clone(), format!("{id}-replace")];
            // A key has its place where its provider is chosen.
            targets.extend(
                Operation::ALL
                    .into_iter()
                    .filter(|operation| ProviderId::serving(*operation).contains(&slot))
                    .map(|operation| format!("{operation}-provider")),
            );
            offer(format!("{} API key", slot.label()), "API keys", targets);
        }
    }
    offer(
        super::field_words(Field::PreferOwnKeys),
        "API keys",
        vec!["prefer-own-keys".to_owned()],
    );
    for kind in EndpointKind::ALL {
        let name = super::field_words(Field::Endpoint(kind));
        offer(
            name,
            "Addresses",
            vec![format!("endpoint-{}", kind.as_str())],
        );
    }
    for operation in Operation::ALL {
        for parameter in Parameter::of(operation) {
            // Not every model offers it.
            offer(
                super::field_words(Field::Parameter(operation, *parameter)),
                heading(operation),
                vec![
                    format!("{operation}-{parameter}"),
                    format!("{operation}-model"),
                ],
            );
        }
    }
    for operation in Operation::ALL {
        for provider in ProviderId::serving(operation) {
            offer(
                provider.label().to_owned(),
                heading(operation),
                vec![format!("{operation}-provider")],
            );
        }
    }
    for model in &catalog.models {
        let place = format!("{}, {}", heading(model.operation), model.provider.label());
        let field = if provider(model.operation) == model.provider {
            "model"
        } else {
            "provider"
        };
        let target = format!("{}-{field}", model.operation);
        offer(model.name.clone(), &place, vec![target]);
    }
    found.truncate(SHOWN);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_by_any_of_its_words() {
        let catalog = Catalog::default();
        let names = |words: &str| {
            find_settings(&catalog, &|_| ProviderId::Kie, words)
                .into_iter()
                .map(|found| found.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names("elevenlabs key"), ["ElevenLabs API key"]);
        assert_eq!(names("image provider"), ["Image provider"]);
        assert_eq!(names("image resolution"), ["Image resolution"]);
        assert!(names("endpoint video").contains(&"Modal video endpoint".to_owned()));
        assert!(names("  ").is_empty());
        assert!(names("no such thing").is_empty());
        assert_eq!(names("e").len(), SHOWN);
    }
}
