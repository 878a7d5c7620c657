//! A project: its six steps, each with its inputs and what was generated in it.

mod fields;
mod inputs;
mod pictures;
mod step;

use self::step::StepPanel;
use super::{looking_only, signed_in, skeleton};
use crate::erase::{Erase, EraseAll, dynamic, effect, live, live_text, memo, on_click, on_key};
use crate::{
    browser,
    components::Problem,
    stores::{LevelStore, stores},
};
use domain::{
    ProjectId,
    project::{Project, Right, Step},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};

/// The page.
#[component]
pub fn ProjectPage() -> impl IntoView {
    if !signed_in() {
        return ().into_any();
    }
    let stores = stores();
    let params = use_params_map();
    let id = memo(move || ProjectId(params.with(|params| params.get("id").unwrap_or_default())));
    effect(move || {
        stores.projects.ensure_opened(id.get());
        stores.personal.ensure_loaded();
        stores.generations.follow();
    });
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

fn tab_id(step: Step) -> String {
    format!("step-{}", step.as_str())
}

#[component]
fn Content(project: Project, level: LevelStore) -> impl IntoView {
    let stores = stores();
    let flow = stores.flow;
    let query = use_query_map();
    let step = memo(move || {
        query
            .with(|query| query.get("step"))
            .and_then(|step| Step::parse(&step))
            .unwrap_or(Step::Story)
    });
    let id = project.id.clone();
    let settings = format!("/projects/{id}/settings");
    let plan = format!("/projects/{id}/plan");
    let people = format!("/projects/{id}/people");
    let may_edit = project.role.may(Right::Edit);
    let note = looking_only(&project);
    let shown = id.clone();
    view! {
        <Title text=project.name.clone()/>
        <section class="page">
            <div class="section-head">
                <h1>{project.name}</h1>
                <div class="actions">
                    <button
                        type="button"
                        disabled=dynamic(move || !stores.session.alive.get())
                        on:click=on_click(move |_| flow.configure(Some(step.get_untracked().operation())))
                    >
                        "Configure providers"
                    </button>
                    <a class="button" rel="external" href=plan>
                        "Plan"
                    </a>
                    <a class="button" rel="external" href=people>
                        "People"
                    </a>
                    <a class="button" href=settings>
                        "Project settings"
                    </a>
                </div>
            </div>
            {note}
            <StepTabs id=id step=step/>
            <p class="visually-hidden" aria-live="polite">
                {live_text(move || stores.generations.announcement.get())}
            </p>
            <div
                class="tab-panel"
                role="tabpanel"
                id="step-panel"
                aria-labelledby=dynamic(move || tab_id(step.get()))
                tabindex="-1"
            >
                {live(move || {
                    view! {
                        <StepPanel
                            project=shown.clone()
                            level=level
                            step=step.get()
                            may_edit=may_edit
                        />
                    }
                    .erase()
                })}
            </div>
        </section>
    }
    .erase()
}

#[component]
fn StepTabs(id: ProjectId, step: Memo<Step>) -> impl IntoView {
    let navigate = use_navigate();
    let address = StoredValue::new(format!("/projects/{id}?step="));
    view! {
        <div class="tabs steps" role="tablist" aria-label="Steps">
            {Step::ALL
                .into_iter()
                .enumerate()
                .map(|(index, tab)| {
                    let navigate = navigate.clone();
                    view! {
                        <a
                            role="tab"
                            id=tab_id(tab)
                            href=address.with_value(|address| format!("{address}{}", tab.as_str()))
                            aria-controls="step-panel"
                            aria-selected=dynamic(move || (step.get() == tab).to_string())
                            tabindex=dynamic(move || if step.get() == tab { "0" } else { "-1" })
                            on:keydown=on_key(move |event| {
                                if let Some(target) = browser::form::tab_target(
                                    &event,
                                    index,
                                    Step::ALL.len(),
                                ) {
                                    let target = Step::ALL[target];
                                    browser::form::focus_id(&tab_id(target));
                                    navigate(
                                        &address
                                            .with_value(|address| {
                                                format!("{address}{}", target.as_str())
                                            }),
                                        NavigateOptions {
                                            scroll: false,
                                            replace: true,
                                            ..NavigateOptions::default()
                                        },
                                    );
                                }
                            })
                        >
                            {tab.label()}
                        </a>
                    }
                })
                .erase_all()}
        </div>
    }
    .erase()
}
