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
    // Once there, the button stays in its place, so that several changes can be taken back in a row.
    let ever = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or_default() || undoable.get().is_some()
    });
    let what = move || {
        undoable
            .get()
            .unwrap_or_else(|| "nothing to take back".to_owned())
    };
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
                ever.get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="small"
                                title=dynamic(move || format!("Last change: {}", what()))
                                aria-label=dynamic(move || format!("Undo: {}", what()))
                                aria-disabled=dynamic(move || {
                                    undoable.with(Option::is_none).then_some("true")
                                })
                                on:click=on_click(move |_| {
                                    if undoable.with_untracked(Option::is_some) {
                                        level.undo();
                                    }
                                })
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
