//! The list of projects: make, open, rename, delete.

use super::{signed_in, skeleton};
use crate::erase::{Erase, EraseAll, dynamic, effect, live, live_text, on_click, on_input, on_key};
use crate::{
    browser,
    components::{Dialog, Problem},
    server_fns::FnError,
    stores::stores,
    words,
};
use domain::{
    ProjectId,
    project::{MAX_NAME, Project, Right},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The page.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    if !signed_in() {
        return ().into_any();
    }
    let stores = stores();
    let projects = stores.projects;
    effect(move || projects.ensure_listed());
    let query = use_query_map();
    let welcome = move || {
        let asked = query.with(|query| query.get("welcome").is_some());
        let admin = stores
            .session
            .me
            .with(|me| me.as_ref().is_some_and(|me| me.user.is_admin));
        asked.then_some(admin)
    };
    let deleting = RwSignal::new(None::<Project>);
    view! {
        <Title text="Projects"/>
        <section class="page">
            <h1>"Projects"</h1>
            {live(move || {
                welcome()
                    .map(|admin| {
                        view! {
                            <div class="note good">
                                {admin
                                    .then(|| {
                                        view! {
                                            <p>
                                                "Yours is the first account of this instance, so you run it."
                                            </p>
                                        }
                                    }).erase()}
                                <p>
                                    "Next: " <a href="/settings">"choose providers and enter a key"</a>
                                    ", or create a project and start; you are asked for what is missing."
                                </p>
                            </div>
                        }
                    }).erase()
            })}
            <NewProject/>
            {live(move || projects.problem.get().map(|error| view! { <Problem error=error/> }).erase())}
            {live(move || {
                let failed = projects.problem.with(Option::is_some);
                match projects.list.get() {
                    None if failed => ().into_any(),
                    None => skeleton(),
                    Some(list) if list.is_empty() => view! {
                        <div class="empty">
                            <p>"There are no projects yet."</p>
                            <p class="hint">"Give your film a working title and create it above."</p>
                        </div>
                    }
                    .erase(),
                    Some(list) => view! {
                        <ul class="project-list">
                            {list
                                .into_iter()
                                .map(|project| {
                                    view! { <ProjectRow project=project deleting=deleting/> }
                                })
                                .erase_all()}
                        </ul>
                    }
                    .erase(),
                }
            })}
        </section>
        <DeleteDialog deleting=deleting/>
    }
    .erase()
}

