//! Film projects: made, listed, renamed and deleted by the people they belong to. Who may do what in
//! one is asked of [`must`] alone.

pub mod people;

use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
    page::{self, Page, Place},
};
use domain::{
    ApiError, ErrorCode, OrganizationId, ProjectId,
    project::{MAX_NAME, Project, Right},
};
use serde_json::json;
use store::projects::{NewProject, Removal};

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
    Ok(rows.into_iter().map(Project::from).collect())
}

/// A page of them, the newest first by when they were made.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn page(
    app: &App,
    actor: &Actor,
    wanted: &page::Wanted,
) -> Result<Page<Project>, ApiError> {
    let rows = store::projects::page(&app.db, &actor.user.id, wanted.after(), wanted.rows())
        .await
        .map_err(Fault::from)?;
    let page = wanted.page(rows, |row| Place {
        at: row.created_at,
        id: row.id.to_string(),
    });
    Ok(page.map(Project::from))
}

/// One project.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible.
pub async fn get(app: &App, actor: &Actor, id: &ProjectId) -> Result<Project, ApiError> {
    must(app, actor, id, Right::View).await
}

/// One project, if the acting person has a right in it. Everything that touches a project asks this.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible, `FORBIDDEN` where their part does not include
/// the right.
pub async fn must(
    app: &App,
    actor: &Actor,
    id: &ProjectId,
    right: Right,
) -> Result<Project, ApiError> {
    let project = store::projects::get(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
        .map(Project::from)
        .ok_or_else(|| ApiError::not_found("project"))?;
    if project.role.may(right) {
        return Ok(project);
    }
    let words = match right {
        Right::Own => {
            "Only the project's owner can do this; of an organization's project, the organization's admins too."
        }
        Right::View | Right::Edit => {
            "You can look at this project and not change it. Ask its owner to make you an editor."
        }
    };
    Err(ApiError::new(ErrorCode::Forbidden, words))
}

/// Gives a project another name.
///
/// # Errors
/// As [`must`], and `INVALID_INPUT` for a bad name.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: &ProjectId,
    name: &str,
) -> Result<Project, ApiError> {
    must(app, actor, id, Right::Edit).await?;
    let name = checked_name(name)?;
    let now = app.clock.now();
    let renamed = store::projects::rename(&app.db, &actor.user.id, id, &name, now).await;
    if renamed.map_err(Fault::from)? {
        get(app, actor, id).await
    } else {
        // What allowed it is gone meanwhile.
        must(app, actor, id, Right::Edit).await
    }
}

/// Deletes a project. What was generated in it stays with the people who paid for it.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or not visible, `FORBIDDEN` for one that belongs to
/// somebody else.
pub async fn delete(app: &App, actor: &Actor, id: &ProjectId) -> Result<(), ApiError> {
    let project = must(app, actor, id, Right::Own).await?;
    let done = Done {
        organization: project.organization_id.as_ref(),
        detail: json!({"name": project.name}),
        ..Done::new("project.deleted", id.as_str())
    };
    match store::projects::delete(&audit::noting(app, actor, done), &actor.user.id, id)
        .await
        .map_err(Fault::from)?
    {
        Removal::Done => Ok(()),
        Removal::Missing | Removal::Forbidden => Err(ApiError::not_found("project")),
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
