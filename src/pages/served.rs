//! A page that the server alone fills: its content is rendered from views there, and in the browser
//! it is what came with the page. The only place that takes HTML as it is.

use super::signed_in;
use crate::browser;
use crate::erase::Erase;
use leptos::{html, prelude::*};
use leptos_meta::Title;

/// The page, for whoever is signed in.
pub fn served(title: &'static str) -> AnyView {
    if !signed_in() {
        return ().into_any();
    }
    #[cfg(feature = "ssr")]
    let content = crate::served::content();
    // It came with the page.
    #[cfg(not(feature = "ssr"))]
    let content = "";
    let page = NodeRef::<html::Section>::new();
    browser::page::reload_if_empty(page);
    browser::refresh::keep_fresh(page);
    view! {
        <Title text=title/>
        <section class="page" node_ref=page inner_html=content></section>
    }
    .erase()
}
