//! What was generated and what it has cost: filled by `served::usage`.

use super::served::served;
use leptos::prelude::*;

/// The page.
#[component]
pub fn UsagePage() -> impl IntoView {
    served("Usage")
}
