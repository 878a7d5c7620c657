//! The table of the confirmation. Each cell follows what is shown by itself, so that nothing else
//! moves while a price is asked for anew.

use super::super::Logo;
use super::{Shown, of_shown};
use crate::erase::{Erase, EraseAll, dynamic, live, memo, on_click};
use crate::{
    stores::{Stage, stores},
    words::{estimate_lines, estimate_words, learned_words, parameter_rows, typical_words},
};
use domain::parameter::Parameter;
use domain::{catalog::Model, generation::Preview};
use leptos::prelude::*;

/// Provider, model, cost, time, payer, and what is asked for.
#[component]
pub fn Rows(preview: Shown, model: Memo<Option<Model>>) -> impl IntoView {
    view! {
        <table class="rows">
            <tbody>
                <tr>
                    <th scope="row">"Provider"</th>
                    <td>
                        {of_shown(preview, provider)}
                        <Once/>
                    </td>
                </tr>
                <tr>
                    <th scope="row">"Model"</th>
                    <td>{of_shown(preview, model_name)}</td>
                </tr>
                <tr>
                    <th scope="row">"Estimated cost"</th>
                    <Cost preview=preview/>
                </tr>
                <tr>
                    <th scope="row">"Usually takes"</th>
                    <td>
                        {of_shown(preview, |preview| typical_words(preview.typical).into_any())}
                    </td>
                </tr>
                <tr>
                    <th scope="row">"Paid by"</th>
                    <td>
                        {of_shown(preview, |preview| preview.resolution.payer.words().into_any())}
                    </td>
                </tr>
                <Texts model=model/>
            </tbody>
        </table>
    }
    .erase()
}

fn provider(preview: &Preview) -> AnyView {
    let provider = preview.resolution.provider;
    view! {
        <span class="with-logo">
            <Logo provider=provider/>
            {provider.label()}
        </span>
    }
    .erase()
}

/// That a choice is for this time alone, with the way back.
#[component]
fn Once() -> impl IntoView {
    let flow = stores().flow;
    let once = memo(move || flow.confirming(|open| open.wanted.provider.is_some()) == Some(true));
    live(move || {
        once.get()
            .then(|| {
                view! {
                    <span class="hint">"For this time only."</span>
                    <button type="button" class="small" on:click=on_click(move |_| flow.use_once(None))>
                        "Use what the settings say"
                    </button>
                }
            })
            .erase()
    })
}

fn model_name(preview: &Preview) -> AnyView {
    let resolution = &preview.resolution;
    let id = resolution.model.clone();
    let name = stores().model_name(resolution.operation, resolution.provider, &id);
    let listed = (name != id).then_some(id);
    view! {
        {name}
        {listed.map(|id| view! { <code class="quiet">{id}</code> }).erase()}
    }
    .erase()
}

/// What it would cost. The last figure stays, marked as busy, while a new one is asked for; where
/// none could be had, it is not shown as if it were true.
#[component]
fn Cost(preview: Shown) -> impl IntoView {
    let flow = stores().flow;
    let is_busy = memo(move || flow.confirming(|open| open.stage == Stage::Asking) == Some(true));
    let is_true = memo(move || {
        flow.confirming(|open| open.is_current || open.stage == Stage::Asking) == Some(true)
    });
    view! {
        <td aria-live="polite" aria-busy=dynamic(move || is_busy.get().then_some("true"))>
            {live(move || {
                if is_true.get() {
                    of_shown(preview, cost)
                } else {
                    view! { <strong>"not found out for these settings"</strong> }.erase()
                }
            })}
        </td>
    }
    .erase()
}

fn cost(preview: &Preview) -> AnyView {
    let estimate = &preview.estimate;
    view! {
        <strong>{estimate_words(estimate)}</strong>
        {preview
            .learned
            .map(|learned| view! { <span class="hint">{learned_words(learned)}</span> })
            .erase()}
        {preview
            .budget
            .clone()
            .map(|words| view! { <span class="hint warn">{words}</span> })
            .erase()}
        {estimate_lines(estimate)
            .into_iter()
            .map(|line| view! { <span class="hint">{line}</span> })
            .erase_all()}
    }
    .erase()
}

/// What is asked for, without what can be changed below.
#[component]
fn Texts(model: Memo<Option<Model>>) -> impl IntoView {
    let flow = stores().flow;
    live(move || {
        let mut rows = flow
            .confirming(|open| parameter_rows(&open.wanted.input))
            .unwrap_or_default();
        model.with(|model| {
            let Some(model) = model else { return };
            let has_select = |name: &str| {
                Parameter::asked(model.operation)
                    .iter()
                    .any(|one| one.label() == name && !one.offered(&model.can).is_empty())
            };
            rows.retain(|(name, _)| !has_select(name));
        });
        rows.into_iter()
            .map(|(name, value)| {
                view! {
                    <tr>
                        <th scope="row">{name}</th>
                        <td>{value}</td>
                    </tr>
                }
            })
            .erase_all()
    })
}
