//! The one place that says whether everything is saved.

use super::erase::Erase;
use crate::{
    stores::{LevelStore, stores},
    words::Summary,
};
use leptos::prelude::*;

/// Says how the saves of a level stand, and those of the keys where they are edited beside it.
#[component]
pub fn SaveIndicator(level: LevelStore, #[prop(optional)] with_keys: bool) -> impl IntoView {
    let keys = stores().keys;
    let summary = Memo::new(move |_| {
        let of_keys = if with_keys {
            keys.summary.get()
        } else {
            Summary::Idle
        };
        level.summary.get().max(of_keys)
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
                {move || summary.get().words()}
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
        </div>
    }
    .erase()
}
