//! Single fields of a step, each over one part of its draft, with what is wrong beside it.

use crate::erase::{Erase, dynamic, live, memo, on_input};
use crate::{
    components::ParameterChoice,
    stores::{Draft, stores},
};
use domain::{
    catalog::{Capabilities, Model},
    parameter::Parameter,
};
use leptos::prelude::*;

/// Wrong fields with what is wrong.
pub type Problems = RwSignal<Vec<(String, String)>>;

#[component]
fn Wrong(field: &'static str, id: String, problems: Problems) -> impl IntoView {
    view! {
        <div class="field-note" id=id aria-live="polite">
            {live(move || {
                problems
                    .with(|problems| {
                        problems
                            .iter()
                            .find(|(wrong, _)| wrong == field)
                            .map(|(_, message)| message.clone())
                    })
                    .map(|message| view! { <p class="hint bad">{message}</p> }).erase()
            })}
        </div>
    }
    .erase()
}

fn is_wrong(problems: Problems, field: &'static str) -> Option<&'static str> {
    problems
        .with(|problems| problems.iter().any(|(wrong, _)| wrong == field))
        .then_some("true")
}

/// A text of several lines.
#[component]
pub fn LongText(
    field: &'static str,
    label: &'static str,
    rows: &'static str,
    draft: RwSignal<Draft>,
    problems: Problems,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> impl IntoView {
    let alive = stores().session.alive;
    let id = format!("input-{field}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id.clone()
                rows=rows
                disabled=dynamic(move || !alive.get())
                aria-describedby=format!("{id}-note")
                aria-invalid=dynamic(move || is_wrong(problems, field))
                prop:value=dynamic(move || draft.with(|draft| get(draft).clone()))
                on:input=on_input(move |event| {
                    draft.update(|draft| set(draft, event_target_value(&event)));
                })
            ></textarea>
            <Wrong field=field id=format!("{id}-note") problems=problems/>
        </div>
    }
    .erase()
}

/// A text of one line.
#[component]
pub fn ShortText(
    field: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    draft: RwSignal<Draft>,
    problems: Problems,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> impl IntoView {
    let alive = stores().session.alive;
    let id = format!("input-{field}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                type=kind
                autocomplete="off"
                disabled=dynamic(move || !alive.get())
                aria-describedby=format!("{id}-note")
                aria-invalid=dynamic(move || is_wrong(problems, field))
                prop:value=dynamic(move || draft.with(|draft| get(draft).clone()))
                on:input=on_input(move |event| {
                    draft.update(|draft| set(draft, event_target_value(&event)));
                })
            />
            <Wrong field=field id=format!("{id}-note") problems=problems/>
        </div>
    }
    .erase()
}

/// A text of one line for something that not every model takes; not there where this one does not.
#[component]
pub fn Taken(
    model: Memo<Option<Model>>,
    takes: fn(&Capabilities) -> bool,
    field: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    draft: RwSignal<Draft>,
    problems: Problems,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> impl IntoView {
    let is_taken = memo(move || model.with(|model| model.as_ref().is_some_and(|m| takes(&m.can))));
    live(move || {
        is_taken
            .get()
            .then(|| {
                view! {
                    <ShortText
                        field=field
                        label=label
                        kind=kind
                        draft=draft
                        problems=problems
                        get=get
                        set=set
                    />
                }
            })
            .erase()
    })
}

/// A select over what the model offers; not there where it offers nothing.
#[component]
pub fn Offered(
    parameter: Parameter,
    draft: RwSignal<Draft>,
    model: Memo<Option<Model>>,
    default: Callback<Parameter, Option<String>>,
) -> impl IntoView {
    view! {
        <ParameterChoice
            parameter=parameter
            place="input"
            model=model
            default=default
            value=Signal::derive(move || draft.with(|draft| draft.parameter(parameter)))
            on_change=Callback::new(move |value: String| {
                draft.update(|draft| draft.set_parameter(parameter, &value));
            })
        />
    }
    .erase()
}
