//! A select whose options may change while it is shown. It keeps showing what its store says, also
//! when a save failed and the old value comes back.

use crate::erase::{Erase, EraseAll, dynamic, effect, live, on_input};
use crate::{browser, stores::stores};
use leptos::{html, prelude::*};

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOption {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it can only be looked at.
    pub disabled: bool,
}

impl ChoiceOption {
    /// An option that can be chosen.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            disabled: false,
        }
    }
}

/// A select with a visible label.
#[component]
pub fn Choice(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] options: Signal<Vec<ChoiceOption>>,
    on_change: impl Fn(String) + 'static,
    /// The id of the element that says more, for screen readers.
    #[prop(optional, into)]
    described_by: Option<String>,
    #[prop(optional, into)] enabled: Option<Signal<bool>>,
) -> impl IntoView {
    let alive = stores().session.alive;
    let node = NodeRef::<html::Select>::new();
    effect(move || {
        let value = value.get();
        options.track();
        browser::form::select(node, &value);
        // The new options may not be in the page yet.
        browser::task::spawn(async move {
            leptos::task::tick().await;
            browser::form::select(node, &value);
        });
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                node_ref=node
                disabled=dynamic(move || !alive.get() || enabled.is_some_and(|enabled| !enabled.get()))
                aria-describedby=described_by
                on:change=on_input(move |event| on_change(event_target_value(&event)))
            >
                {live(move || {
                    let chosen = value.get_untracked();
                    options
                        .get()
                        .into_iter()
                        .map(|option| {
                            let selected = option.value == chosen;
                            view! {
                                <option
                                    value=option.value
                                    selected=selected
                                    disabled=option.disabled
                                >
                                    {option.label}
                                </option>
                            }
                        })
                        .erase_all()
                })}
            </select>
        </div>
    }
    .erase()
}
