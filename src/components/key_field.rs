//! One API key: a field that is never filled, or what may be seen of the stored key with what can be
//! done to it.

use super::{
    Logo, Managed, field_history::KeyHistory, key_notes::KeyNotes, key_places::standing,
    proxy_token::ProxyTokenInput,
};
use crate::erase::{Erase, dynamic, live, memo, on_click, on_input, on_key, watch};
use crate::{
    browser,
    stores::stores,
    words::{key_health, key_name, used_words},
};
use domain::{
    ProviderId, keys::SecretStatus, pasted::is_env, provider::CredentialKind, reach::uses_key,
};
use leptos::{attr::custom::custom_attribute, html, prelude::*};

/// The key of one slot.
#[component]
pub fn KeyField(provider: ProviderId) -> impl IntoView {
    let slot = provider.key_slot();
    let keys = stores().keys;
    let state = keys.slot(slot);
    let configured = memo(move || state.with(|state| state.is_shown()));
    let shown = memo(move || state.with(|state| standing(state.view.as_ref())));
    let id = format!("key-{slot}");
    let emptied = memo(move || state.with(|state| state.emptied));
    let undoable = memo(move || state.with(|state| state.undoable));
    // Whoever removed a key can take that back at once: the buttons of the key are gone.
    let undo_id = format!("{id}-undo");
    watch(
        move || undoable.with(|_| ()),
        move || {
            if undoable.get() {
                browser::form::focus_if_lost(&undo_id);
            }
        },
    );
    // The field is gone once its key is stored: the focus goes to what stands in its place.
    let replace_id = format!("{id}-replace");
    watch(move || emptied.with(|_| ()), {
        let replace_id = replace_id.clone();
        move || browser::form::focus_if_lost(&replace_id)
    });
    view! {
        <div class="key-field">
            {live(move || {
                if configured.get() {
                    view! {
                        <StoredKey provider=slot shown=shown replace_id=replace_id.clone()/>
                    }
                    .erase()
                } else if slot == ProviderId::Modal {
                    view! { <ProxyTokenInput/> }.erase()
                } else {
                    view! { <KeyInput provider=slot id=id.clone()/> }.erase()
                }
            })}
            <KeyNotes provider=slot/>
            <KeyHistory provider=slot/>
            <Managed variable=slot.variable()/>
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
    let health = move || {
        let line = stores.session.today.with_value(|today| {
            state.with(|state| Some(key_health(slot, state.view.as_ref()?, today)))
        });
        line.map(|(line, bad)| {
            let class = if bad { "hint warn" } else { "hint" };
            view! { <p class=class>{line}</p> }
        })
        .erase()
    };
    let catalog = stores.catalog();
    let used = move || {
        let personal = |operation| stores.personal.provider(operation, &catalog);
        let names = stores.personal.reach.with(|projects| {
            let using = projects
                .iter()
                .filter(|project| uses_key(project, slot, &personal));
            using.map(|project| project.name.clone()).collect()
        });
        used_words(names)
            .map(|words| view! { <p class="hint">{words}</p> })
            .erase()
    };
    let still = move || !stores.session.alive.get() || state.with(|state| state.busy);
    view! {
        <div class="key-row">
            <span class="key-name" id=name.clone()>
                <Logo provider=slot/>
                {key_name(slot)}
            </span>
            <span class="configured">{shown}</span>
            <span class="actions">
                <button
                    type="button"
                    class="small"
                    id=replace_id
                    aria-describedby=name.clone()
                    disabled=still
                    on:click=on_click(move |_| {
                        keys.replace(slot, true);
                        browser::form::focus_soon(format!("key-{slot}"));
                    })
                >
                    "Replace"
                </button>
                <button
                    type="button"
                    class="small"
                    aria-describedby=name.clone()
                    disabled=still
                    on:click=on_click(move |_| keys.remove(slot))
                >
                    "Remove"
                </button>
                <button
                    type="button"
                    class="small"
                    aria-describedby=name
                    disabled=still
                    on:click=on_click(move |_| keys.test(slot))
                >
                    "Test"
                </button>
            </span>
        </div>
        {live(health)}
        {live(used)}
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
    let unreadable = memo(move || {
        state.with(|state| {
            state
                .view
                .as_ref()
                .is_some_and(|view| view.status == SecretStatus::NeedsReentry)
        })
    });
    let replacing = memo(move || state.with(|state| state.replacing));
    let emptied = memo(move || state.with(|state| state.emptied));
    // What was typed is taken out of the page as soon as the server holds it.
    watch(
        move || emptied.with(|_| ()),
        move || browser::form::clear(node),
    );
    view! {
        <div class="field">
            <label for=id.clone()>
                <Logo provider=slot/>
                {format!("{} API key", slot.label())}
            </label>
            {live(move || {
                unreadable
                    .get()
                    .then(|| view! { <span class="badge bad">"needs to be entered again"</span> }).erase()
            })}
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
                    disabled=dynamic(move || !stores.session.alive.get())
                    on:input=on_input(move |event| keys.typed(slot, &event_target_value(&event)))
                    on:paste=move |event| {
                        // A whole file is shown as a plan, and nothing of it lands in this field.
                        if let Some(text) = browser::form::pasted(&event).filter(|text| is_env(text)) {
                            event.prevent_default();
                            keys.pasted.set(text);
                            browser::form::focus_soon("env-paste".to_owned());
                        }
                    }
                    on:blur=move |event| {
                        // On the way to a button of this field nothing is decided yet.
                        if !browser::form::stays_within(&event, ".key-field") {
                            keys.entered(slot, &event_target_value(&event));
                        }
                    }
                    on:keydown=on_key(move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            keys.entered(slot, &browser::form::text(node));
                        }
                    })
                    {..custom_attribute("data-1p-ignore", "true")}
                    {..custom_attribute("data-lpignore", "true")}
                    {..custom_attribute("data-bwignore", "true")}
                    {..custom_attribute("data-form-type", "other")}
                />
                {live(move || {
                    replacing
                        .get()
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="small"
                                    on:click=on_click(move |_| {
                                        keys.replace(slot, false);
                                        browser::form::focus_soon(format!("key-{slot}-replace"));
                                    })
                                >
                                    "Keep the stored key"
                                </button>
                            }
                        }).erase()
                })}
                {live(move || {
                    unreadable
                        .get()
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="small"
                                    on:click=on_click(move |_| keys.remove(slot))
                                >
                                    "Remove"
                                </button>
                            }
                        }).erase()
                })}
            </div>
            {elsewhere(slot, node)}
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