#[component]
fn NewProject() -> impl IntoView {
    let stores = stores();
    let name = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<FnError>);
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = name.get_untracked().trim().to_owned();
        if wanted.is_empty() || sending.get_untracked() {
            return;
        }
        sending.set(true);
        error.set(None);
        let navigate = navigate.clone();
        stores.projects.create(wanted, move |answer| {
            // The page may have been left meanwhile.
            sending.try_set(false);
            match answer {
                Ok(project) => {
                    // The settings say which projects follow them.
                    if stores.personal.is_loaded_untracked() {
                        stores.personal.reload();
                    }
                    navigate(
                        &format!("/projects/{}", project.id),
                        NavigateOptions::default(),
                    );
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    view! {
        <form class="new-project" method="post" on:submit=submit>
            <div class="field">
                <label for="project-name">"Project name"</label>
                <input
                    id="project-name"
                    type="text"
                    autocomplete="off"
                    maxlength=MAX_NAME.to_string()
                    required
                    disabled=dynamic(move || !stores.session.alive.get())
                    on:input=on_input(move |event| name.set(event_target_value(&event)))
                />
            </div>
            <button
                type="submit"
                class="primary"
                disabled=dynamic(move || !stores.session.alive.get() || sending.get())
            >
                "Create project"
            </button>
        </form>
        {live(move || error.get().map(|error| view! { <Problem error=error/> }).erase())}
    }
    .erase()
}

#[component]
fn ProjectRow(project: Project, deleting: RwSignal<Option<Project>>) -> impl IntoView {
    let stores = stores();
    let renaming = RwSignal::new(false);
    let error = RwSignal::new(None::<FnError>);
    let Project { id, name, role, .. } = project.clone();
    let day = words::day(project.updated_at);
    let still = move || !stores.session.alive.get();
    let label = format!("project-{id}");
    let for_rename = project.clone();
    view! {
        <li class="card project-row">
            {live(move || {
                if renaming.get() {
                    view! { <Rename project=for_rename.clone() renaming=renaming error=error/> }
                        .erase()
                } else {
                    view! {
                        <a class="project-name" id=label.clone() href=format!("/projects/{id}")>
                            {name.clone()}
                        </a>
                        <span class="hint">"Changed " {day.clone()}</span>
                        <span class="actions">
                            <button
                                type="button"
                                class="small"
                                aria-describedby=label.clone()
                                disabled=still
                                hidden=!role.may(Right::Edit)
                                on:click=on_click(move |_| {
                                    renaming.set(true);
                                    browser::form::focus_soon("rename".to_owned());
                                })
                            >
                                "Rename"
                            </button>
                            <button
                                type="button"
                                class="small"
                                aria-describedby=label.clone()
                                disabled=still
                                hidden=!role.may(Right::Own)
                                on:click={
                                    let project = project.clone();
                                    move |_| deleting.set(Some(project.clone()))
                                }
                            >
                                "Delete"
                            </button>
                        </span>
                    }
                    .erase()
                }
            })}
            {live(move || error.get().map(|error| view! { <Problem error=error/> }).erase())}
        </li>
    }
    .erase()
}

#[component]
fn Rename(
    project: Project,
    renaming: RwSignal<bool>,
    error: RwSignal<Option<FnError>>,
) -> impl IntoView {
    let stores = stores();
    let name = RwSignal::new(project.name.clone());
    let id: ProjectId = project.id;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = name.get_untracked().trim().to_owned();
        if wanted.is_empty() {
            return;
        }
        stores
            .projects
            .rename(id.clone(), wanted, move |answer| match answer {
                Ok(()) => {
                    error.try_set(None);
                    renaming.try_set(false);
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            });
    };
    view! {
        <form class="rename" method="post" on:submit=submit>
            <label class="visually-hidden" for="rename">
                "New name"
            </label>
            <input
                id="rename"
                type="text"
                autocomplete="off"
                maxlength=MAX_NAME.to_string()
                value=project.name
                on:input=on_input(move |event| name.set(event_target_value(&event)))
                on:keydown=on_key(move |event| {
                    if event.key() == "Escape" {
                        renaming.set(false);
                    }
                })
            />
            <button type="submit" class="primary small">
                "Save name"
            </button>
            <button type="button" class="small" on:click=on_click(move |_| renaming.set(false))>
                "Cancel"
            </button>
        </form>
    }
    .erase()
}

#[component]
fn DeleteDialog(deleting: RwSignal<Option<Project>>) -> impl IntoView {
    let stores = stores();
    let error = RwSignal::new(None::<FnError>);
    let close = move || {
        error.set(None);
        deleting.set(None);
    };
    let delete = move |_| {
        if let Some(project) = deleting.get_untracked() {
            stores
                .projects
                .delete(project.id, move |answer| match answer {
                    Ok(()) => {
                        deleting.try_set(None);
                    }
                    Err(problem) => {
                        error.try_set(Some(problem));
                    }
                });
        }
    };
    view! {
        <Dialog
            id="delete-project"
            title="Delete project".to_owned()
            open=Signal::derive(move || deleting.with(Option::is_some))
            on_close=close
        >
            <p>
                {live_text(move || {
                    deleting
                        .get()
                        .map(|project| {
                            format!(
                                "“{}” and everything that was generated in it will be deleted. This cannot be undone.",
                                project.name,
                            )
                        })
                })}
            </p>
            {live(move || error.get().map(|error| view! { <Problem error=error/> }).erase())}
            <div class="dialog-foot">
                <button type="button" autofocus on:click=on_click(move |_| close())>
                    "Cancel"
                </button>
                <button type="button" class="danger" on:click=delete>
                    "Delete project"
                </button>
            </div>
        </Dialog>
    }
    .erase()
}
