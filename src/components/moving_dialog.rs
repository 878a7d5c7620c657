//! The dialog that offers to move what an earlier product left in this browser to the account. It
//! opens by itself, so it never takes a key press for an answer.

use super::Dialog;
use crate::erase::{Erase, EraseAll, effect, keyed, live, live_text, memo, on_click};
use crate::{
    browser::form,
    stores::{Stores, stores},
    words::{moving_summary, state_words},
};
use domain::{
    old_settings::{Item, Line, State, Target},
    settings::Field,
};
use leptos::prelude::*;

/// Where the focus is when the dialog opens.
const LEAD: &str = "moving-lead";
/// Where it goes when its button has gone.
const SUMMARY: &str = "moving-summary";

/// The dialog. It is part of every page and shows nothing where nothing was found.
#[component]
pub fn MovingDialog() -> impl IntoView {
    let stores = stores();
    let old = stores.old_settings;
    effect(move || {
        if old.open.get() {
            form::focus_soon(LEAD.to_owned());
        }
    });
    view! {
        <Dialog
            id="moving"
            class="wide moving"
            title="Settings from before were found in this browser".to_owned()
            open=old.open
            on_close=move || old.close(stores)
        >
            <p id=LEAD tabindex="-1">
                {format!(
                    "An earlier version kept these settings and keys here, where others who use this browser could read them. They can move to your account, {}. What your account has already is not changed.",
                    email(stores),
                )}
            </p>
            <ul class="report">
                {keyed(
                    move || {
                        old.found
                            .with(|found| {
                                let lines = found.moving.lines().iter();
                                lines.map(|line| line.item.id.to_owned()).collect()
                            })
                    },
                    move |id| entry(stores, id),
                )}
            </ul>
            {leftovers(stores)}
            <p role="status" id=SUMMARY tabindex="-1">
                {live_text(move || old.found.with(|found| moving_summary(&found.moving, &email(stores))))}
            </p>
            {buttons(stores)}
        </Dialog>
    }
    .erase()
}

fn email(stores: Stores) -> String {
    stores
        .session
        .me
        .with(|me| me.as_ref().map(|me| me.user.email.clone()))
        .unwrap_or_default()
}

/// What may be shown of an item: a model by its name where it is listed.
fn shown(stores: Stores, item: &Item) -> String {
    match item.target {
        Target::Field(Field::Model(operation, provider)) => {
            stores.model_name(operation, provider, &item.value)
        }
        _ => item.shown(),
    }
}

fn entry(stores: Stores, id: String) -> AnyView {
    let line = memo(move || {
        stores.old_settings.found.with(|found| {
            let mut lines = found.moving.lines().iter();
            lines.find(|line| line.item.id == id).cloned()
        })
    });
    live(move || line.get().map(|line| row(stores, line)).erase())
}

fn row(stores: Stores, Line { item, state }: Line) -> AnyView {
    let (mark, class) = match state {
        State::Moved { .. } => ("✓", "ok"),
        State::Failed(_) => ("✗", "failed"),
        _ => ("·", ""),
    };
    let label = item.target.label();
    let value = (!item.value.is_empty()).then(|| shown(stores, &item));
    view! {
        <li class=class>
            <span class="mark" aria-hidden="true">
                {mark}
            </span>
            <span class="report-name">{label.clone()} " " {value.map(|value| view! { <code>{value}</code> }).erase()}</span>
            <span>{state_words(&state)} {help(stores, item.id, &label, &state)}</span>
        </li>
    }
    .erase()
}

/// What a person can do about an item.
fn help(stores: Stores, id: &'static str, label: &str, state: &State) -> AnyView {
    let old = stores.old_settings;
    let (text, removes) = match state {
        State::Failed(_) => ("Retry", false),
        State::Kept => ("Remove it from this browser", true),
        _ => return ().into_any(),
    };
    view! {
        " "
        <button
            type="button"
            class="small"
            aria-label=format!("{text}: {label}")
            on:click=on_click(move |_| {
                if removes {
                    old.remove(id);
                } else {
                    old.retry(stores, id);
                }
                form::focus_if_lost(SUMMARY);
            })
        >
            {text}
        </button>
    }
    .erase()
}

fn leftovers(stores: Stores) -> AnyView {
    let leftovers = stores
        .old_settings
        .found
        .with_untracked(|found| found.leftovers.clone());
    if leftovers.is_empty() {
        return ().into_any();
    }
    view! {
        <h3>"Left as they are"</h3>
        <ul class="report">
            {leftovers
                .into_iter()
                .map(|leftover| {
                    view! {
                        <li>
                            <span class="mark" aria-hidden="true">
                                "·"
                            </span>
                            <code>{leftover.place}</code>
                            <span>{leftover.why}</span>
                        </li>
                    }
                })
                .erase_all()}
        </ul>
    }
    .erase()
}

/// Which buttons are shown: before, during and after the move.
fn buttons(stores: Stores) -> AnyView {
    let found = stores.old_settings.found;
    let stage = memo(move || {
        found.with(|found| (found.moving.is_untouched(), found.moving.is_under_way()))
    });
    live(move || {
        let (untouched, under_way) = stage.get();
        foot(stores, untouched, under_way)
    })
}

fn foot(stores: Stores, untouched: bool, under_way: bool) -> AnyView {
    let old = stores.old_settings;
    let close = move |_| old.close(stores);
    if !untouched {
        let text = if under_way { "Stop" } else { "Done" };
        return view! {
            <div class="dialog-foot">
                <button type="button" class="primary" on:click=close>
                    {text}
                </button>
            </div>
        }
        .erase();
    }
    view! {
        <div class="dialog-foot">
            <button type="button" on:click=on_click(move |_| old.decline(stores))>
                "These are not mine"
            </button>
            <button type="button" on:click=close>
                "Not now"
            </button>
            <button
                type="button"
                class="primary"
                on:click=on_click(move |_| {
                    old.start(stores);
                    form::focus_if_lost(SUMMARY);
                })
            >
                {format!("Move to {}", email(stores))}
            </button>
        </div>
    }
    .erase()
}
