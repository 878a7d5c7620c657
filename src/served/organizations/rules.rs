//! What an organization sets for its members: who generates by default, where its own deployments are,
//! and what its keys may be used for.

use super::{Content, Shown};
use crate::words::heading;
use domain::{
    Operation, ProviderId,
    catalog::Catalog,
    organization::PolicyView,
    provider::EndpointKind,
    settings::{Field, SettingsView},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App, organizations::policy, settings};
use std::sync::Arc;

pub(super) async fn load(app: &App, actor: &Actor, shown: &Shown) -> Content {
    let id = &shown.organization.id;
    let settings = settings::organization_view(app, actor, id).await?;
    let policy = policy::view(app, actor, id).await?;
    let catalog = app.catalog_for(actor).await?;
    Ok(Box::new(move |shown| {
        Rules {
            shown,
            settings,
            policy,
            catalog,
        }
        .view()
    }))
}

struct Rules<'a> {
    shown: &'a Shown,
    settings: SettingsView,
    policy: PolicyView,
    catalog: Arc<Catalog>,
}

impl Rules<'_> {
    fn view(&self) -> AnyView {
        if !self.shown.is_admin() {
            return self.told();
        }
        view! {
            {(!self.shown.is_confirmed).then(|| self.shown.confirm_first())}
            <section class="card" aria-labelledby="defaults-heading">
                <h2 id="defaults-heading">"Defaults"</h2>
                <p class="hint">
                    "What members generate with where their project names no provider. For those whom the organization's keys serve, it comes before their own setting."
                </p>
                {Operation::ALL.map(|operation| self.default_form(operation)).collect_view()}
            </section>
            <section class="card" aria-labelledby="addresses-heading">
                <h2 id="addresses-heading">"Addresses of own deployments"</h2>
                {EndpointKind::ALL.map(|kind| self.endpoint_form(kind)).collect_view()}
            </section>
            {self.policy_form()}
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
            <section class="card" aria-labelledby="policy-heading">
                <h2 id="policy-heading">"What its keys may be used for"</h2>
                <ul>{self.sentences().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </section>
        }
        .into_any()
    }

    fn sentences(&self) -> Vec<String> {
        let policy = &self.policy.policy;
        let list = |words: Vec<&str>| words.join(", ");
        let operations = policy.operations.as_ref().map_or_else(
            || "Everything may be generated.".to_owned(),
            |some| {
                let names = some.iter().map(|operation| heading(*operation)).collect();
                format!("Only these: {}.", list(names))
            },
        );
        let providers = policy.providers.as_ref().map_or_else(
            || "All providers may be used.".to_owned(),
            |some| {
                let names = some.iter().map(|provider| provider.label()).collect();
                format!("Only these providers: {}.", list(names))
            },
        );
        let models = policy.models.as_ref().map_or_else(
            || "All models may be used.".to_owned(),
            |some| {
                let names: Vec<&str> = some.iter().map(|one| one.model.as_str()).collect();
                format!("Only these models: {}.", list(names))
            },
        );
        let credits = self.policy.monthly_credits_per_member.map_or_else(
            || "There is no limit for each member.".to_owned(),
            |credits| format!("Each member may spend {credits} credits of its money in a month."),
        );
        let own = if policy.members_may_prefer_own_keys {
            "Members may put their own keys first."
        } else {
            "Its keys come before members' own."
        };
        vec![operations, providers, models, credits, own.to_owned()]
    }

    fn base(&self, field: Field) -> String {
        let version = self.settings.versions.get(&field).copied();
        version.unwrap_or_default().to_string()
    }

    fn default_form(&self, operation: Operation) -> AnyView {
        let set = self.settings.operations.get(&operation);
        let provider = set.and_then(|set| set.provider);
        let model = set
            .zip(provider)
            .and_then(|(set, provider)| set.models.get(&provider).cloned());
        let id = |what: &str| format!("{operation}-{what}");
        let providers = ProviderId::ALL
            .into_iter()
            .filter(|one| self.catalog.offers(operation, *one))
            .map(|one| {
                view! {
                    <option value=one.as_str() selected=provider == Some(one)>
                        {one.label()}
                    </option>
                }
            });
        let models = provider.map(|provider| {
            let listed = self.catalog.models_of(operation, provider);
            listed
                .map(|listed| view! { <option value=listed.id.clone()>{listed.name.clone()}</option> })
                .collect_view()
        });
        let name = heading(operation);
        view! {
            <form class="filters" method="post" action=self.shown.address("defaults")>
                {self.shown.made_for()}
                <input type="hidden" name="operation" value=operation.as_str()/>
                <input type="hidden" name="base" value=self.base(Field::Provider(operation))/>
                <div class="field">
                    <label for=id("provider")>{format!("{name}: provider")}</label>
                    <select id=id("provider") name="provider">
                        <option value="">"No default"</option>
                        {providers.collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for=id("model")>{format!("{name}: model")}</label>
                    <input
                        id=id("model")
                        name="model"
                        list=id("models")
                        maxlength="128"
                        autocomplete="off"
                        placeholder="The provider's default"
                        value=model
                    />
                    <datalist id=id("models")>{models}</datalist>
                </div>
                <button type="submit" aria-label=format!("Save the default: {name}")>
                    "Save"
                </button>
            </form>
        }
        .into_any()
    }

    fn endpoint_form(&self, kind: EndpointKind) -> AnyView {
        let id = format!("endpoint-{}", kind.as_str());
        let name = kind.field_label();
        let value = self.settings.endpoints.get(&kind).cloned();
        view! {
            <form class="filters" method="post" action=self.shown.address("endpoints")>
                {self.shown.made_for()}
                <input type="hidden" name="kind" value=kind.as_str()/>
                <input type="hidden" name="base" value=self.base(Field::Endpoint(kind))/>
                <div class="field">
                    <label for=id.clone()>{name}</label>
                    <input type="url" id=id name="url" maxlength="2048" autocomplete="off" value=value/>
                </div>
                <button type="submit" aria-label=format!("Save: {name}")>
                    "Save"
                </button>
            </form>
        }
        .into_any()
    }

    fn policy_form(&self) -> AnyView {
        let policy = &self.policy.policy;
        let operations = Operation::ALL.map(|operation| {
            let on = policy
                .operations
                .as_ref()
                .is_none_or(|some| some.contains(&operation));
            tick("operation", operation.as_str(), heading(operation), on)
        });
        let providers = ProviderId::ALL
            .into_iter()
            .filter(|one| *one != ProviderId::ClaudeCli)
            .map(|provider| {
                let on = policy
                    .providers
                    .as_ref()
                    .is_none_or(|some| some.contains(&provider));
                tick("provider", provider.as_str(), provider.label(), on)
            });
        let models: Vec<String> = policy
            .models
            .iter()
            .flatten()
            .map(|one| format!("{} {}", one.provider, one.model))
            .collect();
        let credits = self.policy.monthly_credits_per_member;
        view! {
            <section class="card" aria-labelledby="policy-heading">
                <h2 id="policy-heading">"What its keys may be used for"</h2>
                <form class="filters" method="post" action=self.shown.address("policy")>
                    {self.shown.made_for()}
                    <fieldset class="ticks">
                        <legend>"Operations"</legend>
                        {operations.collect_view()}
                    </fieldset>
                    <fieldset class="ticks">
                        <legend>"Providers"</legend>
                        {providers.collect_view()}
                    </fieldset>
                    <div class="field wide">
                        <label for="policy-models">"Models, each on a line with its provider"</label>
                        <textarea
                            id="policy-models"
                            name="models"
                            rows="4"
                            maxlength="65536"
                            spellcheck="false"
                            aria-describedby="policy-models-hint"
                        >
                            {models.join("\n")}
                        </textarea>
                        <p class="hint" id="policy-models-hint">
                            "Such as: openrouter openai/gpt-5.1. Empty: all models."
                        </p>
                    </div>
                    <div class="field">
                        <label for="policy-credits">"Credits for each member in a month"</label>
                        <input
                            type="number"
                            id="policy-credits"
                            name="credits"
                            min="0"
                            step="1"
                            inputmode="numeric"
                            value=credits.map(|credits| credits.to_string())
                            aria-describedby="policy-credits-hint"
                        />
                        <p class="hint" id="policy-credits-hint">
                            "Empty: no limit. It does not hold for admins."
                        </p>
                    </div>
                    <fieldset class="ticks">
                        <legend>"Own keys"</legend>
                        {tick(
                            "own",
                            "on",
                            "Members may put their own keys first",
                            policy.members_may_prefer_own_keys,
                        )}
                    </fieldset>
                    <button type="submit" class="primary">
                        "Save the rules"
                    </button>
                </form>
            </section>
        }
        .into_any()
    }
}

fn tick(name: &'static str, value: &'static str, words: &'static str, on: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" name=name value=value checked=on/>
            <span>{words}</span>
        </label>
    }
    .into_any()
}
