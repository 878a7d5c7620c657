//! Film projects and their settings.

use super::{
    Answer, List, Page, PageQuery,
    settings::{Download, Of, download},
};
use crate::{
    actor::Actor,
    app::App,
    page,
    projects::{self, people},
    settings, web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::{Conflict, EndpointNotAllowed, ModelUnavailable, NotFound};
use domain::{
    ApiError, InvitationId, OrganizationId, ProjectId, UserId,
    history::Changed,
    invitation::{Invitation, Invited},
    project::{Project, ProjectMember, ProjectRole},
    settings::{SettingsPatch, SettingsView},
    transfer::Export,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is sent to make a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProject, example = json!({ "name": "The lighthouse" }))]
pub struct NewProject {
    name: String,
    #[serde(default)]
    organization_id: Option<OrganizationId>,
}

/// What is sent to change a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProjectPatch, example = json!({ "name": "The lighthouse" }))]
pub struct Rename {
    name: String,
}

/// The projects that one may see
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/projects",
    params(PageQuery),
    responses((status = 200, body = Page<Project>))
)]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    web::Query(query): web::Query<PageQuery>,
) -> Answer<web::Json<Page<Project>>> {
    let wanted = page::Wanted::read(query.limit, query.cursor.as_deref())?;
    let page = projects::page(&app, &actor, &wanted).await?;
    Ok(web::Json(page.into()))
}

/// Makes a project
#[utoipa::path(
    post,
    path = "/projects",
    request_body = NewProject,
    responses((status = 201, body = Project)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<NewProject>,
) -> Answer<(StatusCode, web::Json<Project>)> {
    let project = projects::create(&app, &actor, &input.name, input.organization_id).await?;
    Ok((StatusCode::CREATED, web::Json(project)))
}

/// One project
#[utoipa::path(
    get,
    path = "/projects/{id}",
    responses((status = 200, body = Project)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<Project>> {
    Ok(web::Json(projects::get(&app, &actor, &id).await?))
}

/// Gives a project another name
#[utoipa::path(
    patch,
    path = "/projects/{id}",
    request_body = Rename,
    responses((status = 200, body = Project)),
    extensions(("x-errors" = json!([NotFound])))
)]
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

/// Deletes a project
#[utoipa::path(
    delete,
    path = "/projects/{id}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<StatusCode> {
    projects::delete(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A project's settings
#[utoipa::path(
    get,
    path = "/projects/{id}/settings",
    responses((status = 200, body = SettingsView)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn settings(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<SettingsView>> {
    Ok(web::Json(settings::project_view(&app, &actor, &id).await?))
}

/// Changes a project's settings
///
/// As for one's own; a project has no preferences.
#[utoipa::path(
    patch,
    path = "/projects/{id}/settings",
    request_body = SettingsPatch,
    responses((status = 200, body = SettingsView)),
    extensions(("x-errors" = json!([NotFound, ModelUnavailable, EndpointNotAllowed, Conflict])))
)]
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

/// What a project's setting was before
///
/// The 20 newest changes.
#[utoipa::path(
    get,
    path = "/projects/{id}/settings/history",
    params(Of),
    responses((status = 200, body = List<Changed>)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn settings_history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Query(of): web::Query<Of>,
) -> Answer<web::Json<List<Changed>>> {
    let data = settings::history(&app, &actor, Some(&id), of.field()?).await?;
    Ok(web::Json(List { data }))
}

/// A project's settings as a file
#[utoipa::path(
    get,
    path = "/projects/{id}/settings/export",
    responses((status = 200, body = Export)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn settings_export(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<Download> {
    Ok(download(settings::export(&app, &actor, Some(&id)).await?))
}

/// Who works in a project
#[utoipa::path(
    get,
    path = "/projects/{id}/members",
    responses((status = 200, body = List<ProjectMember>)),
    extensions(("x-errors" = json!([NotFound])))
)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProjectPart, example = json!({ "role": "editor" }))]
pub struct Part {
    role: ProjectRole,
}

/// Gives somebody another part in a project
///
/// For who owns it. Answers the members as they are then.
#[utoipa::path(
    put,
    path = "/projects/{id}/members/{member}",
    request_body = Part,
    responses((status = 200, body = List<ProjectMember>)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
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

/// Takes somebody out of a project
///
/// Of oneself: leaves it.
#[utoipa::path(
    delete,
    path = "/projects/{id}/members/{member}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(ProjectId, UserId)>,
) -> Answer<StatusCode> {
    people::remove(&app, &actor, &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to invite somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProjectInvitation, example = json!({ "email": "carol@example.com", "role": "editor" }))]
pub struct Invitee {
    email: String,
    role: ProjectRole,
}

/// Invites an address to a project
///
/// The link is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/projects/{id}/invitations",
    request_body = Invitee,
    responses((status = 201, body = Invited)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn invite(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    web::Json(input): web::Json<Invitee>,
) -> Answer<(StatusCode, web::Json<Invited>)> {
    let invited = people::invite(&app, &actor, &id, &input.email, input.role).await?;
    Ok((StatusCode::CREATED, web::Json(invited)))
}

/// Who is invited to a project
///
/// For who owns it.
#[utoipa::path(
    get,
    path = "/projects/{id}/invitations",
    responses((status = 200, body = List<Invitation>)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn invitations(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> Answer<web::Json<List<Invitation>>> {
    Ok(web::Json(List {
        data: people::invited(&app, &actor, &id).await?,
    }))
}

/// Withdraws an invitation to a project
#[utoipa::path(
    delete,
    path = "/projects/{id}/invitations/{invitation}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path((id, invitation)): Path<(ProjectId, InvitationId)>,
) -> Answer<StatusCode> {
    people::withdraw(&app, &actor, &id, &invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}
