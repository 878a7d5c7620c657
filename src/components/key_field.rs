//! One API key: a field that is never filled, or what may be seen of the stored key with what can be
//! done to it.

use super::{
    Logo, Problem,
    erase::{Erase, EraseAll},
    key_places::standing,
};
use crate::{browser, stores::stores};
use domain::{
    ProviderId,
    keys::{Finding, FindingResult, KeyReport, SecretStatus},
};
use leptos::{attr::custom::custom_attribute, html, prelude::*};

/// The key of one slot.
#[component]
pub fn KeyField(provider: ProviderId) -> impl IntoView {
    let slot = provider.key_slot();
    let keys = stores().keys;
    let state = keys.slot(slot);
    let configured = Memo::new(move |_| {
        state.with(|state| {
            let ready = state
                .view
                .as_ref()
                .is_some_and(|view| view.status == SecretStatus::Ready);
            ready && !state.replacing
        })
    });
    let shown = Memo::new(move |_| state.with(|state| standing(state.view.as_ref())));
    let id = format!("key-{slot}");
    let emptied = Memo::new(move |_| state.with(|state| state.emptied));
    // The field is gone once its key is stored: the focus goes to what stands in its place.
    let replace_id = format!("{id}-replace");
    Effect::watch(
        move || emptied.get(),
        {
            let replace_id = replace_id.clone();
            move |_, _, _| browser::form::focus_if_lost(&replace_id)
        },
        false,
    );
    view! {
        <div class="key-field">
            {move || {
                if configured.get() {
                    view! {
                        <StoredKey provider=slot shown=shown replace_id=replace_id.clone()/>
                    }
                    .erase()
                } else {
                    view! { <KeyInput provider=slot id=id.clone()/> }.erase()
                }
            }}
            <KeyNotes provider=slot/>
        </div>
    }
    .erase()
}

#[component]
fn StoredKey(provider: ProviderId, shown: Memo<String>, replace_id: String) -> impl IntoView {
    let slot = provider;
    let stores = stores();
    let keys = stores.keys;
    let state = keys.slot(slot);
    let name = format!("key-{slot}-name");
    let still = move || !stores.session.alive.get() || state.with(|state| state.busy);
    view! {
        <div class="key-row">
            <span class="key-name" id=name.clone()>
                <Logo provider=slot/>
                {format!("{} API key", slot.label())}
            </span>
            <span class="configured">{shown}</span>
            <span class="actions">
                <button
                    type="button"
                    class="small"
                    id=replace_id
                    aria-describedby=name.clone()
                    disabled=still
                    on:click=move |_| {
                        keys.replace(slot, true);
                        browser::form::focus_soon(format!("key-{slot}"));
                    }
                >
                    "Replace"
                </button>
                <button
                    type="button"
                    class="small"
                    aria-describedby=name.clone()
                    disabled=still
                    on:click=move |_| keys.remove(slot)
                >
                    "Remove"
                </button>
                <button
                    type="button"
                    class="small"
                    aria-describedby=name
                    disabled=still
                    on:click=move |_| keys.test(slot)
                >
                    "Test"
                </button>
            </span>
        </div>
    }
    .erase()
}

#[component]
fn KeyInput(provider: ProviderId, id: String) -> impl IntoView {
    let slot = provider;
    let stores = stores();
    let keys = stores.keys;
    let state = keys.slot(slot);
    let node = NodeRef::<html::Input>::new();
    let (page, hint) = stores.catalog.with_value(|catalog| {
        catalog
            .provider(slot)
            .map(|entry| (entry.key_page.clone(), entry.key_hint.clone()))
            .unwrap_or_default()
    });
    let unreadable = Memo::new(move |_| {
        state.with(|state| {
            state
                .view
                .as_ref()
                .is_some_and(|view| view.status == SecretStatus::NeedsReentry)
        })
    });
    let replacing = Memo::new(move |_| state.with(|state| state.replacing));
    let emptied = Memo::new(move |_| state.with(|state| state.emptied));
    // What was typed is taken out of the page as soon as the server holds it.
    Effect::watch(
        move || emptied.get(),
        move |_, _, _| browser::form::clear(node),
        false,
    );
    view! {
        <div class="field">
            <label for=id.clone()>
                <Logo provider=slot/>
                {format!("{} API key", slot.label())}
            </label>
            {move || {
                unreadable
                    .get()
                    .then(|| view! { <span class="badge bad">"needs to be entered again"</span> }).erase()
            }}
            <div class="input-row">
                <input
                    node_ref=node
                    id=id.clone()
                    type="password"
                    name=format!("slot-{slot}")
                    autocomplete="new-password"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=format!("{id}-hint {id}-notes")
                    disabled=move || !stores.session.alive.get()
                    on:input=move |event| keys.typed(slot, &event_target_value(&event))
                    on:blur=move |event| {
                        // On the way to a button of this field nothing is decided yet.
                        if !browser::form::stays_within(&event, ".key-field") {
                            keys.entered(slot, &event_target_value(&event));
                        }
                    }
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            keys.entered(slot, &browser::form::text(node));
                        }
                    }
                    {..custom_attribute("data-1p-ignore", "true")}
                    {..custom_attribute("data-lpignore", "true")}
                    {..custom_attribute("data-bwignore", "true")}
                    {..custom_attribute("data-form-type", "other")}
                />
                {move || {
                    replacing
                        .get()
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="small"
                                    on:click=move |_| {
                                        keys.replace(slot, false);
                                        browser::form::focus_soon(format!("key-{slot}-replace"));
                                    }
                                >
                                    "Keep the stored key"
                                </button>
                            }
                        }).erase()
                }}
                {move || {
                    unreadable
                        .get()
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="small"
                                    on:click=move |_| keys.remove(slot)
                                >
                                    "Remove"
                                </button>
                            }
                        }).erase()
                }}
            </div>
            <p class="hint" id=format!("{id}-hint")>
                {hint.map(|hint| format!("{hint} "))}
                {page
                    .map(|page| {
                        view! {
                            <a href=page target="_blank" rel="noopener noreferrer">
                                {format!("Get a key at {}", slot.label())}
                            </a>
                        }
                    }).erase()}
                {slot
                    .fallback_key()
                    .map(|other| {
                        format!(" Without a key of its own it uses your {} key.", other.label())
                    })}
            </p>
        </div>
    }
    .erase()
}

#[component]
fn KeyNotes(provider: ProviderId) -> impl IntoView {
    let slot = provider;
    let state = stores().keys.slot(slot);
    let notice = Memo::new(move |_| state.with(|state| state.notice.clone()));
    let error = Memo::new(move |_| state.with(|state| state.error.clone()));
    let busy = Memo::new(move |_| state.with(|state| state.busy));
    let report = Memo::new(move |_| state.with(|state| state.report.clone()));
    view! {
        <div class="field-note" id=format!("key-{slot}-notes") aria-live="polite">
            {move || notice.get().map(|notice| view! { <p class="hint warn">{notice}</p> }).erase()}
            {move || error.get().map(|error| view! { <p class="hint bad">{error.sentence()}</p> }).erase()}
            {move || busy.get().then(|| view! { <p class="hint">"One moment…"</p> }).erase()}
            {move || {
                report
                    .get()
                    .map(|report| match report {
                        Ok(report) => view! { <Report report=report/> }.erase(),
                        Err(error) => view! { <Problem error=error/> }.erase(),
                    }).erase()
            }}
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
