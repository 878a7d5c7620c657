//! All operations at a glance: provider, model, key, price of a typical job.

use super::{
    Logo,
    erase::{Erase, EraseAll},
};
use crate::{
    stores::{LevelStore, stores},
    words::{heading, key_standing, key_words, price_hint},
};
use domain::Operation;
use leptos::prelude::*;

/// The left pane: one entry per operation, each leading to its section.
#[component]
pub fn Overview(level: LevelStore) -> impl IntoView {
    view! {
        <nav class="overview" aria-label="Operations">
            <ul>
                {Operation::ALL
                    .into_iter()
                    .map(|operation| {
                        view! {
                            <li>
                                <OverviewEntry level=level operation=operation/>
                            </li>
                        }
                    })
                    .erase_all()}
            </ul>
        </nav>
    }
    .erase()
}

#[component]
fn OverviewEntry(level: LevelStore, operation: Operation) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let today = stores.session.today.get_value();
    let provider = {
        let catalog = catalog.clone();
        Memo::new(move |_| level.provider(operation, &catalog))
    };
    let model = {
        let catalog = catalog.clone();
        Memo::new(move |_| level.model(operation, provider.get(), &catalog))
    };
    let standing = Memo::new(move |_| {
        level
            .glances
            .with(|glances| key_standing(glances.get(&operation)))
    });
    let price = Memo::new(move |_| {
        let listed = model
            .get()
            .and_then(|model| catalog.model(operation, provider.get(), &model).cloned());
        price_hint(listed.as_ref(), operation, &today)
    });
    view! {
        <a class="overview-entry" href=format!("#{operation}") rel="external">
            <span class="overview-head">
                <strong>{heading(operation)}</strong>
                <span class=move || standing.get().class()>
                    {move || key_words(standing.get(), provider.get())}
                </span>
            </span>
            <span class="overview-who">
                {move || view! { <Logo provider=provider.get()/> }.erase()}
                {move || provider.get().label()}
            </span>
            <span class="overview-model">
                {move || {
                    model
                        .get()
                        .map(|model| stores.model_name(operation, provider.get(), &model))
                }}
            </span>
            <span class="overview-price">{price}</span>
        </a>
    }
    .erase()
}
