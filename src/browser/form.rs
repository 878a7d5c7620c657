//! Form fields, where an attribute is not enough.

use leptos::{ev, html, prelude::*};

/// Makes a select show the option with this value, after its options have changed. On the server:
/// nothing.
pub fn select(select: NodeRef<html::Select>, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(select) = select.try_get_untracked().flatten()
        && select.value() != value
    {
        select.set_value(value);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (select, value);
}

/// What stands in a text field. On the server: nothing.
#[must_use]
pub fn text(input: NodeRef<html::Input>) -> String {
    #[cfg(feature = "hydrate")]
    return input
        .try_get_untracked()
        .flatten()
        .map(|input| input.value())
        .unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = input;
        String::new()
    }
}

/// Empties a text field. On the server: nothing.
pub fn clear(input: NodeRef<html::Input>) {
    #[cfg(feature = "hydrate")]
    if let Some(input) = input.try_get_untracked().flatten() {
        input.set_value("");
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = input;
}

/// The text that is being pasted. On the server: nothing.
#[must_use]
pub fn pasted(event: &ev::ClipboardEvent) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return event.clipboard_data()?.get_data("text").ok();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}

/// Puts the focus on the element with this id, once what is being changed now is in the page. On the
/// server: nothing.
pub fn focus_soon(id: String) {
    super::timer::after(0, move || focus_id(&id));
}

/// Puts the focus on the element with this id if the element that had it is gone. On the server:
/// nothing.
pub fn focus_if_lost(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        let id = id.to_owned();
        super::timer::after(0, move || {
            let lost = super::page::document()
                .and_then(|document| document.active_element())
                .is_none_or(|element| element.tag_name() == "BODY");
            if lost {
                focus_id(&id);
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Puts the focus on the element with this id. On the server: nothing.
pub fn focus_id(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if let Some(element) = super::page::document()
            .and_then(|document| document.get_element_by_id(id))
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Puts the focus on the first of these elements that is in the page. On the server: nothing.
pub fn focus_first(ids: &[String]) {
    #[cfg(feature = "hydrate")]
    if let Some(document) = super::page::document()
        && let Some(id) = ids
            .iter()
            .find(|id| document.get_element_by_id(id).is_some())
    {
        focus_id(id);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = ids;
}

/// Whether the disclosure that an event is about is open. On the server: no.
#[must_use]
pub fn is_open(event: &ev::Event) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.has_attribute("open"))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// Whether the focus moves to another element inside the same container. On the server: no.
#[must_use]
pub fn stays_within(event: &ev::FocusEvent, container: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let container_of = |target: Option<web_sys::EventTarget>| {
            target
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|element| element.closest(container).ok().flatten())
        };
        let to = container_of(event.related_target());
        to.is_some() && to == container_of(event.target())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (event, container);
        false
    }
}

/// Which way an arrow key moves in a row of tabs: `-1`, `1`, or the ends.
#[must_use]
pub fn tab_target(event: &ev::KeyboardEvent, current: usize, count: usize) -> Option<usize> {
    let target = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => (current + 1) % count,
        "ArrowLeft" | "ArrowUp" => (current + count - 1) % count,
        "Home" => 0,
        "End" => count - 1,
        _ => return None,
    };
    event.prevent_default();
    Some(target)
}
