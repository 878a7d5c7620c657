//! The dialog *Configure API Keys & Providers*: the same fields over the same stores as on the
//! settings page, at hand where something is generated.

use super::{
    Dialog, EndpointFields, KeyField, KeyPlace, KeySection, MODAL_ENDPOINTS, ProviderFields,
    SaveIndicator,
    key_places::{places, used_providers},
};
use crate::erase::{Erase, EraseAll, dynamic, effect, live, live_text, memo, on_click, on_key};
use crate::{
    browser,
    stores::{Moment, stores},
    words::{heading, missing_words, tab},
};
use domain::{
    ApiError, Operation, ProviderId,
    provider::{CredentialKind, EndpointKind},
};
use leptos::prelude::*;

const TABS: [Option<Operation>; 6] = [
    None,
    Some(Operation::Llm),
    Some(Operation::Image),
    Some(Operation::Video),
    Some(Operation::Tts),
    Some(Operation::Music),
];

const fn tab_name(operation: Option<Operation>) -> &'static str {
    match operation {
        None => "All",
        Some(operation) => tab(operation),
    }
}

/// The dialog. It is part of every page and shows nothing until it is opened.
#[component]
pub fn ConfigureDialog() -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let open = memo(move || flow.overlay.with(Option::is_some));
    let current = memo(move || {
        flow.overlay
            .with(|overlay| overlay.as_ref().and_then(|overlay| overlay.tab))
    });
    let reason = memo(move || {
        flow.overlay
            .with(|overlay| overlay.as_ref().and_then(|overlay| overlay.reason.clone()))
    });
    effect(move || {
        if open.get() {
            stores.personal.ensure_loaded();
            // Whoever is asked for a key can type it at once.
            if let Some(provider) = reason.with_untracked(|reason| reason.as_ref()?.provider) {
                browser::form::focus_soon(format!("key-{}", provider.key_slot()));
            }
        }
    });
    view! {
        <Dialog
            id="configure"
            class="wide"
            title="Configure API Keys & Providers".to_owned()
            open=open
            on_close=move || flow.close_overlay()
        >
            <Reason reason=reason/>
            <p class="hint" aria-live="polite">
                {live_text(move || {
                    stores.personal.glances.with(missing_words).unwrap_or_default()
                })}
            </p>
            <Tabs current=current/>
            <div
                class="tab-panel"
                role="tabpanel"
                id="configure-panel"
                aria-labelledby=dynamic(move || tab_id(current.get()))
                tabindex="0"
            >
                {live(move || view! { <Panel tab=current.get() reason=reason/> }.erase())}
            </div>
            <div class="dialog-foot">
                <SaveIndicator level=stores.personal with_keys=true/>
                <button type="button" class="primary" on:click=on_click(move |_| flow.close_overlay())>
                    "Done"
                </button>
            </div>
        </Dialog>
    }
    .erase()
}

fn tab_id(operation: Option<Operation>) -> String {
    format!(
        "configure-tab-{}",
        operation.map_or("all", Operation::as_str)
    )
}

#[component]
fn Reason(reason: Memo<Option<ApiError>>) -> impl IntoView {
    let flow = stores().flow;
    let waiting = move || {
        flow.moment
            .with(|moment| matches!(moment, Moment::Waiting(..)))
    };
    live(move || {
        reason.get().map(|error| {
            view! {
                <div class="note warn" aria-live="polite">
                    <p>{error.detail.clone()}</p>
                    {waiting()
                        .then(|| {
                            view! { <p>"Once that is saved, your generation goes on by itself."</p> }
                        }).erase()}
                </div>
            }
        }).erase()
    })
}

