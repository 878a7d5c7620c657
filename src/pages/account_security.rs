//! The account, and what keeps it safe: filled by `served::account`.

use super::served::served;
use leptos::prelude::*;

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    served("Account and security")
}
