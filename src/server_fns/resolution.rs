//! Who would generate, for how much, and why. Nothing is sent to anybody.

use super::FnError;
use crate::seed::Glances;
use crate::wire::JsonPost;
use domain::{
    ApiError, ProjectId,
    generation::{Compared, Preview, Wanted},
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, signed_in};

/// What each operation comes to now.
#[server(prefix = "/fn", endpoint = "resolution_glances", protocol = JsonPost)]
pub async fn resolution_glances(project: Option<ProjectId>) -> Result<Glances, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::resolve::all(&app, &actor, project.as_ref()).await)
}

/// What a confirmation shows before anything is sent, or what stands in its way: both are answers.
#[server(prefix = "/fn", endpoint = "resolution_preview", protocol = JsonPost)]
pub async fn resolution_preview(wanted: Wanted) -> Result<Result<Preview, ApiError>, FnError> {
    let (app, actor) = signed_in()?;
    Ok(server::resolve::preview(&app, &actor, &wanted).await)
}

/// The same at every provider and model, what can be used first.
#[server(prefix = "/fn", endpoint = "resolution_compare", protocol = JsonPost)]
pub async fn resolution_compare(wanted: Wanted) -> Result<Vec<Compared>, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::compare::all(&app, &actor, &wanted).await)
}
