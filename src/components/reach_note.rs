//! Beside a person's own setting: which projects work with it, which have a word of their own, and
//! what a change of it does to them and to the price.

use crate::erase::{Erase, live_text, memo};
use crate::{
    stores::{LevelStore, stores},
    words::{Names, impact_words, reach_words, typical_job, typical_price, value_words},
};
use domain::{Operation, ProviderId, resolution::Level, settings::Field};
use leptos::prelude::*;

/// The note of a provider or a model; nothing beside a project's own settings.
#[component]
pub fn ReachNote(level: LevelStore, operation: Operation, field: Field) -> impl IntoView {
    if level.level() != Level::User {
        return ().into_any();
    }
    let stores = stores();
    let catalog = stores.catalog();
    let today = stores.session.today.get_value();
    let state = level.field(field);
    let names = {
        let catalog = catalog.clone();
        memo(move || {
            let personal = |operation| level.provider(operation, &catalog);
            level
                .reach
                .with(|projects| Names::of(projects, field, &personal))
        })
    };
    // The price of a typical job with a value of the field.
    let price = {
        let catalog = catalog.clone();
        move |value: Option<String>| {
            let (provider, model) = match field {
                Field::Model(_, provider) => (provider, value),
                _ => (
                    value
                        .and_then(|value| ProviderId::parse(&value))
                        .or_else(|| {
                            ProviderId::parse(&level.inherited_provider(operation)?.value)
                        })?,
                    None,
                ),
            };
            // Without a value of its own a model is the inherited one, not the one that is shown.
            let model = match (model, field) {
                (Some(model), _) => Some(model),
                (None, Field::Model(..)) => level
                    .inherited_model(operation, provider, &catalog)
                    .map(|inherited| inherited.value),
                (None, _) => level.model(operation, provider, &catalog),
            };
            typical_price(
                catalog.model(operation, provider, &model?),
                operation,
                &today,
            )
        }
    };
    let said = memo(move || {
        let change = state
            .with(|state| state.change())
            .or_else(|| level.last_change(field));
        names.with(|names| match change {
            Some((before, after)) => Some(impact_words(
                names,
                typical_job(operation),
                price(before).as_deref(),
                price(after).as_deref(),
            )),
            None => reach_words(names, |value| value_words(field, Some(value), &catalog)),
        })
    });
    view! {
        <p class="hint reach" aria-live="polite">
            {live_text(move || said.get())}
        </p>
    }
    .erase()
}
