//! What became of one setting over time.

use super::scope;
use crate::{actor::Actor, app::App, fault::Fault};
use domain::{ApiError, ProjectId, history::Changed, settings::Field};
use store::settings::Scope;

/// The remembered changes of a field of the person's settings, or of a project's; the newest first.
///
/// # Errors
/// `NOT_FOUND` for a project that the acting person cannot see.
pub async fn history(
    app: &App,
    actor: &Actor,
    project: Option<&ProjectId>,
    field: Field,
) -> Result<Vec<Changed>, ApiError> {
    let scope = scope(app, actor, project).await?;
    changed(app, actor, &scope, field).await
}

/// The remembered changes of a field in a scope that the acting person may see.
pub(super) async fn changed(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    field: Field,
) -> Result<Vec<Changed>, ApiError> {
    let rows = store::settings_history::list(&app.db, scope, field)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .map(|row| Changed {
            version: row.version,
            at: row.changed_at,
            by: row.name.unwrap_or_else(|| "Somebody".to_owned()),
            by_me: row.changed_by == actor.user.id,
            from: row.value_before,
            to: row.value,
        })
        .collect())
}