/// Offers a key that was typed into the wrong field to the right one.
fn elsewhere(slot: ProviderId, field: NodeRef<html::Input>) -> AnyView {
    let keys = stores().keys;
    let state = keys.slot(slot);
    let owner = memo(move || state.with(|state| state.owner));
    let save = move |target: ProviderId| {
        let text = browser::form::text(field);
        if target != slot {
            browser::form::clear(field);
            keys.typed(slot, "");
        }
        keys.save(target, &text);
    };
    live(move || {
        owner
            .get()
            .map(|owner| {
                let takes_one = owner.credential_kind() == CredentialKind::ApiKey;
                let advice = if takes_one {
                    "It is not saved yet."
                } else {
                    "Enter both halves of the token at the Modal endpoints."
                };
                view! {
                    <div class="note warn" role="alert">
                        <p>
                            {format!("This looks like a key of {}, not of {}. {advice}", owner.label(), slot.label())}
                        </p>
                        <div class="actions">
                            {takes_one
                                .then(|| {
                                    view! {
                                        <button type="button" class="small" on:click=on_click(move |_| save(owner))>
                                            {format!("Save it as the key of {}", owner.label())}
                                        </button>
                                    }
                                })
                                .erase()}
                            <button type="button" class="small" on:click=on_click(move |_| save(slot))>
                                "Save it here"
                            </button>
                        </div>
                    </div>
                }
            })
            .erase()
    })
}
