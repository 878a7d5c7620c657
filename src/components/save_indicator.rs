//! The one place that says whether everything is saved, and takes back what was.

use super::erase::{Erase, live};
use crate::{
    stores::{LevelStore, stores},
    words::Summary,
};
use leptos::prelude::*;

/// Says how the saves of a level stand, and those of the keys where they are edited beside it.
#[component]
pub fn SaveIndicator(level: LevelStore, #[prop(optional)] with_keys: bool) -> impl IntoView {
    let stores = stores();
    let keys = stores.keys;
    let summary = Memo::new(move |_| {
        let of_keys = if with_keys {
            keys.summary.get()
        } else {
            Summary::Idle
        };
        level.summary.get().max(of_keys)
    });
    let said = Memo::new(move |_| summary.get().words_on_line(stores.session.online.get()));
    let undoable = Memo::new(move |_| {
        matches!(summary.get(), Summary::Idle | Summary::Saved)
            .then(|| level.undo_words())
            .flatten()
    });
    let retry = move |_| {
        level.retry();
        if with_keys {
            keys.retry();
        }
    };
    view! {
        <div class="save-indicator">
            <span role="status" class=move || summary.get().class()>
                {said}
            </span>
            {move || {
                (summary.get() == Summary::Failed)
                    .then(|| {
                        view! {
                            <button type="button" class="small" on:click=retry>
                                "Retry"
                            </button>
                        }
                    }).erase()
            }}
            {live(move || {
                undoable
                    .get()
                    .map(|what| {
                        view! {
                            <button
                                type="button"
                                class="small"
                                title=format!("Takes back the last change: {what}")
                                aria-label=format!("Undo: {what}")
                                on:click=move |_| level.undo()
                            >
                                "Undo"
                            </button>
                        }
                    })
                    .erase()
            })}
        </div>
    }
    .erase()
}
