//! Film projects and their settings.

use super::{
    Answer, List,
    settings::{Download, Of, download},
};
use crate::{
    actor::Actor,
    app::App,
    projects::{self, people},
    settings, web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::{
    ApiError, InvitationId, OrganizationId, ProjectId, UserId,
    history::Changed,
    invitation::{Invitation, Invited},
    project::{Project, ProjectMember, ProjectRole},
    settings::{SettingsPatch, SettingsView},
};
use serde::Deserialize;

/// What is sent to make a project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    name: String,
    #[serde(default)]
    organization_id: Option<OrganizationId>,
}

/// What is sent to change a project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    name: String,
}

/// `GET /projects`.
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<Project>>> {
    Ok(web::Json(List {
        data: projects::list(&app, &actor).await?,
    }))
}

/// `POST /projects`: 201.
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<NewProject>,
) -> Answer<(StatusCode, web::Json<Project>)> {
    let project = projects::create(&app, &actor, &input.name, input.organization_id).await?;
    Ok((StatusCode::CREATED, web::Json(project)))
}

/// `GET /projects/{id}`.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<Project>> {
    Ok(web::Json(projects::get(&app, &actor, &id).await?))
}

/// `PATCH /projects/{id}`.
pub async fn rename(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Json(input): web::Json<Rename>,
) -> Answer<web::Json<Project>> {
    Ok(web::Json(
        projects::rename(&app, &actor, &id, &input.name).await?,
    ))
}

/// `DELETE /projects/{id}`: 204.
pub async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<StatusCode> {
    projects::delete(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /projects/{id}/settings`.
pub async fn settings(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<SettingsView>> {
    Ok(web::Json(settings::project_view(&app, &actor, &id).await?))
}

/// `PATCH /projects/{id}/settings`.
pub async fn patch_settings(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Json(patch): web::Json<SettingsPatch>,
) -> Answer<web::Json<SettingsView>> {
    let changes = patch.changes().map_err(ApiError::invalid)?;
    settings::project_patch(&app, &actor, &id, &changes).await?;
    Ok(web::Json(settings::project_view(&app, &actor, &id).await?))
}

/// `GET /projects/{id}/settings/history?field=`.
pub async fn settings_history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::history(&app, &actor, Some(&id), of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// `GET /projects/{id}/settings/export`.
pub async fn settings_export(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<Download> {
    Ok(download(settings::export(&app, &actor, Some(&id)).await?))
}

/// `GET /projects/{id}/members`.
pub async fn members(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<List<ProjectMember>>> {
    Ok(web::Json(List {
        data: people::list(&app, &actor, &id).await?,
    }))
}

/// What is sent to change somebody's part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    role: ProjectRole,
}

/// `PUT /projects/{id}/members/{member}`: answers the members as they are then.
pub async fn set_role(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(ProjectId, UserId)>,
    web::Json(input): web::Json<Part>,
) -> Answer<web::Json<List<ProjectMember>>> {
    Ok(web::Json(List {
        data: people::set_role(&app, &actor, &id, &member, input.role).await?,
    }))
}

/// `DELETE /projects/{id}/members/{member}`: 204; of oneself, leaves it.
pub async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(ProjectId, UserId)>,
) -> Answer<StatusCode> {
    people::remove(&app, &actor, &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to invite somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitee {
    email: String,
    role: ProjectRole,
}

/// `POST /projects/{id}/invitations`: 201, with the link this once.
pub async fn invite(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Json(input): web::Json<Invitee>,
) -> Answer<(StatusCode, web::Json<Invited>)> {
    let invited = people::invite(&app, &actor, &id, &input.email, input.role).await?;
    Ok((StatusCode::CREATED, web::Json(invited)))
}

/// `GET /projects/{id}/invitations`.
pub async fn invitations(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<List<Invitation>>> {
    Ok(web::Json(List {
        data: people::invited(&app, &actor, &id).await?,
    }))
}

/// `DELETE /projects/{id}/invitations/{invitation}`: 204.
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path((id, invitation)): Path<(ProjectId, InvitationId)>,
) -> Answer<StatusCode> {
    people::withdraw(&app, &actor, &id, &invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}
