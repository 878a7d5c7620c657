//! Errors in words, with what helps as buttons.

use crate::erase::{Erase, EraseAll, on_click};
use crate::{
    server_fns::FnError,
    stores::stores,
    words::{NextStep, next_steps},
};
use domain::{ApiError, ErrorCode, Operation};
use leptos::prelude::*;

/// Where budgets are seen and set.
const BUDGETS: &str = "/usage#budgets";
const SEE_BUDGETS: &str = "See the budgets";

/// An error of the server with its next steps.
#[component]
pub fn ErrorNote(
    error: ApiError,
    operation: Operation,
    /// Asks again for the same, where that is possible.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let stores = stores();
    let steps = next_steps(&error);
    view! {
        <div class="note bad">
            <p>{error.detail.clone()}</p>
            <div class="actions">
                {steps
                    .into_iter()
                    .map(|step| match step {
                        NextStep::Configure => view! {
                            <button
                                type="button"
                                class="small"
                                on:click=on_click(move |_| stores.flow.configure(Some(operation)))
                            >
                                "Change provider or key"
                            </button>
                        }
                        .erase(),
                        NextStep::OpenSettings => {
                            view! { <a class="button small" href="/settings">"Open settings page"</a> }
                                .erase()
                        }
                        NextStep::Budgets => {
                            view! { <a class="button small" rel="external" href=BUDGETS>{SEE_BUDGETS}</a> }
                                .erase()
                        }
                        NextStep::SignIn => {
                            view! { <a class="button small" rel="external" href="/sign-in">"Sign in"</a> }
                                .erase()
                        }
                        NextStep::TryAgain => on_retry
                            .map(|retry| {
                                view! {
                                    <button
                                        type="button"
                                        class="small"
                                        on:click=on_click(move |_| retry.run(()))
                                    >
                                        "Try again"
                                    </button>
                                }
                            })
                            .erase(),
                    })
                    .erase_all()}
            </div>
        </div>
    }
    .erase()
}

/// A problem that is not about a generation: what happened and what to do.
#[component]
pub fn Problem(error: FnError, #[prop(optional, into)] id: Option<String>) -> impl IntoView {
    let help = match error.api().map(|error| error.code) {
        Some(ErrorCode::Unauthenticated) => Some(("/sign-in", "Sign in")),
        Some(ErrorCode::BudgetExceeded) => Some((BUDGETS, SEE_BUDGETS)),
        _ => None,
    };
    view! {
        <p class="note bad" id=id role="alert">
            {error.sentence()}
            {help
                .map(|(href, words)| view! { " " <a rel="external" href=href>{words}</a> })
                .erase()}
        </p>
    }
    .erase()
}
