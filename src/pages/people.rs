//! Who works in a project: filled by `served::people`.

use super::served::served;
use leptos::prelude::*;

/// The page.
#[component]
pub fn PeoplePage() -> impl IntoView {
    served("People")
}
