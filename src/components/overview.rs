//! All operations at a glance: provider, model, key, price of a typical job.

use super::Logo;
use crate::erase::{Erase, EraseAll, dynamic, live, live_text, memo};
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
        memo(move || level.provider(operation, &catalog))
    };
    let model = {
        let catalog = catalog.clone();
        memo(move || level.model(operation, provider.get(), &catalog))
    };
    let standing = memo(move || {
        let failing = stores.keys.slot(provider.get().key_slot()).with(|state| {
            let health = state.view.as_ref().and_then(|view| view.health);
            health.is_some_and(|health| health.failing().is_some())
        });
        level
            .glances
            .with(|glances| key_standing(glances.get(&operation)))
            .or_failing(failing)
    });
    let price = memo(move || {
        let listed = model
            .get()
            .and_then(|model| catalog.model(operation, provider.get(), &model).cloned());
        price_hint(listed.as_ref(), operation, &today)
    });
    view! {
        <a class="overview-entry" href=format!("#{operation}") rel="external">
            <span class="overview-head">
                <strong>{heading(operation)}</strong>
                <span class=dynamic(move || standing.get().class())>
                    {live_text(move || key_words(standing.get(), provider.get()))}
                </span>
            </span>
            <span class="overview-who">
                {live(move || view! { <Logo provider=provider.get()/> }.erase())}
                {live_text(move || provider.get().label())}
            </span>
            <span class="overview-model">
                {live_text(move || {
                    model
                        .get()
                        .map(|model| stores.model_name(operation, provider.get(), &model))
                })}
            </span>
            <span class="overview-price">{price}</span>
        </a>
    }
    .erase()
}
