//! Film projects: made, listed, renamed and deleted by the people they belong to.

use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
};
use domain::{
    ApiError, ErrorCode, OrganizationId, ProjectId,
    project::{MAX_NAME, Project},
};
use serde_json::json;
use store::projects::{NewProject, ProjectRow, Removal};

/// Makes a project that belongs to the acting person.
///
/// # Errors
/// `INVALID_INPUT` for a bad name, `NOT_FOUND` for an organization one does not belong to.
pub async fn create(
    app: &App,
    actor: &Actor,
    name: &str,
    organization: Option<OrganizationId>,
) -> Result<Project, ApiError> {
    let name = checked_name(name)?;
    let id = ProjectId(app.ids.next());
    let project = NewProject {
        id: id.clone(),
        name,
        organization_id: organization,
        created_at: app.clock.now(),
    };
    let made = store::projects::insert(&app.db, &actor.user.id, &project).await;
    if !made.map_err(Fault::from)? {
        return Err(ApiError::not_found("organization"));
    }
    get(app, actor, &id).await
}

/// The projects that the acting person can see, newest first.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Project>, ApiError> {
    let rows = store::projects::list(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    Ok(rows.into_iter().map(view).collect())
}

/// One project.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible.
pub async fn get(app: &App, actor: &Actor, id: &ProjectId) -> Result<Project, ApiError> {
    store::projects::get(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
        .map(view)
        .ok_or_else(|| ApiError::not_found("project"))
}

/// Gives a project another name.
///
/// # Errors
/// As [`get`], and `INVALID_INPUT` for a bad name.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: &ProjectId,
    name: &str,
) -> Result<Project, ApiError> {
    let name = checked_name(name)?;
    store::projects::rename(&app.db, &actor.user.id, id, &name, app.clock.now())
        .await
        .map_err(Fault::from)?
        .map(view)
        .ok_or_else(|| ApiError::not_found("project"))
}

/// Deletes a project. What was generated in it stays with the people who paid for it.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible, `FORBIDDEN` for one that belongs to
/// somebody else in the organization.
pub async fn delete(app: &App, actor: &Actor, id: &ProjectId) -> Result<(), ApiError> {
    let project = get(app, actor, id).await?;
    match store::projects::delete(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
    {
        Removal::Done => {
            let done = Done {
                organization: project.organization_id.as_ref(),
                detail: json!({"name": project.name}),
                ..Done::new("project.deleted", id.as_str())
            };
            audit::record(app, actor, done).await
        }
        Removal::Missing => Err(ApiError::not_found("project")),
        Removal::Forbidden => Err(ApiError::new(
            ErrorCode::Forbidden,
            "Only the project's owner and the organization's admins can delete it.",
        )),
    }
}

fn view(row: ProjectRow) -> Project {
    Project {
        id: row.id,
        name: row.name,
        owner_id: row.owner_id,
        organization_id: row.organization_id,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::invalid_field("name", "Give the project a name."));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::invalid_field(
            "name",
            format!("Keep the name to {MAX_NAME} characters on one line."),
        ));
    }
    Ok(name.to_owned())
}
