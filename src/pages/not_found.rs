//! What is shown at an address that leads nowhere.

use crate::erase::Erase;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found"/>
        <section class="narrow">
            <h1>"There is nothing here"</h1>
            <p>"The address is wrong, or what was here has been deleted."</p>
            <p>
                <a class="button" href="/">
                    "Go to the start"
                </a>
            </p>
        </section>
    }
    .erase()
}
