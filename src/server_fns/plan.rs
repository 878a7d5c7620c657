//! The plan of a project.

use super::FnError;
use crate::wire::JsonPost;
use domain::generation::Wanted;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, signed_in};

/// Puts something into the plan of its project, to be made with the rest of it.
#[server(prefix = "/fn", endpoint = "plan_add", protocol = JsonPost)]
pub async fn plan_add(wanted: Wanted) -> Result<(), FnError> {
    let (app, actor) = signed_in()?;
    answer(server::plan::put(&app, &actor, wanted).await)
}
