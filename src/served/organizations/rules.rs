//! What an organization sets for its members: who generates by default, where its own deployments are,
//! and what its keys may be used for.

use super::{
    super::parts::{Outcome, Sent},
    Content, Shown, policy,
};
use crate::words::heading;
use domain::{
    ApiError, ErrorCode, Operation, ProviderId,
    catalog::Catalog,
    organization::PolicyView,
    provider::EndpointKind,
    settings::{Field, SettingsView},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App, organizations, settings};
use std::sync::Arc;

/// A form that was refused: what it sent, and why.
pub(super) struct Refused {
    pub sent: Sent,
    pub error: ApiError,
}

impl Refused {
    /// What is wrong and what to do.
    pub fn words(&self) -> String {
        let first = self.error.fields.first();
        first.map_or_else(|| self.error.detail.clone(), |wrong| wrong.message.clone())
    }

    /// Whether it was for this field.
    pub fn is_of(&self, field: &str) -> bool {
        self.error.fields.iter().any(|wrong| wrong.field == field)
    }

    fn is_of_model(&self) -> bool {
        let fields = &self.error.fields;
        self.error.code == ErrorCode::ModelUnavailable
            || fields.iter().any(|wrong| wrong.field.contains(".models."))
    }
}

/// What is said above a form that was refused.
const AGAIN: Outcome = (
    "Nothing was saved. What you have typed is still here; what is wrong stands beside it.",
    false,
);

/// The page after a form that was refused, with what was typed.
pub(super) async fn again(app: &App, actor: &Actor, shown: Shown, refused: Refused) -> String {
    let content = load(app, actor, &shown, Some(refused)).await;
    shown.page(Some(AGAIN), content)
}

pub(super) async fn load(
    app: &App,
    actor: &Actor,
    shown: &Shown,
    refused: Option<Refused>,
) -> Content {
    let id = &shown.organization.id;
    let settings = settings::organization_view(app, actor, id).await?;
    let policy = organizations::policy::view(app, actor, id).await?;
    let catalog = app.catalog_for(actor).await?;
    Ok(Box::new(move |shown| {
        Rules {
            shown,
            settings,
            policy,
            catalog,
            refused,
        }
        .view()
    }))
}

struct Rules<'a> {
    shown: &'a Shown,
    settings: SettingsView,
    policy: PolicyView,
    catalog: Arc<Catalog>,
    refused: Option<Refused>,
}

