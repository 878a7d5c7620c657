//! The proxy token of Modal deployments: two halves that are stored together. Neither is ever shown
//! again.

use crate::erase::{Erase, EraseAll, memo, on_click, watch};
use crate::{browser, stores::stores};
use domain::ProviderId;
use leptos::{attr::custom::custom_attribute, html, prelude::*};

/// Both halves, and what they are for.
#[component]
pub fn ProxyTokenInput() -> impl IntoView {
    let stores = stores();
    let keys = stores.keys;
    let state = keys.slot(ProviderId::Modal);
    let halves = [NodeRef::<html::Input>::new(), NodeRef::new()];
    let busy = move || !stores.session.alive.get() || state.with(|state| state.busy);
    let emptied = memo(move || state.with(|state| state.emptied));
    watch(
        move || emptied.with(|_| ()),
        move || halves.into_iter().for_each(browser::form::clear),
    );
    let save = move |then_test: bool| {
        let [key, secret] = halves.map(browser::form::text);
        if then_test && key.is_empty() && secret.is_empty() {
            keys.test(ProviderId::Modal);
        } else {
            keys.save_pair(key, secret, then_test);
        }
    };
    let fields = [
        ("key", "Modal proxy token key", "wk-…"),
        ("secret", "Modal proxy token secret", "ws-…"),
    ];
    view! {
        <form
            class="field"
            on:submit=move |event| {
                event.prevent_default();
                save(false);
            }
        >
            {fields
                .into_iter()
                .zip(halves)
                .map(|((name, label, placeholder), node)| {
                    let id = format!("modal-token-{name}");
                    view! {
                        <label for=id.clone()>{label}</label>
                        <input
                            node_ref=node
                            id=id
                            type="password"
                            placeholder=placeholder
                            autocomplete="new-password"
                            spellcheck="false"
                            disabled=busy
                            aria-describedby="key-modal-hint key-modal-notes"
                            {..custom_attribute("data-1p-ignore", "true")}
                            {..custom_attribute("data-lpignore", "true")}
                        />
                    }
                })
                .erase_all()}
            <div class="actions">
                <button type="submit" class="small" disabled=busy>
                    "Save token"
                </button>
                <button
                    type="button"
                    class="small"
                    disabled=busy
                    on:click=on_click(move |_| save(true))
                >
                    "Test the endpoints"
                </button>
            </div>
            <p class="hint" id="key-modal-hint">
                "Only for deployments that ask for one. It is sent to the addresses above alone; after a change of an address it is asked for again. Account tokens (ak-, as-) are refused: they open your whole account."
            </p>
        </form>
    }
    .erase()
}
