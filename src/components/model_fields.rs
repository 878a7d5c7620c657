//! The model of one operation: searched by name, chosen from what its provider offers, with what a
//! person should know about it.

use super::{
    Choice, ChoiceOption, Origin, field_history::FieldHistory, model_list::ListNote,
    provider_fields::FieldNote, reach_note::ReachNote,
};
use crate::erase::{Erase, dynamic, live, live_text, memo, on_input, on_key};
use crate::{
    stores::{LevelStore, stores},
    words::{Inherited, price_hint},
};
use domain::{
    Operation, ProviderId,
    catalog::{Catalog, Model, is_model_id},
    settings::Field,
};
use leptos::prelude::*;

/// From how many options on there is a field to search them.
const SEARCHED_FROM: usize = 12;

/// The model of an operation at a provider.
#[component]
pub fn ModelFields(level: LevelStore, operation: Operation, provider: ProviderId) -> impl IntoView {
    let stores = stores();
    let catalog = stores.catalog();
    let today = stores.session.today.get_value();
    let field = Field::Model(operation, provider);
    let state = level.field(field);
    let id = format!("{operation}-model");
    let open_models = catalog
        .provider(provider)
        .is_some_and(|entry| entry.open_models);
    let search = RwSignal::new(String::new());
    let all = {
        let (catalog, today) = (catalog.clone(), today.clone());
        memo(move || {
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
    let options = memo(move || {
        let chosen = state.with(|state| state.draft().to_owned());
        all.with(|all| search.with(|words| found(all, words, &chosen)))
    });
    let many = all.with_untracked(Vec::len) > SEARCHED_FROM;
    let notes = {
        let catalog = catalog.clone();
        memo(move || {
            let id = level.model(operation, provider, &catalog)?;
            Some(model_notes(
                catalog.model(operation, provider, &id)?,
                &today,
            ))
        })
    };
    view! {
        <div class="setting">
            <div class="model-choice">
                <Choice
                    id=id.clone()
                    label=format!("{} model", operation.label())
                    value=Signal::derive(move || state.with(|state| state.draft().to_owned()))
                    options=options
                    on_change=move |value| level.edit(field, &value)
                    described_by=format!("{id}-note")
                    enabled=Signal::derive(move || level.is_loaded())
                />
                {many
                    .then(|| view! { <Search operation=operation search=search options=options/> })
                    .erase()}
            </div>
            {live(move || {
                let (notice, warning) = notes.get().unwrap_or_default();
                view! {
                    {notice.map(|notice| view! { <p class="hint">{notice}</p> }).erase()}
                    {warning.map(|warning| view! { <p class="hint warn">{warning}</p> }).erase()}
                }
                .erase()
            })}
            <FieldNote id=format!("{id}-note") level=level field=field/>
            <div class="asides">
                <FieldHistory level=level field=field/>
                {open_models
                    .then(|| view! { <OtherModel level=level operation=operation provider=provider/> }).erase()}
                <ListNote operation=operation provider=provider/>
                <Origin level=level field=field focus=id/>
                <ReachNote level=level operation=operation field=field/>
            </div>
        </div>
    }
    .erase()
}

/// Narrows the options as one types. Enter goes to the list.
#[component]
fn Search(
    operation: Operation,
    search: RwSignal<String>,
    options: Memo<Vec<ChoiceOption>>,
) -> impl IntoView {
    let alive = stores().session.alive;
    let id = format!("{operation}-search");
    let label = format!("Search by name ({})", operation.label());
    view! {
        <div class="field search">
            <input
                id=id.clone()
                type="search"
                autocomplete="off"
                spellcheck="false"
                placeholder="Search by name"
                aria-label=label
                aria-describedby=format!("{id}-found")
                disabled=dynamic(move || !alive.get())
                on:input=on_input(move |event| search.set(event_target_value(&event)))
                on:keydown=on_key(move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        crate::browser::form::focus_id(&format!("{operation}-model"));
                    }
                })
            />
            <p class="hint" id=format!("{id}-found") aria-live="polite">
                {live_text(move || {
                    let searched = search.with(|words| !words.trim().is_empty());
                    searched.then(|| found_words(options.with(Vec::len).saturating_sub(1)))
                })}
            </p>
        </div>
    }
    .erase()
}

fn found_words(number: usize) -> String {
    match number {
        0 => "Nothing has this in its name. Try fewer letters.".to_owned(),
        1 => "1 model".to_owned(),
        more => format!("{more} models"),
    }
}

/// The options whose text has all the words; "inherit" and the chosen one always stay.
fn found(all: &[ChoiceOption], words: &str, chosen: &str) -> Vec<ChoiceOption> {
    let words = words.to_ascii_lowercase();
    let fits = |option: &&ChoiceOption| {
        option.value.is_empty() || option.value == chosen || {
            let text = format!("{} {}", option.label, option.value).to_ascii_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        }
    };
    all.iter().filter(fits).cloned().collect()
}

/// What a person should know about a model, and what to be warned of.
fn model_notes(model: &Model, today: &str) -> (Option<String>, Option<String>) {
    let mapped = model
        .sends
        .as_ref()
        .filter(|sent| {
            !model
                .notice
                .as_ref()
                .is_some_and(|notice| notice.contains(*sent))
        })
        .map(|sent| format!("Sent as {sent} today."));
    let notice = match (model.notice.clone(), mapped) {
        (Some(notice), Some(mapped)) => Some(format!("{notice} {mapped}")),
        (notice, mapped) => notice.or(mapped),
    };
    let warning = model.retires_on.as_ref().map(|end| {
        if model.is_retired(today) {
            "The provider has switched this model off. Choose another one.".to_owned()
        } else {
            format!("The provider switches this model off on {end}.")
        }
    });
    // A notice that names the day is the warning.
    match (notice, &model.retires_on) {
        (Some(notice), Some(end)) if notice.contains(end) => (None, Some(notice)),
        (notice, _) => (notice, warning),
    }
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
                    aria-invalid=dynamic(move || wrong.get().then_some("true"))
                    disabled=dynamic(move || !alive.get())
                    on:change=on_input(move |event| {
                        let typed = event_target_value(&event);
                        let typed = typed.trim();
                        wrong.set(!typed.is_empty() && !is_model_id(typed));
                        if is_model_id(typed) {
                            level.edit(Field::Model(operation, provider), typed);
                        }
                    })
                />
                <p class="hint" id=format!("{id}-note")>
                    {live_text(move || {
                        if wrong.get() {
                            "A model id has letters, digits and . _ : / ~ - only.".to_owned()
                        } else {
                            format!("Any model id of {}, as its model page shows it.", provider.label())
                        }
                    })}
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalog::{Capabilities, Provider};

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
    fn a_search_finds_all_words_in_any_order_and_keeps_what_is_chosen() {
        let all = [
            ChoiceOption::new("", "Automatic (A)"),
            ChoiceOption::new("anthropic/opus", "Claude Opus 5.5 — 4 credits"),
            ChoiceOption::new("google/flash", "Gemini Flash — 1 credit"),
            ChoiceOption::new("chosen", "Something else"),
        ];
        let ids = |words: &str| {
            let found = found(&all, words, "chosen");
            found
                .into_iter()
                .map(|option| option.value)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids("opus CLAUDE"), ["", "anthropic/opus", "chosen"]);
        assert_eq!(ids("google"), ["", "google/flash", "chosen"]);
        assert_eq!(ids(" ").len(), 4);
        assert_eq!(ids("nothing"), ["", "chosen"]);
    }

    #[test]
    fn a_model_says_what_it_is_sent_as_and_when_it_ends() {
        let mut model = Model {
            provider: ProviderId::OpenAi,
            operation: Operation::Tts,
            id: "old".into(),
            sends: Some("new".into()),
            name: "Old".into(),
            recommended: false,
            retires_on: Some("2027-01-06".into()),
            notice: None,
            can: Capabilities::default(),
            prices: Vec::new(),
        };
        let (notice, warning) = model_notes(&model, "2026-11-22");
        assert_eq!(notice.as_deref(), Some("Sent as new today."));
        assert!(warning.is_some_and(|warning| warning.contains("2027-01-06")));
        model.notice = Some("An old name of new.".into());
        let (notice, warning) = model_notes(&model, "2027-02-01");
        assert_eq!(notice.as_deref(), Some("An old name of new."));
        assert!(warning.is_some_and(|warning| warning.contains("has switched")));
    }
}
