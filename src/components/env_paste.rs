//! A whole `.env` file at once: what it would set is shown before anything is stored.

use crate::erase::{Erase, EraseAll, dynamic, live, memo, on_click, on_input};
use crate::stores::stores;
use domain::pasted::{Plan, plan};
use leptos::prelude::*;

/// The place to paste it, and the plan.
#[component]
pub fn EnvPaste() -> impl IntoView {
    let stores = stores();
    let keys = stores.keys;
    let found = memo(move || keys.pasted.with(|text| plan(text)));
    let filled = memo(move || keys.pasted.with(|text| !text.trim().is_empty()));
    view! {
        <details class="card operation env-paste" open=dynamic(move || filled.get())>
            <summary>"Paste a whole .env file"</summary>
            <div class="field">
                <label for="env-paste">"Lines such as GEMINI_API_KEY=…"</label>
                <textarea
                    id="env-paste"
                    class="masked"
                    rows="4"
                    autocomplete="off"
                    spellcheck="false"
                    disabled=dynamic(move || !stores.session.alive.get())
                    prop:value=dynamic(move || keys.pasted.get())
                    on:input=on_input(move |event| keys.pasted.set(event_target_value(&event)))
                ></textarea>
            </div>
            <div aria-live="polite">
                {live(move || {
                    filled
                        .get()
                        .then(|| view! { <Shown plan=found.get()/> })
                        .erase()
                })}
            </div>
        </details>
    }
    .erase()
}

#[component]
fn Shown(plan: Plan) -> impl IntoView {
    let keys = stores().keys;
    let storable = plan.storable();
    let ignored = match plan.ignored {
        0 => String::new(),
        1 => "1 other line means nothing here.".to_owned(),
        more => format!("{more} other lines mean nothing here."),
    };
    let lead = match (plan.entries.len(), storable) {
        (0, _) => "None of these lines names a provider of this application.",
        (_, 0) => "Nothing of this can be stored as it is:",
        _ => "This would be stored, in place of what is there:",
    };
    let rows = plan.entries.clone();
    view! {
        <p>{lead}</p>
        <ul class="report">
            {rows
                .into_iter()
                .map(|entry| {
                    let (mark, class, says) = match entry.problem {
                        None => ("✓", "ok", "ready".to_owned()),
                        Some(problem) => ("✗", "failed", problem),
                    };
                    view! {
                        <li class=class>
                            <span class="mark" aria-hidden="true">
                                {mark}
                            </span>
                            <span class="report-name">{entry.target.label()}</span>
                            <span>{says}</span>
                        </li>
                    }
                })
                .erase_all()}
        </ul>
        <p class="hint">{ignored}</p>
        <div class="actions">
            {(storable > 0)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="primary small"
                            on:click=on_click(move |_| keys.store(plan.clone()))
                        >
                            {if storable == 1 {
                                "Store 1 value".to_owned()
                            } else {
                                format!("Store {storable} values")
                            }}
                        </button>
                    }
                })
                .erase()}
            <button type="button" class="small" on:click=on_click(move |_| keys.pasted.set(String::new()))>
                "Throw away"
            </button>
        </div>
    }
    .erase()
}
