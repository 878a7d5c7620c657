//! What is to be said about a key: a warning, a failed save, and what its last test found, with the
//! time of the test.

use super::{
    Problem,
    erase::{Erase, EraseAll, live},
};
use crate::{stores::stores, words::minute};
use domain::{
    ProviderId,
    keys::{Finding, FindingResult, KeyReport},
};
use leptos::prelude::*;

/// The notes of one slot.
#[component]
pub fn KeyNotes(provider: ProviderId) -> impl IntoView {
    let slot = provider;
    let state = stores().keys.slot(slot);
    let notice = Memo::new(move |_| state.with(|state| state.notice.clone()));
    let error = Memo::new(move |_| state.with(|state| state.error.clone()));
    let busy = Memo::new(move |_| state.with(|state| state.busy));
    let report = Memo::new(move |_| state.with(|state| state.report.clone()));
    let tested = Memo::new(move |_| state.with(|state| state.view.as_ref()?.tested.clone()));
    view! {
        <div class="field-note" id=format!("key-{slot}-notes") aria-live="polite">
            {move || notice.get().map(|notice| view! { <p class="hint warn">{notice}</p> }).erase()}
            {move || error.get().map(|error| view! { <p class="hint bad">{error.sentence()}</p> }).erase()}
            {move || busy.get().then(|| view! { <p class="hint">"One moment…"</p> }).erase()}
            {live(move || match (report.get(), tested.get()) {
                (Some(Err(error)), _) => view! { <Problem error=error/> }.erase(),
                (Some(Ok(report)), None) => view! { <Report report=report/> }.erase(),
                (_, Some(tested)) => {
                    view! {
                        <Report report=tested.report/>
                        <p class="hint">{format!("Tested {}", minute(tested.at))}</p>
                    }
                    .erase()
                }
                (None, None) => ().into_any(),
            })}
        </div>
    }
    .erase()
}

#[component]
fn Report(report: KeyReport) -> impl IntoView {
    let KeyReport {
        format,
        host,
        auth,
        quota,
        models,
    } = report;
    let rows = [
        ("Format", format),
        ("Connection", host),
        ("Accepted", auth),
        ("Credit", quota),
        ("Models", models),
    ];
    view! {
        <ul class="report">
            {rows
                .into_iter()
                .map(|(name, finding)| {
                    let (mark, class) = mark(&finding);
                    view! {
                        <li class=class>
                            <span class="mark" aria-hidden="true">
                                {mark}
                            </span>
                            <span class="report-name">{name}</span>
                            <span>{finding.message}</span>
                        </li>
                    }
                })
                .erase_all()}
        </ul>
    }
    .erase()
}

const fn mark(finding: &Finding) -> (&'static str, &'static str) {
    match finding.result {
        FindingResult::Ok => ("✓", "ok"),
        FindingResult::Failed => ("✗", "failed"),
        FindingResult::Skipped => ("–", "skipped"),
        FindingResult::Unknown => ("?", "unknown"),
    }
}
