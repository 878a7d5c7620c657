//! Organizations, who belongs to them and who is invited.

mod settings;

use super::{Answer, List};
use crate::{
    actor::Actor,
    app::App,
    organizations::{self, invitations, members},
    web,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::ErrorCode::{Conflict, NotFound};
use domain::{
    InvitationId, OrganizationId, UserId,
    account::{Me, OrganizationRole},
    invitation::{Invitation, Invited, InvitedTo},
    organization::{Member, Organization},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this area.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, rename, delete))
        .routes(routes!(activate))
        .routes(routes!(list_members))
        .routes(routes!(set_role, remove_member))
        .routes(routes!(list_invitations, invite))
        .routes(routes!(withdraw))
        .routes(routes!(look))
        .routes(routes!(accept))
        .merge(settings::router())
}

/// What is sent to make or rename an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationName, example = json!({ "name": "Pier Films" }))]
struct Named {
    name: String,
}

/// The organizations that one belongs to
#[utoipa::path(
    get,
    path = "/organizations",
    responses((status = 200, body = List<Organization>)),
)]
async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<Organization>>> {
    Ok(web::Json(List {
        data: organizations::list(&app, &actor).await?,
    }))
}

/// Makes an organization
///
/// Who makes it owns it.
#[utoipa::path(
    post,
    path = "/organizations",
    request_body = Named,
    responses((status = 201, body = Organization)),
)]
async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<Named>,
) -> Answer<(StatusCode, web::Json<Organization>)> {
    let made = organizations::create(&app, &actor, &input.name).await?;
    Ok((StatusCode::CREATED, web::Json(made)))
}

/// One organization
#[utoipa::path(
    get,
    path = "/organizations/{id}",
    responses((status = 200, body = Organization)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<Organization>> {
    Ok(web::Json(organizations::get(&app, &actor, &id).await?))
}

/// Gives an organization another name
///
/// For its admins.
#[utoipa::path(
    patch,
    path = "/organizations/{id}",
    request_body = Named,
    responses((status = 200, body = Organization)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn rename(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(input): web::Json<Named>,
) -> Answer<web::Json<Organization>> {
    Ok(web::Json(
        organizations::rename(&app, &actor, &id, &input.name).await?,
    ))
}

/// Deletes an organization
///
/// For its owners, once no project belongs to it.
#[utoipa::path(
    delete,
    path = "/organizations/{id}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<StatusCode> {
    organizations::delete(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to choose the active organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActiveOrganization, example = json!({ "organization_id": null }))]
pub struct Active {
    organization_id: Option<OrganizationId>,
}

/// Chooses whose keys serve what belongs to no project
#[utoipa::path(
    put,
    path = "/me/active-organization",
    request_body = Active,
    responses((status = 200, body = Me)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn activate(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<Active>,
) -> Answer<web::Json<Me>> {
    let chosen = input.organization_id.as_ref();
    Ok(web::Json(
        organizations::activate(&app, &actor, chosen).await?,
    ))
}

/// Who belongs to an organization
///
/// Addresses and times are for its admins.
#[utoipa::path(
    get,
    path = "/organizations/{id}/members",
    responses((status = 200, body = List<Member>)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn list_members(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<List<Member>>> {
    Ok(web::Json(List {
        data: members::list(&app, &actor, &id).await?,
    }))
}

/// What is sent to change a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationPart, example = json!({ "role": "member" }))]
struct Part {
    role: OrganizationRole,
}

/// Gives a member another part
///
/// Answers the members as they are then.
#[utoipa::path(
    patch,
    path = "/organizations/{id}/members/{member}",
    request_body = Part,
    responses((status = 200, body = List<Member>)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn set_role(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(OrganizationId, UserId)>,
    web::Json(input): web::Json<Part>,
) -> Answer<web::Json<List<Member>>> {
    Ok(web::Json(List {
        data: members::set_role(&app, &actor, &id, &member, input.role).await?,
    }))
}

/// Removes a member
///
/// Of oneself: leaves the organization.
#[utoipa::path(
    delete,
    path = "/organizations/{id}/members/{member}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(OrganizationId, UserId)>,
) -> Answer<StatusCode> {
    members::remove(&app, &actor, &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to invite somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganizationInvitation, example = json!({ "email": "carol@example.com", "role": "member" }))]
struct Invitee {
    email: String,
    role: OrganizationRole,
}

/// Invites an address
///
/// The link is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/organizations/{id}/invitations",
    request_body = Invitee,
    responses((status = 201, body = Invited)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
async fn invite(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(input): web::Json<Invitee>,
) -> Answer<(StatusCode, web::Json<Invited>)> {
    let invited = invitations::invite(&app, &actor, &id, &input.email, input.role).await?;
    Ok((StatusCode::CREATED, web::Json(invited)))
}

/// Who is invited to an organization
///
/// For its admins.
#[utoipa::path(
    get,
    path = "/organizations/{id}/invitations",
    responses((status = 200, body = List<Invitation>)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn list_invitations(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<List<Invitation>>> {
    Ok(web::Json(List {
        data: invitations::open(&app, &actor, &id).await?,
    }))
}

/// Withdraws an invitation
#[utoipa::path(
    delete,
    path = "/organizations/{id}/invitations/{invitation}",
    responses((status = 204)),
    extensions(("x-errors" = json!([NotFound])))
)]
async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path((id, invitation)): Path<(OrganizationId, InvitationId)>,
) -> Answer<StatusCode> {
    invitations::withdraw(&app, &actor, &id, &invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The secret part of an invitation's link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationLink, example = json!({ "token": "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng" }))]
pub struct Link {
    token: String,
}

/// What a link invites to
#[utoipa::path(
    post,
    path = "/invitations/look",
    request_body = Link,
    responses((status = 200, body = InvitedTo)),
    extensions(("x-errors" = json!([NotFound])))
)]
pub async fn look(
    State(app): State<App>,
    actor: Actor,
    web::Json(link): web::Json<Link>,
) -> Answer<web::Json<InvitedTo>> {
    Ok(web::Json(
        invitations::look(&app, &actor, &link.token).await?,
    ))
}

/// Accepts an invitation
#[utoipa::path(
    post,
    path = "/invitations/accept",
    request_body = Link,
    responses((status = 200, body = InvitedTo)),
    extensions(("x-errors" = json!([NotFound, Conflict])))
)]
pub async fn accept(
    State(app): State<App>,
    actor: Actor,
    web::Json(link): web::Json<Link>,
) -> Answer<web::Json<InvitedTo>> {
    Ok(web::Json(
        invitations::accept(&app, &actor, &link.token).await?,
    ))
}
