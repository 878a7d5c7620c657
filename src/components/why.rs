//! *Why this?* beside an operation: every level with what it says, what won, and where to change it.

use super::trace::TraceView;
use crate::erase::{Erase, live, memo, on_input};
use crate::{browser, stores::LevelStore};
use domain::Operation;
use leptos::prelude::*;

/// The trace of what an operation comes to now; put together when it is opened.
#[component]
pub fn Why(level: LevelStore, operation: Operation) -> impl IntoView {
    let open = RwSignal::new(false);
    let trace = memo(move || {
        open.get()
            .then(|| {
                level
                    .glances
                    .with(|glances| match glances.get(&operation)? {
                        Ok(resolution) => Some(resolution.trace.clone()),
                        Err(error) => error.trace.clone(),
                    })
            })
            .flatten()
    });
    view! {
        <details class="why" on:toggle=on_input(move |event| open.set(browser::form::is_open(&event)))>
            <summary>"Why this?"</summary>
            {live(move || {
                trace
                    .get()
                    .map(|trace| {
                        view! {
                            <TraceView
                                trace=trace
                                operation=operation
                                project=level.project()
                            />
                        }
                    })
                    .erase()
            })}
        </details>
    }
    .erase()
}
