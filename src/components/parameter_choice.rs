//! A select over what the model offers for a parameter; not there where it offers nothing.

use super::{Choice, ChoiceOption};
use crate::erase::{Erase, live, memo};
use crate::stores::options;
use domain::{catalog::Model, parameter::Parameter};
use leptos::prelude::*;

/// The select. A value that was chosen for another model shows as left to this one.
#[component]
pub fn ParameterChoice(
    parameter: Parameter,
    /// What its id begins with.
    place: &'static str,
    model: Memo<Option<Model>>,
    /// The default of the settings.
    default: Callback<Parameter, Option<String>>,
    #[prop(into)] value: Signal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    let options = memo(move || {
        let default = default.run(parameter);
        model.with(|model| {
            let offered = model
                .as_ref()
                .map(|model| options(parameter, model, default.as_deref()));
            offered
                .unwrap_or_default()
                .into_iter()
                .map(|(value, label)| ChoiceOption::new(value, label))
                .collect::<Vec<_>>()
        })
    });
    let is_offered = memo(move || options.with(|options| !options.is_empty()));
    let value = Signal::derive(move || {
        let chosen = value.get();
        let known = options.with(|options| options.iter().any(|option| option.value == chosen));
        if known { chosen } else { String::new() }
    });
    live(move || {
        is_offered
            .get()
            .then(|| {
                view! {
                    <Choice
                        id=format!("{place}-{}", parameter)
                        label=parameter.label()
                        value=value
                        options=options
                        on_change=move |value| on_change.run(value)
                    />
                }
            })
            .erase()
    })
}
