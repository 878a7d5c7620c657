//! Whether a person's own keys come before their organization's.

use super::provider_fields::FieldNote;
use crate::erase::{Erase, dynamic, on_input};
use crate::stores::stores;
use domain::{autosave::Event, settings::Field};
use leptos::prelude::*;

/// The switch.
#[component]
pub fn PreferOwnKeys() -> impl IntoView {
    let stores = stores();
    let level = stores.personal;
    let field = Field::PreferOwnKeys;
    let state = level.field(field);
    view! {
        <section class="card operation" id="own-keys">
            <h3>"Whose key comes first"</h3>
            <label class="check">
                <input
                    type="checkbox"
                    id="prefer-own-keys"
                    aria-describedby="prefer-own-keys-note prefer-own-keys-hint"
                    disabled=dynamic(move || !stores.session.alive.get() || !level.is_loaded())
                    prop:checked=dynamic(move || state.with(|state| state.draft() == "true"))
                    on:change=on_input(move |event| {
                        level.edit(field, if event_target_checked(&event) { "true" } else { "false" });
                        level.on(field, Event::Flush);
                    })
                />
                <span>"Use my own keys first"</span>
            </label>
            <p class="hint" id="prefer-own-keys-hint">
                "Where your organization shares a key, it comes first and the organization pays. Switched on, your own key comes first and you pay."
            </p>
            <FieldNote id="prefer-own-keys-note" level=level field=field/>
        </section>
    }
    .erase()
}
