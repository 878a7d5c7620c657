//! Changing the password.

use super::{Account, PAGE, Typed};
use leptos::prelude::*;

/// The part of the page.
pub(super) fn view(account: &Account, said: Option<AnyView>) -> AnyView {
    let current = Typed {
        id: "current-password",
        name: "current_password",
        label: "Current password",
        kind: "password",
        autocomplete: "current-password",
        hint: None,
    };
    let new = Typed {
        id: "new-password",
        name: "new_password",
        label: "New password",
        kind: "password",
        autocomplete: "new-password",
        hint: Some("At least 12 characters. Several unrelated words are good."),
    };
    view! {
        <section class="card account-part" id="password" aria-labelledby="password-heading">
            <h2 id="password-heading">"Password"</h2>
            {said}
            <p class="hint">
                "Everywhere else you are signed out. Access tokens stay; revoke those that somebody else may know."
            </p>
            <form
                class="account-form"
                method="post"
                action=format!("{PAGE}/password")
                aria-label="Change the password"
            >
                {account.made_for()} {current.view()} {new.view()}
                <button type="submit">"Change password"</button>
            </form>
        </section>
    }
    .into_any()
}
