//! What a generation would be, before anything is sent: who, with what, for how much, paid by whom,
//! and why. One confirmation makes one generation.

mod compare;
mod rows;
#[cfg(test)]
mod tests;

use self::{compare::Comparison, rows::Rows};
use super::{Dialog, ParameterChoice, Problem, TraceView};
use crate::erase::{Erase, EraseAll, dynamic, effect, live, memo, on_click, on_input};
use crate::{
    browser,
    stores::{Confirming, Flow, Moment, Stage, stores},
    words::{payer_consent, payer_warning},
};
use domain::{
    Operation,
    catalog::Model,
    generation::{Preview, payer_changes},
    parameter::Parameter,
};
use leptos::prelude::*;

/// The dialog. It is part of every page and shows nothing until a generation is asked for.
#[component]
pub fn ConfirmDialog() -> impl IntoView {
    let flow = stores().flow;
    let operation = memo(move || flow.confirming(|open| open.wanted.input.operation()));
    let open = memo(move || {
        flow.moment
            .with(|moment| matches!(moment, Moment::Confirming(_)))
    });
    let title = memo(move || {
        operation.get().map_or_else(String::new, |operation| {
            format!("Generate {}", operation.noun())
        })
    });
    view! {
        <Dialog id="confirm" class="wide" title=title open=open on_close=move || flow.cancel()>
            {live(move || operation.get().map(|operation| view! { <Content operation=operation/> }).erase())}
        </Dialog>
    }
    .erase()
}

/// What the dialog shows now.
type Shown = Memo<Option<Preview>>;

/// A part that is made of what the dialog shows, and made anew when that changes.
fn of_shown(preview: Shown, part: fn(&Preview) -> AnyView) -> AnyView {
    live(move || preview.with(|preview| preview.as_ref().map_or_else(|| ().into_any(), part)))
}

#[component]
fn Content(operation: Operation) -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let preview: Shown = memo(move || flow.confirming(|open| open.preview.clone()));
    let model = memo(move || {
        preview.with(|preview| {
            let resolution = &preview.as_ref()?.resolution;
            stores.catalog.with_value(|catalog| {
                catalog
                    .model(operation, resolution.provider, &resolution.model)
                    .cloned()
            })
        })
    });
    view! {
        <Rows preview=preview model=model/>
        {of_shown(preview, consent)}
        <Parameters operation=operation model=model/>
        <details>
            <summary>"Why this provider?"</summary>
            {live(move || preview.with(|preview| preview.as_ref().map(|preview| why(flow, preview)).erase()))}
        </details>
        <Comparison/>
        <Standing/>
        <Buttons/>
    }
    .erase()
}

/// The parameters that can still be changed.
#[component]
fn Parameters(operation: Operation, model: Memo<Option<Model>>) -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let default = Callback::new(move |parameter| {
        let project = flow
            .confirming(|open| open.wanted.project_id.clone())
            .flatten();
        stores.default_parameter(project.as_ref(), operation, parameter)
    });
    let select = move |parameter: &Parameter| {
        let parameter = *parameter;
        let value = move || {
            flow.confirming(|open| open.wanted.input.parameter(parameter))
                .unwrap_or_default()
        };
        view! {
            <ParameterChoice
                parameter=parameter
                place="confirm"
                model=model
                default=default
                value=Signal::derive(value)
                on_change=Callback::new(move |value: String| flow.choose(stores, parameter, &value))
            />
        }
    };
    view! {
        <div class="parameters">{Parameter::asked(operation).iter().map(select).erase_all()}</div>
    }
    .erase()
}

fn why(flow: Flow, preview: &Preview) -> AnyView {
    let project = flow
        .confirming(|open| open.wanted.project_id.clone())
        .flatten();
    let resolution = &preview.resolution;
    view! {
        <TraceView
            trace=resolution.trace.clone()
            operation=resolution.operation
            project=project
        />
    }
    .erase()
}

/// The question whether somebody else is to pay than last time; nothing where that is not so.
fn consent(preview: &Preview) -> AnyView {
    let now = preview.resolution.payer;
    let Some(last) = preview
        .last_payer
        .filter(|last| payer_changes(Some(*last), now))
    else {
        return ().into_any();
    };
    let flow = stores().flow;
    view! {
        <div class="note warn">
            <p>{payer_warning(last, now)}</p>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=dynamic(move || flow.confirming(|open| open.consented) == Some(true))
                    on:change=on_input(move |event| flow.consent(event_target_checked(&event)))
                />
                <span>{payer_consent(now)}</span>
            </label>
        </div>
    }
    .erase()
}

/// What is going on, or what is in the way.
#[component]
fn Standing() -> impl IntoView {
    let flow = stores().flow;
    let state = move |open: &Confirming| {
        let words = match open.stage {
            Stage::Sending => "Sending…",
            Stage::Asking => "Checking provider and price…",
            Stage::Open if open.needs_consent() => "Say first who is to pay: tick the box above.",
            Stage::Open => "Nothing has been sent yet.",
        };
        let changed = open.changed.clone();
        view! {
            {changed.map(|changed| view! { <p class="note warn">{changed}</p> }).erase()}
            {match open.error.clone() {
                Some(error) => view! { <Problem error=error/> }.erase(),
                None => view! { <p class="hint">{words}</p> }.erase(),
            }}
        }
    };
    view! {
        <div class="dialog-state" id="confirm-state" tabindex="-1" aria-live="polite">
            {live(move || flow.confirming(state).erase())}
        </div>
    }
    .erase()
}

#[component]
fn Buttons() -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let is_sending = move || flow.confirming(|open| open.stage == Stage::Sending) == Some(true);
    let waits = memo(move || {
        flow.confirming(|open| open.stage != Stage::Open || open.needs_consent()) == Some(true)
    });
    // A button that was switched off meanwhile has lost the focus; what became of it is read next.
    effect(move || {
        if !waits.get() {
            browser::form::focus_if_lost("confirm-state");
        }
    });
    view! {
        <div class="dialog-foot">
            <button type="button" on:click=on_click(move |_| flow.cancel()) disabled=is_sending>
                "Cancel"
            </button>
            <button
                type="button"
                class="primary"
                autofocus
                disabled=dynamic(move || waits.get())
                aria-describedby=dynamic(move || waits.get().then_some("confirm-state"))
                on:click=on_click(move |_| flow.confirm(stores))
            >
                "Generate"
            </button>
        </div>
    }
    .erase()
}
