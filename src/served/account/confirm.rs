//! Showing again who one is, before what could do lasting harm. A page that wants that leads to
//! `/account?next=<its own path>#confirm`.

use super::{Account, PAGE, Typed};
use leptos::prelude::*;

/// The part of the page, where it is needed or something is to be said of it.
pub(super) fn view(account: &Account, said: Option<AnyView>) -> Option<AnyView> {
    if account.is_confirmed && said.is_none() {
        return None;
    }
    let form = (!account.is_confirmed).then(|| form(account));
    Some(
        view! {
            <section class="card account-part" id="confirm" aria-labelledby="confirm-heading">
                <h2 id="confirm-heading">"Confirm that it is you"</h2>
                {said}
                {form}
            </section>
        }
        .into_any(),
    )
}

fn form(account: &Account) -> AnyView {
    let field = if account.has_second_factor() {
        Typed::code(
            "confirm-code",
            "The one that your authenticator app shows now, or a recovery code.",
        )
    } else {
        Typed {
            id: "confirm-password",
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "current-password",
            hint: None,
        }
    };
    let next = account.next.clone().map(|next| {
        view! { <input type="hidden" name="next" value=next/> }
    });
    view! {
        <p class="hint">
            "Access tokens, two-step sign-in and what others share are changed only by somebody who has shown in the last 10 minutes who they are."
        </p>
        <form
            class="account-form"
            method="post"
            action=format!("{PAGE}/confirm")
            aria-label="Confirm that it is you"
        >
            {account.made_for()} {next} {field.view()}
            <button type="submit">"Confirm"</button>
        </form>
    }
    .into_any()
}

/// What stands in the place of a form until its owner has confirmed.
pub(super) fn first(to: &'static str) -> AnyView {
    view! {
        <p class="hint">
            {format!("To {to}, ")} <a href="#confirm" rel="external">"confirm that it is you"</a>
            " first."
        </p>
    }
    .into_any()
}
