//! Who takes over where a provider fails: filled by `served::fallback`.

use super::served::served;
use leptos::prelude::*;

/// The page.
#[component]
pub fn FallbackPage() -> impl IntoView {
    served("Fallback")
}
