//! Film projects.

use super::FnError;
use crate::seed::ProjectSeed;
use crate::wire::JsonPost;
use domain::{ProjectId, project::Project};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, signed_in};

/// The person's projects.
#[server(prefix = "/fn", endpoint = "project_list", protocol = JsonPost)]
pub async fn project_list() -> Result<Vec<Project>, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::projects::list(&app, &actor).await)
}

/// A new project.
#[server(prefix = "/fn", endpoint = "project_create", protocol = JsonPost)]
pub async fn project_create(name: String) -> Result<Project, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::projects::create(&app, &actor, &name, None).await)
}

/// All that a project's page shows.
#[server(prefix = "/fn", endpoint = "project_open", protocol = JsonPost)]
pub async fn project_open(id: ProjectId) -> Result<ProjectSeed, FnError> {
    let (app, actor) = signed_in()?;
    answer(crate::seed::project(&app, &actor, &id).await)
}

/// Gives a project another name.
#[server(prefix = "/fn", endpoint = "project_rename", protocol = JsonPost)]
pub async fn project_rename(id: ProjectId, name: String) -> Result<Project, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::projects::rename(&app, &actor, &id, &name).await)
}

/// Deletes a project with all that was made in it.
#[server(prefix = "/fn", endpoint = "project_delete", protocol = JsonPost)]
pub async fn project_delete(id: ProjectId) -> Result<(), FnError> {
    let (app, actor) = signed_in()?;
    answer(server::projects::delete(&app, &actor, &id).await)
}
