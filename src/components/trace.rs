//! Why this provider: every level in order, what it says and what became of it, and what would change
//! it.

use crate::erase::{Erase, EraseAll};
use crate::words::{changes, trace_rows};
use domain::{
    Operation, ProjectId,
    resolution::{Outcome, Subject, Trace},
};
use leptos::prelude::*;

const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Chosen => "chosen",
        Outcome::Skipped => "skipped",
        Outcome::NotSet => "not-set",
        Outcome::Blocked => "blocked",
    }
}

/// The trace of a resolution in words. With an operation it says where to change something.
#[component]
pub fn TraceView(
    trace: Trace,
    #[prop(optional)] operation: Option<Operation>,
    #[prop(optional_no_strip)] project: Option<ProjectId>,
) -> impl IntoView {
    let ways = operation.map(|operation| changes(&trace, operation, project.as_ref()));
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
            {ways
                .map(|ways| {
                    view! {
                        <p class="ways">
                            "To change it: "
                            {ways
                                .into_iter()
                                .map(|(name, href)| {
                                    view! {
                                        <a href=href rel="external">
                                            {name}
                                        </a>
                                    }
                                })
                                .erase_all()}
                        </p>
                    }
                })
                .erase()}
        </div>
    }
    .erase()
}
