//! Provider and model of one operation at one level, each inherited or set here.

use super::{Choice, ChoiceOption, Logo, erase::Erase};
use crate::{
    stores::{FieldState, LevelStore, stores},
    words::{Inherited, price_hint},
};
use domain::{
    Operation, ProviderId,
    autosave::{Event, SaveStatus},
    catalog::{Catalog, is_model_id},
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
        Memo::new(move |_| level.provider(operation, &catalog))
    };
    let field = Field::Provider(operation);
    let state = level.field(field);
    let options = {
        let catalog = catalog.clone();
        Memo::new(move |_| {
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
            <div class="provider-choice">
                {move || view! { <Logo provider=provider.get()/> }.erase()}
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
            {move || {
                view! { <ModelFields level=level operation=operation provider=provider.get()/> }.erase()
            }}
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

#[component]
fn ModelFields(level: LevelStore, operation: Operation, provider: ProviderId) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let today = stores.session.today.get_value();
    let field = Field::Model(operation, provider);
    let state = level.field(field);
    let id = format!("{operation}-model");
    let open_models = catalog
        .provider(provider)
        .is_some_and(|entry| entry.open_models);
    let options = {
        let catalog = catalog.clone();
        Memo::new(move |_| {
            let chosen = state.with(|state| state.draft().to_owned());
            let inherited = level.inherited_model(operation, provider, &catalog);
            model_options(
                operation,
                provider,
                &catalog,
                &today,
                &chosen,
                inherited.as_ref(),
            )
        })
    };
    let notice = {
        let catalog = catalog.clone();
        Memo::new(move |_| {
            let model = level.model(operation, provider, &catalog)?;
            catalog.model(operation, provider, &model)?.notice.clone()
        })
    };
    view! {
        <Choice
            id=id.clone()
            label=format!("{} model", operation.label())
            value=Signal::derive(move || state.with(|state| state.draft().to_owned()))
            options=options
            on_change=move |value| level.edit(field, &value)
            described_by=format!("{id}-note")
            enabled=Signal::derive(move || level.is_loaded())
        />
        {move || notice.get().map(|notice| view! { <p class="hint">{notice}</p> }).erase()}
        <FieldNote id=format!("{id}-note") level=level field=field/>
        {open_models
            .then(|| view! { <OtherModel level=level operation=operation provider=provider/> }).erase()}
    }
    .erase()
}

/// A field for any model id, at providers that take any.
#[component]
fn OtherModel(level: LevelStore, operation: Operation, provider: ProviderId) -> impl IntoView {
    let alive = stores().session.alive;
    let wrong = RwSignal::new(false);
    let id = format!("{operation}-other-model");
    view! {
        <details class="other-model">
            <summary>"Use another model"</summary>
            <div class="field">
                <label for=id.clone()>{format!("Other {} id", provider.label())}</label>
                <input
                    id=id.clone()
                    type="text"
                    placeholder="vendor/model"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=format!("{id}-note")
                    aria-invalid=move || wrong.get().then_some("true")
                    disabled=move || !alive.get()
                    on:change=move |event| {
                        let typed = event_target_value(&event);
                        let typed = typed.trim();
                        wrong.set(!typed.is_empty() && !is_model_id(typed));
                        if is_model_id(typed) {
                            level.edit(Field::Model(operation, provider), typed);
                        }
                    }
                />
                <p class="hint" id=format!("{id}-note")>
                    {move || {
                        if wrong.get() {
                            "A model id has letters, digits and . _ : / ~ - only.".to_owned()
                        } else {
                            format!("Any model id of {}, as its model page shows it.", provider.label())
                        }
                    }}
                </p>
            </div>
        </details>
    }
    .erase()
}

/// The options of a model select: "inherit" first, the listed ones with their price, and the stored
/// one even where it is not listed.
fn model_options(
    operation: Operation,
    provider: ProviderId,
    catalog: &Catalog,
    today: &str,
    chosen: &str,
    inherited: Option<&Inherited>,
) -> Vec<ChoiceOption> {
    let name = |id: &str| {
        catalog
            .model(operation, provider, id)
            .map_or_else(|| id.to_owned(), |model| model.name.clone())
    };
    let automatic = inherited.map_or_else(
        || "Automatic".to_owned(),
        |inherited| format!("Automatic ({})", name(&inherited.value)),
    );
    let mut options = vec![ChoiceOption::new("", automatic)];
    for model in catalog.models_of(operation, provider) {
        let retired = model.is_retired(today);
        let mut label = model.name.clone();
        if model.recommended {
            label.push_str(" (recommended)");
        }
        label.push_str(" — ");
        if retired {
            label.push_str("switched off by the provider");
        } else {
            label.push_str(&price_hint(Some(model), operation, today));
        }
        options.push(ChoiceOption {
            value: model.id.clone(),
            label,
            disabled: retired && model.id != chosen,
        });
    }
    if !chosen.is_empty() && catalog.model(operation, provider, chosen).is_none() {
        options.push(ChoiceOption::new(
            chosen,
            format!("{chosen} — price unknown"),
        ));
    }
    options
}

/// Why a field is not saved, or what somebody else has put there meanwhile.
#[component]
pub fn FieldNote(#[prop(into)] id: String, level: LevelStore, field: Field) -> impl IntoView {
    let state = level.field(field);
    let shown = Memo::new(move |_| state.with(|state| note_of(field, state)));
    view! {
        <div id=id class="field-note">
            {move || match shown.get() {
                Note::Nothing => ().into_any(),
                Note::Failed(sentence) => view! { <p class="hint bad">{sentence}</p> }.erase(),
                Note::Conflict(sentence) => view! {
                    <div class="note warn" role="alert">
                        <p>{sentence}</p>
                        <div class="actions">
                            <button
                                type="button"
                                class="small"
                                on:click=move |_| level.on(field, Event::KeepMine)
                            >
                                "Keep mine"
                            </button>
                            <button
                                type="button"
                                class="small"
                                on:click=move |_| level.on(field, Event::TakeTheirs)
                            >
                                "Use theirs"
                            </button>
                        </div>
                    </div>
                }
                .erase(),
            }}
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

fn note_of(field: Field, state: &FieldState) -> Note {
    match (state.status(), state.theirs(), state.error()) {
        (SaveStatus::Conflict, Some(theirs), _) => Note::Conflict(format!(
            "This was changed in another place to “{}”. You chose “{}”.",
            value_words(field, theirs),
            value_words(field, state.draft()),
        )),
        (SaveStatus::Failed, _, Some(error)) => Note::Failed(error.sentence()),
        _ => Note::Nothing,
    }
}

fn value_words(field: Field, value: &str) -> String {
    if value.is_empty() {
        return "Automatic".to_owned();
    }
    match field {
        Field::Provider(_) => ProviderId::parse(value)
            .map_or_else(|| value.to_owned(), |provider| provider.label().to_owned()),
        _ => value.to_owned(),
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

    #[test]
    fn a_stored_model_that_is_not_listed_stays_visible() {
        let options = model_options(
            Operation::Llm,
            ProviderId::OpenRouter,
            &catalog(ProviderId::OpenRouter),
            "2026-11-22",
            "vendor/new",
            None,
        );
        assert_eq!(
            options.last().map(|option| option.value.as_str()),
            Some("vendor/new")
        );
    }

    #[test]
    fn a_conflict_names_both_values() {
        assert_eq!(
            value_words(Field::Provider(Operation::Tts), "gemini"),
            "Google Gemini"
        );
        assert_eq!(
            value_words(Field::Provider(Operation::Tts), ""),
            "Automatic"
        );
    }
}