#[component]
fn Tabs(current: Memo<Option<Operation>>) -> impl IntoView {
    let flow = stores().flow;
    let choose = move |tab: Option<Operation>| {
        flow.overlay.update(|overlay| {
            if let Some(overlay) = overlay {
                overlay.tab = tab;
            }
        });
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Operations">
            {TABS
                .into_iter()
                .enumerate()
                .map(|(index, tab)| {
                    view! {
                        <button
                            type="button"
                            role="tab"
                            id=tab_id(tab)
                            aria-controls="configure-panel"
                            aria-selected=dynamic(move || (current.get() == tab).to_string())
                            tabindex=dynamic(move || if current.get() == tab { "0" } else { "-1" })
                            on:click=on_click(move |_| choose(tab))
                            on:keydown=on_key(move |event| {
                                if let Some(target) = browser::form::tab_target(
                                    &event,
                                    index,
                                    TABS.len(),
                                ) {
                                    choose(TABS[target]);
                                    browser::form::focus_id(&tab_id(TABS[target]));
                                }
                            })
                        >
                            {tab_name(tab)}
                        </button>
                    }
                })
                .erase_all()}
        </div>
    }
    .erase()
}

#[component]
fn Panel(tab: Option<Operation>, reason: Memo<Option<ApiError>>) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let level = stores.personal;
    let operations: Vec<Operation> =
        tab.map_or_else(|| Operation::ALL.to_vec(), |operation| vec![operation]);
    let placed = {
        let (operations, catalog) = (operations.clone(), catalog.clone());
        memo(move || places(used_providers(level, &catalog, &operations)))
    };
    // What is missing may be another provider's key: one that the project has chosen.
    let extra = memo(move || {
        let wanted = reason.with(|reason| reason.as_ref()?.provider)?;
        extra_slot(
            wanted,
            placed.with(|placed| placed.iter().map(|(_, place)| *place).collect()),
        )
    });
    let endpoints: &'static [EndpointKind] = endpoint_kinds(tab);
    // What is open or has the focus in the dialog outlives every save.
    let loaded = memo(move || level.is_loaded());
    live(move || {
        if !loaded.get() {
            return view! { <div class="skeleton tall" aria-hidden="true"></div> }.erase();
        }
        view! {
            {live(move || extra.get().map(|slot| view! { <KeyField provider=slot/> }).erase())}
            {operations
                .iter()
                .map(|operation| {
                    let operation = *operation;
                    view! {
                        <section class="operation" id=format!("configure-{operation}")>
                            <h3>{heading(operation)}</h3>
                            <ProviderFields level=level operation=operation/>
                            <KeySection operation=operation places=placed/>
                        </section>
                    }
                })
                .erase_all()}
            <section class="operation">
                <h3>"Modal endpoints"</h3>
                <EndpointFields level=level kinds=endpoints/>
            </section>
        }
        .erase()
    })
}

/// The key field that is missing although no operation of the tab uses its provider.
fn extra_slot(wanted: ProviderId, placed: Vec<KeyPlace>) -> Option<ProviderId> {
    (wanted.credential_kind() == CredentialKind::ApiKey
        && !placed.contains(&KeyPlace::Here(wanted)))
    .then_some(wanted)
}

const fn endpoint_kinds(tab: Option<Operation>) -> &'static [EndpointKind] {
    match tab {
        None => MODAL_ENDPOINTS,
        Some(Operation::Llm) => &[EndpointKind::Llm],
        Some(Operation::Image) => &[EndpointKind::Image, EndpointKind::ImageEdit],
        Some(Operation::Video) => &[EndpointKind::Video],
        Some(Operation::Tts) => &[EndpointKind::Tts],
        Some(Operation::Music) => &[EndpointKind::Music],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_only_the_project_asks_for_has_a_field_too() {
        let placed = vec![KeyPlace::Here(ProviderId::Gemini)];
        assert_eq!(
            extra_slot(ProviderId::Kie, placed.clone()),
            Some(ProviderId::Kie)
        );
        assert_eq!(extra_slot(ProviderId::Gemini, placed.clone()), None);
        assert_eq!(extra_slot(ProviderId::Modal, placed), None);
    }

    #[test]
    fn the_tabs_have_their_names() {
        assert_eq!(
            TABS.map(tab_name),
            ["All", "LLM", "Image", "Video", "Voice", "Music"]
        );
    }
}
