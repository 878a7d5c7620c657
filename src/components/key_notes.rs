//! What is to be said about a key: a warning, a failed save, a change that can be undone, and what its
//! last test found, with the time of the test.

use super::Problem;
use crate::erase::{Erase, EraseAll, live, memo, on_click};
use crate::{
    stores::stores,
    words::{key_name, minute},
};
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
    let notice = memo(move || state.with(|state| state.notice.clone()));
    let error = memo(move || state.with(|state| state.error.clone()));
    let busy = memo(move || state.with(|state| state.busy));
    let changed = memo(move || state.with(|state| state.undoable.then(|| state.is_configured())));
    let report = memo(move || state.with(|state| state.report.clone()));
    let tested = memo(move || state.with(|state| state.view.as_ref()?.tested.clone()));
    view! {
        <div class="field-note" id=format!("key-{slot}-notes") aria-live="polite">
            {live(move || notice.get().map(|notice| view! { <p class="hint warn">{notice}</p> }).erase())}
            {live(move || error.get().map(|error| view! { <p class="hint bad">{error.sentence()}</p> }).erase())}
            {live(move || busy.get().then(|| view! { <p class="hint">"One moment…"</p> }).erase())}
            {live(move || undo(slot, changed.get()))}
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

/// Offers to take the last change of a key back: of one that was replaced, or removed.
fn undo(slot: ProviderId, replaced: Option<bool>) -> AnyView {
    let stores = stores();
    let state = stores.keys.slot(slot);
    let still = move || !stores.session.alive.get() || state.with(|state| state.busy);
    replaced
        .map(|replaced| {
            let name = format!("key-{slot}-changed");
            view! {
                <p class="hint actions">
                    <span class="visually-hidden" id=name.clone()>
                        {key_name(slot)}
                    </span>
                    {if replaced { "Replaced." } else { "Removed." }}
                    <button
                        type="button"
                        class="small"
                        id=format!("key-{slot}-undo")
                        aria-describedby=name
                        disabled=still
                        on:click=on_click(move |_| stores.keys.undo(slot))
                    >
                        "Undo"
                    </button>
                </p>
            }
        })
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
