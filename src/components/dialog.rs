//! A native dialog that is in the page only while it is open. Escape, the space around it and its
//! own buttons close it; the browser keeps the focus inside and gives it back.

use crate::browser;
use crate::erase::{Erase, effect, live, on_click, on_input};
use leptos::{html, prelude::*};

/// A modal dialog named by its heading.
#[component]
pub fn Dialog(
    #[prop(into)] open: Signal<bool>,
    /// The name, as its heading shows it.
    #[prop(into)]
    title: Signal<String>,
    #[prop(into)] id: String,
    #[prop(optional, into)] class: String,
    on_close: impl Fn() + Clone + Send + Sync + 'static,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        if open.get() {
            browser::dialog::open(node);
        } else {
            browser::dialog::close(node);
        }
    });
    let cancelled = on_close.clone();
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    view! {
        <dialog
            node_ref=node
            class=format!("dialog {class}")
            id=id
            aria-labelledby=labelled_by
            on:cancel=on_input(move |event: leptos::ev::Event| {
                event.prevent_default();
                cancelled();
            })
            on:mousedown=on_click(move |event| {
                if browser::dialog::is_on_itself(&event) {
                    on_close();
                }
            })
        >
            {live(move || {
                open.get()
                    .then(|| {
                        view! {
                            <div class="dialog-body">
                                <h2 id=heading.clone()>{title}</h2>
                                {children()}
                            </div>
                        }
                    }).erase()
            })}
        </dialog>
    }
    .erase()
}
