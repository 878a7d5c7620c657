//! What a project still has to generate: filled by `served::plan`.

use super::served::served;
use leptos::prelude::*;

/// The page.
#[component]
pub fn PlanPage() -> impl IntoView {
    served("Plan")
}
