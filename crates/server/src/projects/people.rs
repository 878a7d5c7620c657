//! Who works in a project: invited by its owner with a link, or as members of its organization.

use super::must;
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
    organizations::invitations,
};
use domain::{
    ApiError, ErrorCode, InvitationId, ProjectId, UserId,
    invitation::{Invitation, Invited, Offer},
    project::{Project, ProjectMember, ProjectRole, Right},
};
use serde_json::json;
use store::{Db, invitations::Place, projects::people};

/// Everybody who sees a project, owners first.
///
/// # Errors
/// `NOT_FOUND` for one that the acting person cannot see.
pub async fn list(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
) -> Result<Vec<ProjectMember>, ApiError> {
    must(app, actor, project, Right::View).await?;
    let rows = people::list(&app.db, project).await.map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .map(|row| ProjectMember {
            is_me: row.user_id == actor.user.id,
            user_id: row.user_id,
            name: row.name,
            role: row.role,
        })
        .collect())
}

/// Gives somebody who works in a project another part. In an organization's project these are its
/// members who are no admins.
///
/// # Errors
/// `NOT_FOUND` for a project or a person that is not there, `FORBIDDEN` for who does not own it,
/// `INVALID_INPUT` for a second owner, `CONFLICT` for who owns it.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    person: &UserId,
    role: ProjectRole,
) -> Result<Vec<ProjectMember>, ApiError> {
    let found = must(app, actor, project, Right::Own).await?;
    checked(role)?;
    let detail = json!({ "user_id": person, "role": role });
    let db = noting(app, actor, "project.role_changed", &found, detail);
    let set = people::set(&db, project, person, role, app.clock.now())
        .await
        .map_err(Fault::from)?;
    if !set {
        let mut members = list(app, actor, project).await?.into_iter();
        let owns = members.any(|member| member.user_id == *person);
        return Err(if owns {
            ApiError::new(
                ErrorCode::Conflict,
                "They own the project, as who made it or as an admin of its organization.",
            )
        } else {
            ApiError::not_found("member")
        });
    }
    list(app, actor, project).await
}

/// Takes somebody out of a project; of oneself, leaves it.
///
/// # Errors
/// As [`set_role`]; `CONFLICT` in an organization's project, whose people are the organization's.
pub async fn remove(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    person: &UserId,
) -> Result<(), ApiError> {
    let right = if *person == actor.user.id {
        Right::View
    } else {
        Right::Own
    };
    let found = must(app, actor, project, right).await?;
    if found.organization_id.is_some() {
        return Err(of_organization());
    }
    let detail = json!({ "user_id": person });
    let db = noting(app, actor, "project.member_removed", &found, detail);
    let removed = people::remove(&db, project, person)
        .await
        .map_err(Fault::from)?;
    if !removed {
        return Err(ApiError::not_found("member"));
    }
    Ok(())
}

/// Invites somebody to a project, in place of an open invitation to the same address. The link is in
/// this answer and nowhere else.
///
/// # Errors
/// As [`set_role`], `INVALID_INPUT` for a bad address, `CONFLICT` in an organization's project.
pub async fn invite(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    email: &str,
    role: ProjectRole,
) -> Result<Invited, ApiError> {
    own(app, actor, project).await?;
    checked(role)?;
    let offer = Offer::Project {
        project_id: project.clone(),
        role,
    };
    invitations::write(app, actor, offer, email).await
}

/// The open invitations to a project, the newest first.
///
/// # Errors
/// As [`invite`].
pub async fn invited(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
) -> Result<Vec<Invitation>, ApiError> {
    own(app, actor, project).await?;
    let place = Place::Project(project);
    let rows = store::invitations::open(&app.db, place, app.clock.now())
        .await
        .map_err(Fault::from)?;
    invitations::views(rows, |role| {
        Some(Offer::Project {
            project_id: project.clone(),
            role: ProjectRole::parse(role)?,
        })
    })
}

/// Takes an open invitation back.
///
/// # Errors
/// As [`invite`], `NOT_FOUND` for an invitation that is not open.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    id: &InvitationId,
) -> Result<(), ApiError> {
    let found = own(app, actor, project).await?;
    let detail = json!({ "invitation": id });
    let db = noting(app, actor, "project.uninvited", &found, detail);
    invitations::take_back(&db, Place::Project(project), id).await
}

/// A project of one's own that belongs to no organization.
async fn own(app: &App, actor: &Actor, project: &ProjectId) -> Result<Project, ApiError> {
    let found = must(app, actor, project, Right::Own).await?;
    if found.organization_id.is_some() {
        return Err(of_organization());
    }
    Ok(found)
}

fn of_organization() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "This project is its organization's, and so are the people in it. Invite them to the organization, or remove them there.",
    )
}

fn checked(role: ProjectRole) -> Result<(), ApiError> {
    if role == ProjectRole::Owner {
        return Err(ApiError::invalid_field(
            "role",
            "A project has one owner. Choose viewer or editor.",
        ));
    }
    Ok(())
}

/// The database for a change of who works in a project, which writes it down.
fn noting(
    app: &App,
    actor: &Actor,
    action: &'static str,
    project: &Project,
    detail: serde_json::Value,
) -> Db {
    let done = Done {
        organization: project.organization_id.as_ref(),
        detail,
        ..Done::new(action, project.id.as_str())
    };
    audit::noting(app, actor, done)
}
