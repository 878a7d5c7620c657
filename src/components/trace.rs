//! Why this provider: every level in order, what it says and what became of it.

use super::erase::{Erase, EraseAll};
use crate::words::trace_rows;
use domain::resolution::{Outcome, Subject, Trace};
use leptos::prelude::*;

const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Chosen => "chosen",
        Outcome::Skipped => "skipped",
        Outcome::NotSet => "not-set",
        Outcome::Blocked => "blocked",
    }
}

/// The trace of a resolution in words.
#[component]
pub fn TraceView(trace: Trace) -> impl IntoView {
    view! {
        <div class="trace">
            {Subject::ALL
                .into_iter()
                .map(|subject| {
                    let rows = trace_rows(&trace, subject);
                    (!rows.is_empty())
                        .then(|| {
                            view! {
                                <h3>{subject.words()}</h3>
                                <ol>
                                    {rows
                                        .into_iter()
                                        .map(|row| {
                                            view! {
                                                <li class=class(row.outcome)>
                                                    <span class="level">{row.level}</span>
                                                    <span>{row.words}</span>
                                                </li>
                                            }
                                        })
                                        .erase_all()}
                                </ol>
                            }
                        }).erase()
                })
                .erase_all()}
        </div>
    }
    .erase()
}
