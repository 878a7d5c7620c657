//! How far the acting person's own settings reach: what is decided in each of their projects before
//! those are asked, and what the operator's environment provides.

use crate::{actor::Actor, app::App, fault::Fault, projects};
use domain::{
    ApiError, Map, ProjectId, ProviderId, provider::EndpointKind, reach::ProjectReach,
    resolution::Snapshot, settings::Field,
};
use std::collections::BTreeMap;

/// Every project that the acting person sees, with what is set in it.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn projects(app: &App, actor: &Actor) -> Result<Vec<ProjectReach>, ApiError> {
    let mut own: BTreeMap<ProjectId, Map<Field, String>> = BTreeMap::new();
    let set = store::settings::of_projects(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    for (project, field, value) in set {
        own.entry(project).or_default().insert(field, value);
    }
    let projects = projects::list(app, actor).await?;
    Ok(projects
        .into_iter()
        .map(|project| ProjectReach {
            own: own.remove(&project.id).unwrap_or_default(),
            id: project.id,
            name: project.name,
        })
        .collect())
}

/// The variables by which the operator provides something that serves the acting person.
#[must_use]
pub fn variables(app: &App, actor: &Actor) -> Vec<&'static str> {
    let asking = Snapshot {
        acting_is_admin: actor.user.is_admin,
        environment: crate::snapshot::environment(app),
        ..Snapshot::default()
    };
    let keys = ProviderId::ALL
        .into_iter()
        .filter(|slot| asking.environment.keys.slot(*slot).is_some())
        .filter(|slot| asking.environment_block(*slot).is_none())
        .filter_map(ProviderId::variable);
    let serves = asking.environment_block(ProviderId::Modal).is_none();
    let endpoints = EndpointKind::ALL
        .into_iter()
        .filter(|kind| serves && asking.environment.settings.endpoint(*kind).is_some())
        .map(EndpointKind::variable);
    keys.chain(endpoints).collect()
}