impl Rules<'_> {
    fn view(&self) -> AnyView {
        if !self.shown.is_admin() {
            return self.told();
        }
        let again = self.refused.as_ref();
        let again = again.filter(|again| again.sent.get("act") == "policy");
        view! {
            <section class="card" aria-labelledby="defaults-heading">
                <h2 id="defaults-heading">"Defaults"</h2>
                <p class="hint">
                    "What members generate with where their project names no provider. For those whom the organization's keys serve, it comes before their own setting. A model is chosen once its provider is saved; each provider keeps its own."
                </p>
                {Operation::ALL.map(|operation| self.default_form(operation)).collect_view()}
            </section>
            <section class="card" aria-labelledby="addresses-heading">
                <h2 id="addresses-heading">"Addresses of own deployments"</h2>
                {self.endpoints()}
            </section>
            {policy::form(self.shown, &self.policy, again)}
        }
        .into_any()
    }

    /// The rules as members see them.
    fn told(&self) -> AnyView {
        let defaults = Operation::ALL.into_iter().filter_map(|operation| {
            let provider = self.settings.operations.get(&operation)?.provider?;
            Some(view! {
                <dt>{heading(operation)}</dt>
                <dd>{provider.label()}</dd>
            })
        });
        let defaults: Vec<_> = defaults.collect();
        view! {
            <section class="card" aria-labelledby="defaults-heading">
                <h2 id="defaults-heading">"Defaults"</h2>
                {if defaults.is_empty() {
                    view! { <p>"The organization names no default providers."</p> }.into_any()
                } else {
                    view! { <dl class="who-rows">{defaults}</dl> }.into_any()
                }}
            </section>
            {policy::told(&self.policy)}
        }
        .into_any()
    }

    fn base(&self, field: Field) -> String {
        let version = self.settings.versions.get(&field).copied();
        version.unwrap_or_default().to_string()
    }

    /// What was sent of a form, where that was refused.
    fn again(&self, act: &str, name: &str, value: &str) -> Option<&Refused> {
        let again = self.refused.as_ref()?;
        let is_it = again.sent.get("act") == act && again.sent.get(name) == value;
        is_it.then_some(again)
    }

    fn default_form(&self, operation: Operation) -> AnyView {
        let again = self.again("default", "operation", operation.as_str());
        let sent = |name: &str| again.map(|again| again.sent.get(name).to_owned());
        let set = self.settings.operations.get(&operation);
        let stored = set.and_then(|set| set.provider);
        let model = set
            .zip(stored)
            .and_then(|(set, provider)| set.models.get(&provider).cloned());
        let was = stored.map_or("", ProviderId::as_str).to_owned();
        let was = sent("provider_was").unwrap_or(was);
        let chosen = sent("provider").unwrap_or_else(|| was.clone());
        let base = sent("base").unwrap_or_else(|| self.base(Field::Provider(operation)));
        let (of_model, of_provider) = match again {
            Some(again) if again.is_of_model() => (Some(again.words()), None),
            Some(again) => (None, Some(again.words())),
            None => (None, None),
        };
        let id = |what: &str| format!("{operation}-{what}");
        let providers = ProviderId::ALL
            .into_iter()
            .filter(|one| self.catalog.offers(operation, *one))
            .map(|one| {
                view! {
                    <option value=one.as_str() selected=chosen == one.as_str()>
                        {one.label()}
                    </option>
                }
            });
        let name = heading(operation);
        let model = ProviderId::parse(&was).map(|provider| {
            let listed = self.catalog.models_of(operation, provider);
            let listed = listed.map(
                |listed| view! { <option value=listed.id.clone()>{listed.name.clone()}</option> },
            );
            view! {
                <div class="field">
                    <label for=id("model")>{format!("{name}: model")}</label>
                    <input
                        id=id("model")
                        name="model"
                        list=id("models")
                        maxlength="128"
                        autocomplete="off"
                        placeholder="The provider's default"
                        value=sent("model").or(model)
                        aria-invalid=of_model.is_some().then_some("true")
                        aria-describedby=of_model.is_some().then(|| id("model-wrong"))
                    />
                    <datalist id=id("models")>{listed.collect_view()}</datalist>
                    {wrong(id("model-wrong"), of_model)}
                </div>
            }
        });
        view! {
            <form class="filters" method="post" action=self.shown.address("rules")>
                {self.shown.made_for()}
                <input type="hidden" name="act" value="default"/>
                <input type="hidden" name="operation" value=operation.as_str()/>
                <input type="hidden" name="base" value=base/>
                <input type="hidden" name="provider_was" value=was/>
                <div class="field">
                    <label for=id("provider")>{format!("{name}: provider")}</label>
                    <select
                        id=id("provider")
                        name="provider"
                        aria-invalid=of_provider.is_some().then_some("true")
                        aria-describedby=of_provider.is_some().then(|| id("provider-wrong"))
                    >
                        <option value="">"No default"</option>
                        {providers.collect_view()}
                    </select>
                    {wrong(id("provider-wrong"), of_provider)}
                </div>
                {model}
                <button type="submit" aria-label=format!("Save the default: {name}")>
                    "Save"
                </button>
            </form>
        }
        .into_any()
    }

    /// The addresses; their forms once the person has shown who they are.
    fn endpoints(&self) -> AnyView {
        if self.shown.is_confirmed {
            return EndpointKind::ALL
                .map(|kind| self.endpoint_form(kind))
                .collect_view()
                .into_any();
        }
        let rows = EndpointKind::ALL.map(|kind| {
            let address = self.settings.endpoints.get(&kind).cloned();
            view! {
                <dt>{kind.field_label()}</dt>
                <dd>{address.unwrap_or_else(|| "None".to_owned())}</dd>
            }
        });
        view! {
            <dl class="who-rows">{rows.collect_view()}</dl>
            {self.shown.confirm_first()}
        }
        .into_any()
    }

    fn endpoint_form(&self, kind: EndpointKind) -> AnyView {
        let again = self.again("endpoint", "kind", kind.as_str());
        let sent = |name: &str| again.map(|again| again.sent.get(name).to_owned());
        let base = sent("base").unwrap_or_else(|| self.base(Field::Endpoint(kind)));
        let value = sent("url").or_else(|| self.settings.endpoints.get(&kind).cloned());
        let said = again.map(Refused::words);
        let id = format!("endpoint-{}", kind.as_str());
        let note = format!("{id}-wrong");
        let name = kind.field_label();
        view! {
            <form class="filters" method="post" action=self.shown.address("rules")>
                {self.shown.made_for()}
                <input type="hidden" name="act" value="endpoint"/>
                <input type="hidden" name="kind" value=kind.as_str()/>
                <input type="hidden" name="base" value=base/>
                <div class="field">
                    <label for=id.clone()>{name}</label>
                    <input
                        type="url"
                        id=id
                        name="url"
                        maxlength="2048"
                        autocomplete="off"
                        value=value
                        aria-invalid=said.is_some().then_some("true")
                        aria-describedby=said.is_some().then(|| note.clone())
                    />
                    {wrong(note, said)}
                </div>
                <button type="submit" aria-label=format!("Save: {name}")>
                    "Save"
                </button>
            </form>
        }
        .into_any()
    }
}

/// Says beside a field what is wrong with it.
pub(super) fn wrong(id: String, words: Option<String>) -> Option<AnyView> {
    let words = words?;
    Some(
        view! {
            <p class="hint bad" id=id>
                {words}
            </p>
        }
        .into_any(),
    )
}
