//! The instance for the people who run it: filled by `served::admin`. For everybody else there is
//! nothing at its addresses.

use super::{NotFoundPage, served::served};
use crate::stores::stores;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Its parts, by their addresses and names.
pub const ADMIN_PARTS: [(&str, &str); 6] = [
    ("/admin", "Overview"),
    ("/admin/accounts", "Accounts"),
    ("/admin/organizations", "Organizations"),
    ("/admin/catalog", "Catalogue"),
    ("/admin/environment", "Environment"),
    ("/admin/audit", "Audit"),
];

/// The page.
#[component]
pub fn AdminPage() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let part = ADMIN_PARTS
        .into_iter()
        .find(|(address, _)| *address == path.trim_end_matches('/'));
    match part {
        Some((_, name)) if stores().session.runs_instance() => served(name),
        _ => NotFoundPage().into_any(),
    }
}
