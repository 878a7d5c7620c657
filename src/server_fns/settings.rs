//! Settings of a person and of a project.

use super::FnError;
use crate::seed::LevelSeed;
use crate::wire::JsonPost;
use domain::{
    ProjectId,
    error::CurrentValue,
    old_settings::{Adopted, Target},
    settings::Change,
    transfer::Difference,
};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, signed_in};

/// The person's settings, or a project's, with what each operation comes to.
#[server(prefix = "/fn", endpoint = "settings_open", protocol = JsonPost)]
pub async fn settings_open(project: Option<ProjectId>) -> Result<LevelSeed, FnError> {
    let (app, actor) = signed_in()?;
    answer(crate::seed::level(&app, &actor, project.as_ref()).await)
}

/// Sets and clears fields of the person's settings, or of a project's.
#[server(prefix = "/fn", endpoint = "settings_patch", protocol = JsonPost)]
pub async fn settings_patch(
    project: Option<ProjectId>,
    #[server(default)] changes: Vec<Change>,
) -> Result<Vec<CurrentValue>, FnError> {
    let (app, actor) = signed_in()?;
    answer(match project {
        Some(project) => server::settings::project_patch(&app, &actor, &project, &changes).await,
        None => server::settings::patch(&app, &actor, &changes).await,
    })
}

/// What a file would change in the person's settings, or in a project's. Nothing is written.
#[server(prefix = "/fn", endpoint = "settings_import_preview", protocol = JsonPost)]
pub async fn settings_import_preview(
    project: Option<ProjectId>,
    text: String,
) -> Result<Vec<Difference>, FnError> {
    let (app, actor) = signed_in()?;
    answer(server::settings::preview(&app, &actor, project.as_ref(), &text).await)
}

/// Takes over one thing that an earlier product left in the browser, where the account has nothing.
/// `shown` is the address of the account that the person agreed to.
#[server(prefix = "/fn", endpoint = "settings_adopt", protocol = JsonPost)]
pub async fn settings_adopt(
    shown: String,
    target: Target,
    value: String,
) -> Result<Adopted, FnError> {
    let (app, actor) = signed_in()?;
    let found = server::adopt::Found::new(target, value);
    answer(server::adopt::adopt(&app, &actor, &shown, &found).await)
}
