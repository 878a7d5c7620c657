//! What generations cost: written down once, counted against budgets, shown to the people whom it
//! concerns, and learned from. A cost that nobody knows is never a number.

pub mod budgets;
mod charge;
pub(crate) mod csv;
mod learned;
pub mod usage;

pub(crate) use charge::{Billed, charge, may_be_charged};
pub(crate) use learned::learned;

use crate::{actor::Actor, app::App, fault::Fault, projects};
use domain::{ApiError, OrganizationId, ProjectId};

/// The organization that a request belongs to: the project's, or without a project the active one.
pub(crate) async fn organization_of(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
) -> Result<Option<OrganizationId>, ApiError> {
    if let Some(project) = project {
        return Ok(projects::get(app, actor, project).await?.organization_id);
    }
    let row = store::users::by_id(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    Ok(row.and_then(|row| row.active_organization_id))
}
