//! Organizations, who belongs to them and who is invited.

mod settings;

use super::{Answer, List, usage};
use crate::{
    actor::Actor,
    app::App,
    organizations::{self, invitations, members},
    web,
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete as remove, get as read, patch as change},
};
use domain::{
    InvitationId, OrganizationId, UserId,
    account::{Me, OrganizationRole},
    invitation::{Invitation, Invited, InvitedTo},
    organization::{Member, Organization},
};
use serde::Deserialize;

/// The routes below `/organizations`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", read(list).post(create))
        .route("/{id}", read(get).patch(rename).delete(delete))
        .route("/{id}/members", read(list_members))
        .route(
            "/{id}/members/{member}",
            change(set_role).delete(remove_member),
        )
        .route("/{id}/invitations", read(list_invitations).post(invite))
        .route("/{id}/invitations/{invitation}", remove(withdraw))
        .route("/{id}/usage", read(usage::of_organization))
        .merge(settings::router())
}

/// What is sent to make or rename an organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

/// `GET /organizations`.
async fn list(State(app): State<App>, actor: Actor) -> Answer<web::Json<List<Organization>>> {
    Ok(web::Json(List {
        data: organizations::list(&app, &actor).await?,
    }))
}

/// `POST /organizations`: 201.
async fn create(
    State(app): State<App>,
    actor: Actor,
    web::Json(input): web::Json<Named>,
) -> Answer<(StatusCode, web::Json<Organization>)> {
    let made = organizations::create(&app, &actor, &input.name).await?;
    Ok((StatusCode::CREATED, web::Json(made)))
}

/// `GET /organizations/{id}`.
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<Organization>> {
    Ok(web::Json(organizations::get(&app, &actor, &id).await?))
}

/// `PATCH /organizations/{id}`.
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

/// `DELETE /organizations/{id}`: 204.
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<StatusCode> {
    organizations::delete(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to choose the active organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Active {
    organization_id: Option<OrganizationId>,
}

/// `PUT /me/active-organization`.
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

/// `GET /organizations/{id}/members`.
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    role: OrganizationRole,
}

/// `PATCH /organizations/{id}/members/{member}`: answers the members as they are then.
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

/// `DELETE /organizations/{id}/members/{member}`: 204; of oneself, leaves it.
async fn remove_member(
    State(app): State<App>,
    actor: Actor,
    Path((id, member)): Path<(OrganizationId, UserId)>,
) -> Answer<StatusCode> {
    members::remove(&app, &actor, &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is sent to invite somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitee {
    email: String,
    role: OrganizationRole,
}

/// `POST /organizations/{id}/invitations`: 201, with the link this once.
async fn invite(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
    web::Json(input): web::Json<Invitee>,
) -> Answer<(StatusCode, web::Json<Invited>)> {
    let invited = invitations::invite(&app, &actor, &id, &input.email, input.role).await?;
    Ok((StatusCode::CREATED, web::Json(invited)))
}

/// `GET /organizations/{id}/invitations`.
async fn list_invitations(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<OrganizationId>,
) -> Answer<web::Json<List<Invitation>>> {
    Ok(web::Json(List {
        data: invitations::open(&app, &actor, &id).await?,
    }))
}

/// `DELETE /organizations/{id}/invitations/{invitation}`: 204.
async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path((id, invitation)): Path<(OrganizationId, InvitationId)>,
) -> Answer<StatusCode> {
    invitations::withdraw(&app, &actor, &id, &invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The secret part of an invitation's link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    token: String,
}

/// `POST /invitations/look`.
pub async fn look(
    State(app): State<App>,
    actor: Actor,
    web::Json(link): web::Json<Link>,
) -> Answer<web::Json<InvitedTo>> {
    Ok(web::Json(
        invitations::look(&app, &actor, &link.token).await?,
    ))
}

/// `POST /invitations/accept`.
pub async fn accept(
    State(app): State<App>,
    actor: Actor,
    web::Json(link): web::Json<Link>,
) -> Answer<web::Json<InvitedTo>> {
    Ok(web::Json(
        invitations::accept(&app, &actor, &link.token).await?,
    ))
}
