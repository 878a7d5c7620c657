//! Native dialogs: the browser keeps the focus inside and gives it back.

use leptos::{ev, html, prelude::*};

/// Opens a dialog above the page. On the server: nothing.
pub fn open(dialog: NodeRef<html::Dialog>) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = dialog.try_get_untracked().flatten()
        && !dialog.open()
    {
        // It fails only for a dialog that is not in the page or already open.
        let _ = dialog.show_modal();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = dialog;
}

/// Closes a dialog. On the server: nothing.
pub fn close(dialog: NodeRef<html::Dialog>) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = dialog.try_get_untracked().flatten()
        && dialog.open()
    {
        dialog.close();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = dialog;
}

/// Whether any dialog is open above the page. On the server: no.
#[must_use]
pub fn is_one_open() -> bool {
    #[cfg(feature = "hydrate")]
    return super::page::document().is_some_and(|document| {
        let open = document.query_selector("dialog[open]");
        open.is_ok_and(|dialog| dialog.is_some())
    });
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Whether the mouse went down on the element itself and not on something inside it: for a dialog
/// that is the space around it.
#[must_use]
pub fn is_on_itself(event: &ev::MouseEvent) -> bool {
    event.target() == event.current_target()
}
