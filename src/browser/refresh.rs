//! Keeps a part of a page that the server has rendered up to date, for as long as something in it
//! goes on: `data-refresh` names the address of the part, `data-live` inside it says that it goes on.

use leptos::{html, prelude::*};

#[cfg(feature = "hydrate")]
use {
    super::{page, post, task, timer},
    wasm_bindgen::JsCast,
};

/// How often, in milliseconds.
#[cfg(feature = "hydrate")]
const EVERY: u32 = 2_000;

/// Keeps the part of this page fresh that has an address, while the page is seen. On the server:
/// nothing.
pub fn keep_fresh(page: NodeRef<html::Section>) {
    #[cfg(feature = "hydrate")]
    crate::erase::effect(move || {
        let part = page.get().map(|page| page.query_selector("[data-refresh]"));
        if let Some(Ok(Some(part))) = part {
            later(part);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = page;
}

#[cfg(feature = "hydrate")]
fn later(part: web_sys::Element) {
    if !matches!(part.query_selector("[data-live]"), Ok(Some(_))) {
        return;
    }
    timer::after(EVERY, move || {
        if !part.is_connected() {
            return;
        }
        if page::is_hidden() {
            return later(part);
        }
        let path = part.get_attribute("data-refresh").unwrap_or_default();
        task::spawn(async move {
            match post::get(&path).await {
                Some(answer) if answer.ok => replace(&part, &answer.body),
                // Nobody is signed in any more, or the project is gone.
                Some(_) => return,
                None => {}
            }
            later(part);
        });
    });
}

/// Puts new content in. What had the focus in it has it again.
#[cfg(feature = "hydrate")]
fn replace(part: &web_sys::Element, content: &str) {
    let Some(document) = page::document() else {
        return;
    };
    let focused = document.active_element();
    let focused = focused.filter(|focused| part.contains(Some(focused)));
    // Rendered from views by our own server, which escapes what people wrote; the policy runs no
    // script in it.
    part.set_inner_html(content);
    let again = focused.and_then(|focused| document.get_element_by_id(&focused.id()));
    if let Some(again) = again.and_then(|again| again.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = again.focus();
    }
}
