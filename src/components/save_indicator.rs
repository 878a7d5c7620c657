//! The one place that says whether everything is saved, and takes back what was.

use crate::erase::{Erase, dynamic, live, memo, on_click};
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
    let summary = memo(move || {
        let of_keys = if with_keys {
            keys.summary.get()
        } else {
            Summary::Idle
        };
        level.summary.get().max(of_keys)
    });
    let said = memo(move || summary.get().words_on_line(stores.session.online.get()));
    let undoable = memo(move || {
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
            <span role="status" class=dynamic(move || summary.get().class())>
                {said}
            </span>
            {live(move || {
                (summary.get() == Summary::Failed)
                    .then(|| {
                        view! {
                            <button type="button" class="small" on:click=retry>
                                "Retry"
                            </button>
                        }
                    }).erase()
            })}
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
                                on:click=on_click(move |_| level.undo())
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
