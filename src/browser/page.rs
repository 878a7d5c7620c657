//! The page as a whole: where it is, whether it is seen, whether it is being left, its theme.

use crate::shell::Theme;
use leptos::{html, prelude::*};

#[cfg(feature = "hydrate")]
use leptos::ev;

#[cfg(feature = "hydrate")]
pub(super) fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}

/// Says to the outside that the page is alive. On the server: nothing.
pub fn mark_alive() {
    #[cfg(feature = "hydrate")]
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// Shows a theme now and remembers it in a cookie that the server reads. On the server: nothing.
pub fn set_theme(theme: Theme) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(document) = document() else { return };
        if let Some(root) = document.document_element() {
            let _ = match theme.attribute() {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
        if let Ok(document) = document.dyn_into::<web_sys::HtmlDocument>() {
            let _ = document.set_cookie(&match theme.attribute() {
                Some(value) => format!("theme={value}; Path=/; Max-Age=31536000; SameSite=Lax"),
                None => "theme=; Path=/; Max-Age=0; SameSite=Lax".to_owned(),
            });
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = theme;
}

/// Loads another page as a whole, so that nothing of this one is left. On the server: nothing.
pub fn load(path: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign(path);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = path;
}

/// Loads the page again where this part of it, which the server alone can fill, is empty: a person
/// came here without asking the server. On the server: nothing.
pub fn reload_if_empty(part: NodeRef<html::Section>) {
    #[cfg(feature = "hydrate")]
    crate::erase::effect(move || {
        if part
            .get()
            .is_some_and(|part| part.child_element_count() == 0)
            && let Some(window) = web_sys::window()
        {
            let _ = window.location().reload();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = part;
}

/// Whether nobody sees the page at the moment. On the server: no.
#[must_use]
pub fn is_hidden() -> bool {
    #[cfg(feature = "hydrate")]
    return document().is_some_and(|document| document.hidden());
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Whether the browser knows of no network. On the server: no.
#[must_use]
pub fn is_offline() -> bool {
    #[cfg(feature = "hydrate")]
    return web_sys::window().is_some_and(|window| !window.navigator().on_line());
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Calls back when the page is being left or hidden, for as long as it lives. On the server: never.
pub fn on_leaving(call: impl Fn() + Clone + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let hidden = call.clone();
        window_event_listener(ev::visibilitychange, move |_| {
            if is_hidden() {
                hidden();
            }
        });
        window_event_listener(ev::pagehide, move |_| call());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = call;
}

/// The name of the note in this tab's storage.
#[cfg(feature = "hydrate")]
const NOTE: &str = "film-saving";

#[cfg(feature = "hydrate")]
pub(super) fn tab_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// Leaves a note in this tab that a save is on its way. On the server: nothing.
pub fn leave_note() {
    #[cfg(feature = "hydrate")]
    if let Some(storage) = tab_storage() {
        let _ = storage.set_item(NOTE, "1");
    }
}

/// Whether the last page of this tab has left such a note; it is taken away. On the server: no.
#[must_use]
pub fn take_leaving_note() -> bool {
    #[cfg(feature = "hydrate")]
    return tab_storage().is_some_and(|storage| {
        let found = storage.get_item(NOTE).ok().flatten().is_some();
        let _ = storage.remove_item(NOTE);
        found
    });
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Calls back when the page is seen again or the network is back, for as long as it lives. On the
/// server: never.
pub fn on_return(call: impl Fn() + Clone + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let seen = call.clone();
        window_event_listener(ev::visibilitychange, move |_| {
            if !is_hidden() {
                seen();
            }
        });
        window_event_listener(ev::online, move |_| call());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = call;
}

/// Calls back when the page comes into sight (`true`) or goes out of it, for as long as it lives. On
/// the server: never.
pub fn on_sight(call: impl Fn(bool) + 'static) {
    #[cfg(feature = "hydrate")]
    window_event_listener(ev::visibilitychange, move |_| call(!is_hidden()));
    #[cfg(not(feature = "hydrate"))]
    let _ = call;
}

/// Calls back when the network comes (`true`) or goes, for as long as the page lives. On the server:
/// never.
pub fn on_network(call: impl Fn(bool) + Clone + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let gone = call.clone();
        window_event_listener(ev::online, move |_| call(true));
        window_event_listener(ev::offline, move |_| gone(false));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = call;
}

/// Asks before the page is left while `risky` says so. On the server: never.
pub fn ask_before_leaving(risky: impl Fn() -> bool + 'static) {
    #[cfg(feature = "hydrate")]
    window_event_listener(ev::beforeunload, move |event| {
        if risky() {
            event.prevent_default();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = risky;
}

/// A new random text that no other request has, to make a request once. On the server: empty.
#[must_use]
pub fn random_key() -> String {
    #[cfg(feature = "hydrate")]
    {
        let mut bytes = [0_u8; 16];
        if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
            let _ = crypto.get_random_values_with_u8_array(&mut bytes);
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    #[cfg(not(feature = "hydrate"))]
    String::new()
}

/// Calls back when the mouse goes down outside of an element, for as long as the caller's component
/// lives. On the server: never.
pub fn on_press_outside(element: NodeRef<html::Div>, call: impl Fn() + 'static) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let handle = window_event_listener(ev::pointerdown, move |event| {
            let inside = element.get_untracked().is_some_and(|element| {
                event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
                    .is_some_and(|target| element.contains(Some(&target)))
            });
            if !inside {
                call();
            }
        });
        on_cleanup(move || handle.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (element, call);
}
