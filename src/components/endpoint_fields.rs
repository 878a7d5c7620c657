//! The addresses of servers of one's own at one level.

use super::{Managed, Origin, field_history::FieldHistory, provider_fields::FieldNote};
use crate::erase::{Erase, EraseAll, dynamic, on_input};
use crate::stores::{LevelStore, stores};
use domain::{
    autosave::{Event, SaveStatus},
    provider::EndpointKind,
    settings::Field,
};
use leptos::prelude::*;

/// The addresses of Modal deployments.
pub const MODAL_ENDPOINTS: &[EndpointKind] = &[
    EndpointKind::Llm,
    EndpointKind::Image,
    EndpointKind::ImageEdit,
    EndpointKind::Video,
    EndpointKind::Tts,
    EndpointKind::Music,
];

/// Some of the addresses.
#[component]
pub fn EndpointFields(level: LevelStore, kinds: &'static [EndpointKind]) -> impl IntoView {
    view! {
        <div class="endpoint-fields">
            {kinds
                .iter()
                .map(|kind| view! { <EndpointField level=level kind=*kind/> })
                .erase_all()}
        </div>
    }
    .erase()
}

#[component]
fn EndpointField(level: LevelStore, kind: EndpointKind) -> impl IntoView {
    let alive = stores().session.alive;
    let field = Field::Endpoint(kind);
    let state = level.field(field);
    let id = format!("endpoint-{}", kind.as_str());
    let stored = state.with_untracked(|state| state.draft().to_owned());
    view! {
        <div class="field">
            <label for=id.clone()>{kind.field_label()}</label>
            <input
                id=id.clone()
                type="url"
                inputmode="url"
                autocomplete="off"
                spellcheck="false"
                placeholder=if kind == EndpointKind::Suno {
                    "https://suno.example.org"
                } else {
                    "https://your-app--name.modal.run"
                }
                value=stored
                prop:value=dynamic(move || state.with(|state| state.draft().to_owned()))
                aria-describedby=format!("{id}-note")
                aria-invalid=dynamic(move || {
                    state.with(|state| state.status() == SaveStatus::Failed).then_some("true")
                })
                disabled=dynamic(move || !alive.get() || !level.is_loaded())
                on:input=on_input(move |event| level.edit(field, &event_target_value(&event)))
                on:change=on_input(move |_| level.on(field, Event::Flush))
            />
            <FieldNote id=format!("{id}-note") level=level field=field/>
            <Managed variable=Some(kind.variable())/>
            <div class="asides">
                <FieldHistory level=level field=field/>
                <Origin level=level field=field focus=id/>
            </div>
        </div>
    }
    .erase()
}
