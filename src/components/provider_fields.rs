//! Provider and model of one operation at one level, each inherited or set here.

use super::{
    Choice, ChoiceOption, Logo, Origin, field_history::FieldHistory, model_fields::ModelFields,
    reach_note::ReachNote,
};
use crate::erase::{Erase, live, live_text, memo, on_click};
use crate::{
    browser,
    stores::{FieldState, LevelStore, stores},
    words::{Inherited, value_words},
};
use domain::{
    Operation, ProviderId,
    autosave::{Event, SaveStatus},
    catalog::Catalog,
    settings::Field,
};
use leptos::prelude::*;

/// The selects of one operation.
#[component]
pub fn ProviderFields(level: LevelStore, operation: Operation) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let provider = {
        let catalog = catalog.clone();
        memo(move || level.provider(operation, &catalog))
    };
    let field = Field::Provider(operation);
    let state = level.field(field);
    let options = {
        let catalog = catalog.clone();
        memo(move || {
            provider_options(
                operation,
                &catalog,
                level.inherited_provider(operation).as_ref(),
            )
        })
    };
    let id = format!("{operation}-provider");
    view! {
        <div class="provider-fields">
            <div class="setting">
                <div class="provider-choice">
                    {live(move || view! { <Logo provider=provider.get()/> }.erase())}
                    <Choice
                        id=id.clone()
                        label=format!("{} provider", operation.label())
                        value=Signal::derive(move || state.with(|state| state.draft().to_owned()))
                        options=options
                        on_change=move |value| level.edit(field, &value)
                        described_by=format!("{id}-note")
                        enabled=Signal::derive(move || level.is_loaded())
                    />
                </div>
                <FieldNote id=format!("{id}-note") level=level field=field/>
                <div class="asides">
                    <FieldHistory level=level field=field/>
                    <Origin level=level field=field focus=id/>
                    <ReachNote level=level operation=operation field=field/>
                </div>
            </div>
            {live(move || {
                // A list that was fetched meanwhile is shown with the models it has.
                stores.models_changed.track();
                view! { <ModelFields level=level operation=operation provider=provider.get()/> }.erase()
            })}
        </div>
    }
    .erase()
}

/// The options of a provider select: "inherit" first, then everybody who serves the operation.
fn provider_options(
    operation: Operation,
    catalog: &Catalog,
    inherited: Option<&Inherited>,
) -> Vec<ChoiceOption> {
    let automatic = inherited.map_or_else(
        || "Automatic".to_owned(),
        |inherited| {
            let name = ProviderId::parse(&inherited.value).map_or_else(
                || inherited.value.clone(),
                |provider| provider.label().to_owned(),
            );
            format!("Automatic ({name} · {})", inherited.level.words())
        },
    );
    let offered = ProviderId::serving(operation).iter().map(|provider| {
        let available = catalog.offers(operation, *provider);
        ChoiceOption {
            value: provider.as_str().to_owned(),
            label: if available {
                provider.label().to_owned()
            } else {
                format!("{} — not available yet", provider.label())
            },
            disabled: !available,
        }
    });
    std::iter::once(ChoiceOption::new("", automatic))
        .chain(offered)
        .collect()
}

/// Why a field is not saved, or what somebody else has put there meanwhile.
#[component]
pub fn FieldNote(#[prop(into)] id: String, level: LevelStore, field: Field) -> impl IntoView {
    let state = level.field(field);
    let catalog = stores().catalog();
    let shown = {
        let catalog = catalog.clone();
        memo(move || state.with(|state| note_of(field, state, &catalog)))
    };
    let mine = memo(move || {
        let value = state.with(|state| value_words(field, Some(state.draft()), &catalog));
        format!("You chose “{value}”.")
    });
    // The buttons are gone once one is pressed: the focus goes to the field.
    let field_id = id.trim_end_matches("-note").to_owned();
    let decide = move |event: Event<Option<String>>| {
        let field_id = field_id.clone();
        on_click(move |_| {
            level.on(field, event.clone());
            browser::form::focus_soon(field_id.clone());
        })
    };
    view! {
        <div id=id class="field-note">
            {live(move || match shown.get() {
                Note::Nothing => ().into_any(),
                Note::Failed(sentence) => view! { <p class="hint bad">{sentence}</p> }.erase(),
                Note::Conflict(sentence) => view! {
                    <div class="note warn">
                        <p role="alert">{sentence}</p>
                        <p>{live_text(move || mine.get())}</p>
                        <div class="actions">
                            <button type="button" class="small" on:click=decide(Event::KeepMine)>
                                "Keep mine"
                            </button>
                            <button type="button" class="small" on:click=decide(Event::TakeTheirs)>
                                "Use theirs"
                            </button>
                        </div>
                    </div>
                }
                .erase(),
            })}
        </div>
    }
    .erase()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Note {
    Nothing,
    Failed(String),
    Conflict(String),
}

fn note_of(field: Field, state: &FieldState, catalog: &Catalog) -> Note {
    match (state.status(), state.theirs(), state.error()) {
        (SaveStatus::Conflict, Some(theirs), _) => Note::Conflict(format!(
            "This was changed in another place to “{}”.",
            value_words(field, Some(theirs), catalog),
        )),
        (SaveStatus::Failed, _, Some(error)) => Note::Failed(error.sentence()),
        _ => Note::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{catalog::Provider, resolution::Level};

    fn catalog(available: ProviderId) -> Catalog {
        Catalog {
            providers: vec![Provider {
                id: available,
                summary: String::new(),
                available: true,
                key_page: None,
                key_hint: None,
                logo: None,
                open_models: true,
                default_models: Default::default(),
            }],
            ..Catalog::default()
        }
    }

    #[test]
    fn every_provider_of_the_operation_is_listed_and_the_missing_ones_cannot_be_chosen() {
        let inherited = Inherited {
            level: Level::Default,
            value: "kie".into(),
        };
        let options = provider_options(
            Operation::Video,
            &catalog(ProviderId::Kie),
            Some(&inherited),
        );
        let shown: Vec<(&str, &str, bool)> = options
            .iter()
            .map(|option| {
                (
                    option.value.as_str(),
                    option.label.as_str(),
                    option.disabled,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("", "Automatic (KIE.ai · Built-in default)", false),
                ("kie", "KIE.ai", false),
                ("modal", "Modal — not available yet", true),
            ]
        );
    }
}
