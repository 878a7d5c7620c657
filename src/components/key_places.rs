//! Which key field stands where: each slot once, under the first operation that uses it; the others
//! point there.

use super::{KeyField, key_notes::KeyNotes};
use crate::erase::{Erase, live, live_text, memo, on_click};
use crate::stores::{LevelStore, stores};
use domain::{Operation, ProviderId, catalog::Catalog, keys::SecretView, provider::CredentialKind};
use leptos::prelude::*;

/// What stands under an operation about its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// The key field of this provider.
    Here(ProviderId),
    /// A pointer to the field under another operation.
    There(ProviderId, Operation),
    /// A pointer to the Modal endpoints.
    Endpoint(ProviderId),
    /// The operator's own installation, which can be tested.
    Installation(ProviderId),
    /// Nothing is needed.
    Nothing,
}

/// Places the key fields for the providers that the operations use, in their order.
#[must_use]
pub fn places(
    used: impl IntoIterator<Item = (Operation, ProviderId)>,
) -> Vec<(Operation, KeyPlace)> {
    let mut first: Vec<(ProviderId, Operation)> = Vec::new();
    used.into_iter()
        .map(|(operation, provider)| {
            let place = match provider.credential_kind() {
                CredentialKind::Operator => KeyPlace::Installation(provider),
                CredentialKind::Endpoint => KeyPlace::Endpoint(provider),
                CredentialKind::ApiKey => {
                    match first.iter().find(|(known, _)| *known == provider) {
                        Some((_, other)) => KeyPlace::There(provider, *other),
                        None => {
                            first.push((provider, operation));
                            KeyPlace::Here(provider)
                        }
                    }
                }
            };
            (operation, place)
        })
        .collect()
}

/// The slots that no operation uses at the moment and that can hold a key: of providers that can be
/// chosen, and those that hold one.
#[must_use]
pub fn spare_slots(
    catalog: &Catalog,
    used: &[ProviderId],
    configured: impl Fn(ProviderId) -> bool,
) -> Vec<ProviderId> {
    ProviderId::ALL
        .into_iter()
        .filter(|slot| slot.credential_kind() == CredentialKind::ApiKey && !used.contains(slot))
        .filter(|slot| {
            configured(*slot) || catalog.provider(*slot).is_some_and(|entry| entry.available)
        })
        .collect()
}

/// The key of an operation's provider, or a pointer to where it stands.
#[component]
pub fn KeySection(
    operation: Operation,
    #[prop(into)] places: Signal<Vec<(Operation, KeyPlace)>>,
) -> impl IntoView {
    let place = memo(move || {
        places.with(|places| {
            let mut places = places.iter();
            places
                .find(|(other, _)| *other == operation)
                .map_or(KeyPlace::Nothing, |(_, place)| *place)
        })
    });
    let keys = stores().keys;
    live(move || {
        match place.get() {
        KeyPlace::Here(slot) => view! { <KeyField provider=slot/> }.erase(),
        KeyPlace::There(slot, other) => {
            let state = keys.slot(slot);
            view! {
                <p class="hint">
                    "Uses your "
                    <a href=format!("#{other}") rel="external">
                        {format!("{} key", slot.label())}
                    </a>
                    " — "
                    {live_text(move || state.with(|state| standing(state.view.as_ref())))}
                </p>
            }
            .erase()
        }
        KeyPlace::Endpoint(provider) => view! {
            <p class="hint">
                {format!("{} works at your own address: ", provider.label())}
                <a href="#endpoints" rel="external">"Modal endpoints"</a>
            </p>
        }
        .erase(),
        KeyPlace::Installation(provider) => view! {
            <div class="key-field">
                <p class="hint">
                    "Runs the Claude program of this server, for its admins. It needs no key here."
                </p>
                <div class="actions">
                    <button type="button" class="small" on:click=on_click(move |_| keys.test(provider))>
                        "Test"
                    </button>
                </div>
                <KeyNotes provider=provider/>
            </div>
        }
        .erase(),
        KeyPlace::Nothing => ().into_any(),
    }
    })
}

/// What may be said of a key in a few words: `Configured ····1c96`.
#[must_use]
pub fn standing(view: Option<&SecretView>) -> String {
    match view {
        None => "not entered yet".to_owned(),
        Some(view) => match &view.last4 {
            Some(last4) => format!("Configured ····{last4}"),
            None => "Configured".to_owned(),
        },
    }
}

/// The providers that the operations use at a level.
#[must_use]
pub fn used_providers(
    level: LevelStore,
    catalog: &Catalog,
    operations: &[Operation],
) -> Vec<(Operation, ProviderId)> {
    operations
        .iter()
        .map(|operation| (*operation, level.provider(*operation, catalog)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_serves_several_operations_stands_once() {
        let places = places([
            (Operation::Llm, ProviderId::Gemini),
            (Operation::Image, ProviderId::Gemini),
            (Operation::Video, ProviderId::Kie),
            (Operation::Tts, ProviderId::Modal),
        ]);
        assert_eq!(
            places,
            [
                (Operation::Llm, KeyPlace::Here(ProviderId::Gemini)),
                (
                    Operation::Image,
                    KeyPlace::There(ProviderId::Gemini, Operation::Llm)
                ),
                (Operation::Video, KeyPlace::Here(ProviderId::Kie)),
                (Operation::Tts, KeyPlace::Endpoint(ProviderId::Modal)),
            ]
        );
    }

    #[test]
    fn a_stored_key_never_disappears_from_the_page() {
        let slots = spare_slots(&Catalog::default(), &[ProviderId::Gemini], |slot| {
            matches!(slot, ProviderId::Suno | ProviderId::Gemini)
        });
        assert_eq!(slots, [ProviderId::Suno]);
    }
}
