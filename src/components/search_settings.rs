//! Finds a setting by its name: operations, providers, models, keys and addresses. Choosing one leads
//! to its field.

use crate::erase::{Erase, EraseAll, dynamic, live, memo, on_click, on_input, on_key};
use crate::{
    browser,
    stores::stores,
    words::{Found, find_settings},
};
use leptos::prelude::*;

/// The search above the overview.
#[component]
pub fn SearchSettings() -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let search = RwSignal::new(String::new());
    let found = memo(move || {
        let provider = |operation| stores.personal.provider(operation, &catalog);
        search.with(|words| find_settings(&catalog, &provider, words))
    });
    view! {
        <div class="search-settings" role="search">
            <input
                type="search"
                aria-label="Search settings"
                placeholder="Search settings"
                autocomplete="off"
                spellcheck="false"
                disabled=dynamic(move || !stores.session.alive.get())
                prop:value=search
                on:input=on_input(move |event| search.set(event_target_value(&event)))
                on:keydown=on_key(move |event| {
                    match (event.key().as_str(), found.with(|found| found.first().cloned())) {
                        ("Enter", Some(first)) => {
                            event.prevent_default();
                            go(&first, search);
                        }
                        ("Escape", _) => search.set(String::new()),
                        _ => {}
                    }
                })
            />
            <div aria-live="polite">
                {live(move || {
                    let asked = search.with(|words| !words.trim().is_empty());
                    let found = found.get();
                    if !asked {
                        return ().into_any();
                    }
                    if found.is_empty() {
                        return view! {
                            <p class="hint">"Nothing is called so. Try fewer letters."</p>
                        }
                        .erase();
                    }
                    view! {
                        <ul class="found">
                            {found
                                .into_iter()
                                .map(|one| {
                                    let name = one.name.clone();
                                    let place = one.place.clone();
                                    view! {
                                        <li>
                                            <button
                                                type="button"
                                                class="link"
                                                on:click=on_click(move |_| go(&one, search))
                                            >
                                                {name}
                                            </button>
                                            <span class="hint">{place}</span>
                                        </li>
                                    }
                                })
                                .erase_all()}
                        </ul>
                    }
                    .erase()
                })}
            </div>
        </div>
    }
    .erase()
}

fn go(found: &Found, search: RwSignal<String>) {
    search.set(String::new());
    browser::form::focus_first(&found.targets);
}
