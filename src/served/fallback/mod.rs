//! Who takes over where a provider fails, per operation: of a person, and of one project.

mod forms;

pub use forms::routes;

use super::parts::{outcome, problem, project_at};
use crate::words::{LOOKING_ONLY, heading};
use axum::http::Uri;
use domain::{
    Operation, ProjectId, ProviderFault, ProviderId,
    catalog::Catalog,
    fallback::Policy,
    project::Right,
    settings::{Field, SettingsView},
};
use leptos::prelude::*;
use server::{actor::Actor, app::App};
use std::sync::Arc;

/// The failures that can be chosen, in words.
const FAILURES: [(ProviderFault, &str); 4] = [
    (ProviderFault::Overloaded, "It says that it is overloaded"),
    (
        ProviderFault::RateLimited,
        "It says that there are too many requests",
    ),
    (ProviderFault::Timeout, "It cannot be reached in time"),
    (ProviderFault::Upstream, "It fails in another way"),
];

/// Whose fallbacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// The acting person's.
    Person,
    /// A project's.
    Project(ProjectId),
}

impl Level {
    /// The level whose page has this path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if path == "/settings/fallback" {
            return Some(Self::Person);
        }
        project_at(path, "/settings/fallback").map(Self::Project)
    }

    /// The settings that the page belongs to.
    fn settings(&self) -> String {
        match self {
            Self::Person => "/settings".to_owned(),
            Self::Project(id) => format!("/projects/{id}/settings"),
        }
    }

    fn address(&self) -> String {
        format!("{}/fallback", self.settings())
    }
}

/// What the page shows.
pub async fn page(app: &App, actor: &Actor, level: &Level, uri: &Uri) -> String {
    let own = server::settings::view(app, actor).await;
    let views = match (level, own) {
        (Level::Person, own) => own.map(|own| (own, None)),
        (Level::Project(id), Ok(own)) => server::settings::project_view(app, actor, id)
            .await
            .map(|project| (project, Some(own))),
        (Level::Project(_), Err(error)) => Err(error),
    };
    let may_edit = match level {
        Level::Person => true,
        Level::Project(id) => server::projects::get(app, actor, id)
            .await
            .is_ok_and(|project| project.role.may(Right::Edit)),
    };
    let catalog = app.catalog_for(actor).await;
    let shown = Shown {
        level: level.clone(),
        made_for: actor.user.id.to_string(),
        may_edit,
        catalog: catalog.unwrap_or_else(|_| app.catalog()),
    };
    let only_looks = !may_edit && views.is_ok();
    let said = forms::outcome_of(uri);
    super::html(move || {
        let (back, sections) = match views {
            Ok((view, inherited)) => (
                shown.back(),
                Operation::ALL
                    .map(|operation| shown.section(operation, &view, inherited.as_ref()))
                    .collect_view()
                    .into_any(),
            ),
            Err(error) => (().into_any(), problem(&error)),
        };
        view! {
            {back}
            <h1>"Fallback"</h1>
            <p class="hint">
                "A provider is never changed silently. Only where you say so here may another one take over, and only while nothing was made or charged, with a key that it has, and for whoever pays anyway. What was made then says who took over and why."
            </p>
            {only_looks.then(|| view! { <p class="note">{LOOKING_ONLY}</p> })}
            {said.map(outcome)}
            {sections}
        }
        .into_any()
    })
}

/// What a page is made of.
struct Shown {
    level: Level,
    made_for: String,
    /// Whether they may do more than look.
    may_edit: bool,
    catalog: Arc<Catalog>,
}

impl Shown {
    fn back(&self) -> AnyView {
        let words = match self.level {
            Level::Person => "← Back to Settings",
            Level::Project(_) => "← Back to the project's settings",
        };
        view! {
            <p class="back">
                <a href=self.level.settings()>{words}</a>
            </p>
        }
        .into_any()
    }

    fn section(
        &self,
        operation: Operation,
        view: &SettingsView,
        inherited: Option<&SettingsView>,
    ) -> AnyView {
        let nobody = match inherited {
            None => "Nobody".to_owned(),
            Some(own) => match policy_of(own, operation) {
                None => "As in your own settings: nobody".to_owned(),
                Some(own) => format!("As in your own settings: {}", own.provider().label()),
            },
        };
        let content = if self.may_edit {
            self.form(operation, view, nobody)
        } else {
            let words = policy_of(view, operation).map_or(nobody, terms);
            view! { <p>{words}</p> }.into_any()
        };
        let id = format!("{operation}-heading");
        view! {
            <section class="card" aria-labelledby=id.clone()>
                <h2 id=id.clone()>{heading(operation)}</h2>
                {content}
            </section>
        }
        .into_any()
    }

