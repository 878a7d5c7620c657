//! Where a setting comes from: what the server provides, and the way back to what is inherited.

use crate::erase::{Erase, live, memo, on_click};
use crate::{
    browser,
    stores::{LevelStore, stores},
    words::{back_to_inherited, value_words},
};
use domain::{autosave::Event, settings::Field};
use leptos::prelude::*;

/// For a field that is set at its level: that it is, and a button that gives it back to what is
/// inherited. `focus` is the field to go to afterwards.
#[component]
pub fn Origin(level: LevelStore, field: Field, #[prop(into)] focus: String) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let state = level.field(field);
    let is_set = memo(move || state.with(|state| !state.draft().is_empty()));
    let words = memo(move || {
        is_set.get().then(|| {
            let inherited = level.inherited(field, &catalog, stores.personal);
            let name = inherited
                .as_ref()
                .map(|inherited| value_words(field, Some(&inherited.value), &catalog));
            back_to_inherited(level.level(), inherited.map(|i| i.level), name)
        })
    });
    live(move || {
        let focus = focus.clone();
        words
            .get()
            .map(|(said, button)| {
                view! {
                    <p class="hint origin">
                        <span>{said}</span>
                        <button
                            type="button"
                            class="link"
                            on:click=on_click(move |_| {
                                level.edit(field, "");
                                level.on(field, Event::Flush);
                                browser::form::focus_soon(focus.clone());
                            })
                        >
                            {button}
                        </button>
                    </p>
                }
            })
            .erase()
    })
}

/// What the operator of the server provides in a variable, where it does.
#[component]
pub fn Managed(variable: Option<&'static str>) -> impl IntoView {
    let personal = stores().personal;
    let provided = memo(move || {
        variable.is_some_and(|variable| {
            personal
                .variables
                .with(|all| all.iter().any(|one| one == variable))
        })
    });
    live(move || {
        provided
            .get()
            .then(|| {
                view! {
                    <p class="hint managed">
                        <span class="icon icon-lock" aria-hidden="true"></span>
                        <span>
                            "Provided by this server as "
                            <code>{variable}</code>
                            ". What you enter here comes before it."
                        </span>
                    </p>
                }
            })
            .erase()
    })
}
