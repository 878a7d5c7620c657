//! A project's own providers and models, each inherited or set here.

use super::{looking_only, signed_in, skeleton};
use crate::erase::{Erase, EraseAll, dynamic, effect, live, live_text, memo};
use crate::{
    components::{
        EndpointFields, Overview, ParameterFields, Problem, ProviderFields, SaveIndicator,
        Transfer, Why,
    },
    stores::{LevelStore, stores},
    words::{heading, key_standing, key_words, purpose},
};
use domain::{
    Operation, ProjectId,
    project::{Project, Right},
    provider::EndpointKind,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn ProjectSettingsPage() -> impl IntoView {
    if !signed_in() {
        return ().into_any();
    }
    let stores = stores();
    let params = use_params_map();
    let id = memo(move || ProjectId(params.with(|params| params.get("id").unwrap_or_default())));
    effect(move || stores.projects.ensure_opened(id.get()));
    let is_open = memo(move || stores.projects.opened(&id.get()).is_some());
    let problem = memo(move || stores.projects.problem.get());
    live(move || {
        is_open.get();
        match (stores.projects.opened_untracked(&id.get()), problem.get()) {
            (Some((project, level)), _) => view! { <Content project=project level=level/> }.erase(),
            (None, Some(error)) => view! {
                <section class="page">
                    <Problem error=error/>
                </section>
            }
            .erase(),
            (None, None) => skeleton(),
        }
    })
}

#[component]
fn Content(project: Project, level: LevelStore) -> impl IntoView {
    // The server alone can fill that page.
    let fallback = format!("/projects/{}/settings/fallback", project.id);
    let may_edit = project.role.may(Right::Edit);
    let note = looking_only(&project);
    view! {
        <Title text=format!("Settings of {}", project.name)/>
        <section class="page" aria-labelledby="model-heading">
            <p class="back">
                <a href=format!("/projects/{}", project.id)>"← Back to " {project.name.clone()}</a>
            </p>
            <h1>{project.name}</h1>
            <div class="section-head">
                <h2 id="model-heading">"Model Configuration"</h2>
                <SaveIndicator level=level/>
            </div>
            <p class="hint">
                "What is set here holds for this project and comes before your own settings. “Automatic” goes back to what is inherited. Keys are always yours: "
                <a href="/settings">"manage keys"</a>
            </p>
            {note}
            <div class="panes">
                <div class="side">
                    <Overview level=level/>
                    <p>
                        <a href=fallback rel="external">"Who takes over when a provider fails"</a>
                    </p>
                </div>
                // Nothing is entered there by who may only look, so nothing is saved.
                <fieldset class="details" disabled=dynamic(move || !may_edit)>
                    {Operation::ALL
                        .into_iter()
                        .map(|operation| view! { <Section level=level operation=operation/> })
                        .erase_all()}
                    <section class="card operation" id="endpoints">
                        <h3>"Modal endpoints"</h3>
                        <EndpointFields level=level kinds=&EndpointKind::ALL/>
                    </section>
                    <Transfer level=level/>
                </fieldset>
            </div>
        </section>
    }
    .erase()
}

#[component]
fn Section(level: LevelStore, operation: Operation) -> impl IntoView {
    let catalog = stores().catalog();
    let words = memo(move || {
        let standing = level
            .glances
            .with(|glances| key_standing(glances.get(&operation)));
        (
            standing.class(),
            key_words(standing, level.provider(operation, &catalog)),
        )
    });
    view! {
        <section class="card operation" id=operation.as_str()>
            <h3>
                {heading(operation)}
                <span class=dynamic(move || words.get().0)>{live_text(move || words.get().1)}</span>
            </h3>
            <p class="hint">{purpose(operation)}</p>
            <ProviderFields level=level operation=operation/>
            <ParameterFields level=level operation=operation/>
            <Why level=level operation=operation/>
        </section>
    }
    .erase()
}