    fn form(&self, operation: Operation, view: &SettingsView, nobody: String) -> AnyView {
        let policy = policy_of(view, operation);
        let field = Field::Fallback(operation);
        let base = view.versions.get(&field).copied().unwrap_or_default();
        let id = |what: &str| format!("{operation}-{what}");
        let chosen = policy.map(Policy::provider);
        let providers = ProviderId::ALL
            .into_iter()
            .filter(|provider| self.catalog.offers(operation, *provider))
            .map(|provider| {
                let selected = chosen == Some(provider);
                view! {
                    <option value=provider.as_str() selected=selected>
                        {provider.label()}
                    </option>
                }
            });
        let failures = FAILURES.map(|(kind, words)| {
            // Where nothing is set yet, all of them are meant.
            let checked = policy.is_none_or(|policy| policy.covers(kind));
            view! {
                <label class="check">
                    <input type="checkbox" name=kind.as_str() value="on" checked=checked/>
                    <span>{words}</span>
                </label>
            }
        });
        let most = policy.and_then(Policy::max_credits);
        view! {
            <form class="filters" method="post" action=self.level.address()>
                <input type="hidden" name="made_for" value=self.made_for.clone()/>
                <input type="hidden" name="operation" value=operation.as_str()/>
                <input type="hidden" name="base" value=base.to_string()/>
                <div class="field">
                    <label for=id("provider")>"Who takes over"</label>
                    <select id=id("provider") name="provider">
                        <option value="">{nobody}</option>
                        {providers.collect_view()}
                    </select>
                </div>
                <fieldset class="ticks">
                    <legend>"After which failures"</legend>
                    {failures.collect_view()}
                </fieldset>
                <div class="field">
                    <label for=id("most")>"At most, in credits"</label>
                    <input
                        type="number"
                        id=id("most")
                        name="most"
                        min="0"
                        max=u32::MAX.to_string()
                        step="1"
                        inputmode="numeric"
                        value=most.map(|most| most.to_string())
                        aria-describedby=id("most-hint")
                    />
                    <p class="hint" id=id("most-hint")>
                        "Empty: no more than what you agreed to for the first choice."
                    </p>
                </div>
                <button type="submit" aria-label=format!("Save the fallback: {}", heading(operation))>
                    "Save"
                </button>
            </form>
        }
        .into_any()
    }
}

/// What is set, for those who may only look.
fn terms(policy: &Policy) -> String {
    let failures: Vec<_> = FAILURES
        .into_iter()
        .filter(|(kind, _)| policy.covers(*kind))
        .map(|(_, words)| words.to_lowercase())
        .collect();
    let most = policy
        .max_credits()
        .map_or_else(String::new, |most| format!(" At most {most} credits."));
    let provider = policy.provider().label();
    format!("{provider}, after: {}.{most}", failures.join("; "))
}

fn policy_of(view: &SettingsView, operation: Operation) -> Option<&Policy> {
    view.operations.get(&operation)?.fallback.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_can_be_chosen() {
        assert_eq!(FAILURES.map(|(kind, _)| kind), domain::fallback::KINDS);
    }

    #[test]
    fn who_may_only_look_reads_what_is_set() {
        let on = [ProviderFault::Overloaded, ProviderFault::Timeout];
        let policy = Policy::new(ProviderId::Kie, &on, Some(40)).unwrap();
        assert_eq!(
            terms(&policy),
            "KIE.ai, after: it says that it is overloaded; it cannot be reached in time. At most 40 credits."
        );
    }

    #[test]
    fn each_level_has_its_page_and_nothing_else_has() {
        let film = || Level::Project(ProjectId("film".to_owned()));
        assert_eq!(Level::of("/settings/fallback"), Some(Level::Person));
        assert_eq!(Level::of("/projects/film/settings/fallback"), Some(film()));
        for level in [Level::Person, film()] {
            assert_eq!(Level::of(&level.address()), Some(level));
        }
        for path in [
            "/settings",
            "/projects//settings/fallback",
            "/projects/a/b/settings/fallback",
            "/films/a/settings/fallback",
        ] {
            assert_eq!(Level::of(path), None, "{path}");
        }
    }
}
