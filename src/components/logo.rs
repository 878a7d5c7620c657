//! A provider's logo, or its first letter where it has none. Decorative: the name stands beside it.

use crate::erase::Erase;
use crate::stores::stores;
use domain::ProviderId;
use leptos::prelude::*;

/// Logos of one colour, which have to be turned over in the dark.
const PLAIN: [&str; 4] = ["openrouter", "openai", "elevenlabs", "suno"];

/// The logo of a provider.
#[component]
pub fn Logo(provider: ProviderId) -> impl IntoView {
    let name = stores()
        .catalog
        .with_value(|catalog| catalog.provider(provider)?.logo.clone());
    match name {
        Some(name) => {
            let class = if PLAIN.contains(&name.as_str()) {
                "logo plain"
            } else {
                "logo"
            };
            view! {
                <img
                    class=class
                    src=format!("/pkg/logos/{name}.svg")
                    alt=""
                    width="20"
                    height="20"
                />
            }
            .erase()
        }
        None => {
            // Drawn by the style sheet: a letter in the page would be read as part of a label.
            let letter: String = provider.label().chars().take(1).collect();
            view! { <span class="logo monogram" aria-hidden="true" data-letter=letter></span> }
                .erase()
        }
    }
}
