//! What the parameters of an operation are where a request leaves them open, at one level: sizes,
//! lengths, voices, as the model in use offers them.

use super::{Choice, ChoiceOption, Origin, provider_fields::FieldNote};
use crate::erase::{Erase, EraseAll, live, memo};
use crate::{
    stores::{LevelStore, stores},
    words::field_words,
};
use domain::{Operation, catalog::Model, parameter::Parameter, settings::Field};
use leptos::prelude::*;

/// The default parameters of an operation; nothing where its model offers no choice.
#[component]
pub fn ParameterFields(level: LevelStore, operation: Operation) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let model = memo(move || {
        stores.models_changed.track();
        let provider = level.provider(operation, &catalog);
        let id = level.model(operation, provider, &catalog)?;
        stores.catalog().model(operation, provider, &id).cloned()
    });
    let offered = memo(move || {
        model.with(|model| {
            let offers = |parameter: &Parameter| {
                model
                    .as_ref()
                    .is_some_and(|model| !parameter.offered(&model.can).is_empty())
            };
            let all = Parameter::of(operation).iter().copied();
            all.filter(offers).collect::<Vec<Parameter>>()
        })
    });
    live(move || {
        let offered = offered.get();
        (!offered.is_empty())
            .then(|| {
                view! {
                    <fieldset class="defaults">
                        <legend>"Default parameters"</legend>
                        <p class="hint">"Used where a generation leaves them open."</p>
                        <div class="parameters">
                            {offered
                                .into_iter()
                                .map(|parameter| {
                                    view! {
                                        <ParameterField
                                            level=level
                                            operation=operation
                                            parameter=parameter
                                            model=model
                                        />
                                    }
                                })
                                .erase_all()}
                        </div>
                    </fieldset>
                }
            })
            .erase()
    })
}

#[component]
fn ParameterField(
    level: LevelStore,
    operation: Operation,
    parameter: Parameter,
    model: Memo<Option<Model>>,
) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let field = Field::Parameter(operation, parameter);
    let state = level.field(field);
    let chosen = move || state.with(|state| state.draft().to_owned());
    let options = memo(move || {
        let inherited = level
            .inherited(field, &catalog, stores.personal)
            .map(|inherited| format!("{} · {}", inherited.value, inherited.level.words()));
        model.with(|model| {
            let offered = model
                .as_ref()
                .map(|model| parameter.offered(&model.can))
                .unwrap_or_default();
            options_of(parameter, offered, inherited, &chosen())
        })
    });
    let id = format!("{operation}-{parameter}");
    view! {
        <div class="parameter">
            <Choice
                id=id.clone()
                label=field_words(field)
                value=Signal::derive(chosen)
                options=options
                on_change=move |value| level.edit(field, &value)
                described_by=format!("{id}-note")
                enabled=Signal::derive(move || level.is_loaded())
            />
            <FieldNote id=format!("{id}-note") level=level field=field/>
            <div class="asides">
                <Origin level=level field=field focus=id/>
            </div>
        </div>
    }
    .erase()
}

/// The options of a parameter: what is inherited first, then what the model offers. A chosen value
/// that this model does not offer stays visible.
fn options_of(
    parameter: Parameter,
    offered: Vec<(String, String)>,
    inherited: Option<String>,
    chosen: &str,
) -> Vec<ChoiceOption> {
    let automatic = inherited.or_else(|| {
        let (_, name) = offered
            .first()
            .filter(|_| parameter != Parameter::MaxOutputTokens)?;
        Some(format!("{name} · the model's own"))
    });
    let automatic = automatic.map_or_else(
        || "Automatic".to_owned(),
        |automatic| format!("Automatic ({automatic})"),
    );
    let strange = !chosen.is_empty() && offered.iter().all(|(value, _)| value != chosen);
    std::iter::once(ChoiceOption::new("", automatic))
        .chain(
            offered
                .into_iter()
                .map(|(value, name)| ChoiceOption::new(value, name)),
        )
        .chain(
            strange.then(|| {
                ChoiceOption::new(chosen, format!("{chosen} — not offered by this model"))
            }),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_that_the_model_does_not_offer_stays_visible() {
        let offered = || vec![("1K".to_owned(), "1K".to_owned())];
        let options = options_of(Parameter::Resolution, offered(), None, "4K");
        let labels: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "Automatic (1K · the model's own)",
                "1K",
                "4K — not offered by this model"
            ]
        );
        assert_eq!(
            options_of(Parameter::Resolution, offered(), None, "1K").len(),
            2
        );
    }
}
