//! The projects of an organization, and the form for another.

use super::Shown;
use domain::project::{MAX_NAME, Project};
use leptos::prelude::*;

pub(super) fn section(shown: &Shown, projects: &[Project]) -> AnyView {
    let links = projects.iter().map(|project| {
        view! {
            <li>
                <a href=format!("/projects/{}", project.id)>{project.name.clone()}</a>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="projects-heading">
            <h2 id="projects-heading">"Projects"</h2>
            {if projects.is_empty() {
                view! { <p>"No project belongs to the organization yet."</p> }.into_any()
            } else {
                view! { <ul>{links.collect_view()}</ul> }.into_any()
            }}
            <form class="filters" method="post" action=shown.address("projects")>
                {shown.made_for()}
                <div class="field">
                    <label for="project-name">"Project name"</label>
                    <input id="project-name" name="name" maxlength=MAX_NAME.to_string() required=true/>
                </div>
                <button type="submit">"Create project"</button>
            </form>
        </section>
    }
    .into_any()
}
