//! Organizations: made, seen, renamed and ended by the people who belong to them. Each use case looks
//! at the acting person's part anew, so that what is taken from somebody is gone with the next request.

pub mod invitations;
pub mod members;
pub mod policy;

use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    auth,
    fault::Fault,
};
use domain::{
    ApiError, ErrorCode, OrganizationId,
    account::{Me, OrganizationRole, Plan},
    organization::{MAX_NAME, Organization},
    resolution::OrganizationPolicy,
};
use serde_json::json;
use store::organizations::{LevelRow, NewOrganization, ending::Ending};

/// Makes an organization that the acting person owns.
///
/// # Errors
/// `INVALID_INPUT` for a bad name.
pub async fn create(app: &App, actor: &Actor, name: &str) -> Result<Organization, ApiError> {
    let policy = serde_json::to_string(&OrganizationPolicy::default()).map_err(Fault::from)?;
    let new = NewOrganization {
        id: OrganizationId(app.ids.next()),
        name: checked_name(name)?,
        plan: Plan::Free,
        policy,
        created_at: app.clock.now(),
    };
    let done = Done {
        detail: json!({ "name": new.name }),
        ..done("organization.created", &new.id)
    };
    store::organizations::insert(&audit::noting(app, actor, done), &new, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    get(app, actor, &new.id).await
}

/// The organizations that the acting person belongs to, by name.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Organization>, ApiError> {
    let rows = store::organizations::of_member(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .map(|row| Organization {
            id: row.id,
            name: row.name,
            plan: row.plan,
            role: row.role,
            created_at: row.created_at,
        })
        .collect())
}

/// One organization.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or that the acting person does not belong to.
pub async fn get(app: &App, actor: &Actor, id: &OrganizationId) -> Result<Organization, ApiError> {
    let level = level(app, actor, id).await?;
    Ok(Organization {
        id: id.clone(),
        name: level.name,
        plan: level.plan,
        role: level.role,
        created_at: level.created_at,
    })
}

/// Gives an organization another name.
///
/// # Errors
/// As [`get`], `FORBIDDEN` for who is no admin of it, `INVALID_INPUT` for a bad name.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    name: &str,
) -> Result<Organization, ApiError> {
    admin(app, actor, id, "give it another name").await?;
    let name = checked_name(name)?;
    let done = Done {
        detail: json!({ "name": name }),
        ..done("organization.renamed", id)
    };
    let renamed = store::organizations::rename(&audit::noting(app, actor, done), id, &name)
        .await
        .map_err(Fault::from)?;
    if !renamed {
        return Err(missing());
    }
    get(app, actor, id).await
}

/// Ends an organization with its keys, settings and budgets. What was generated and what it has cost
/// stays with the people who made it.
///
/// # Errors
/// As [`get`], `FORBIDDEN` for who is no owner of it, `CONFLICT` while projects belong to it.
pub async fn delete(app: &App, actor: &Actor, id: &OrganizationId) -> Result<(), ApiError> {
    let level = level(app, actor, id).await?;
    // Its keys go with it, for good.
    if level.role == OrganizationRole::Owner {
        actor.must_have_confirmed(app.clock.now())?;
    }
    let done = Done {
        detail: json!({ "name": level.name }),
        ..done("organization.deleted", id)
    };
    let (db, now) = (audit::noting(app, actor, done), app.clock.now());
    let ending = store::organizations::ending::end(&db, id, &actor.user.id, now)
        .await
        .map_err(Fault::from)?;
    match ending {
        Ending::Done => Ok(()),
        Ending::Missing => Err(missing()),
        Ending::OwnersOnly => Err(ApiError::new(
            ErrorCode::Forbidden,
            "Only an owner of the organization can delete it.",
        )),
        Ending::HasProjects(projects) => Err(ApiError::new(
            ErrorCode::Conflict,
            format!(
                "{projects} {} to this organization. Delete its projects first; what was generated in them stays with the people who made it.",
                if projects == 1 {
                    "project belongs"
                } else {
                    "projects belong"
                }
            ),
        )),
    }
}

/// Chooses the organization whose keys serve what belongs to no project, or none.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to.
pub async fn activate(
    app: &App,
    actor: &Actor,
    id: Option<&OrganizationId>,
) -> Result<Me, ApiError> {
    let chosen = store::users::set_active_organization(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?;
    if !chosen {
        return Err(missing());
    }
    auth::me(app, actor).await
}

/// What an organization is to the acting person.
///
/// # Errors
/// `NOT_FOUND` for one that is not there or that they do not belong to.
pub(crate) async fn level(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
) -> Result<LevelRow, ApiError> {
    store::organizations::level_of(&app.db, &actor.user.id, id)
        .await
        .map_err(Fault::from)?
        .ok_or_else(missing)
}

/// The acting person's part in an organization, if it is an admin's. `what` only admins can do ends
/// the sentence.
///
/// # Errors
/// As [`level`], `FORBIDDEN` for members.
pub(crate) async fn admin(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    what: &str,
) -> Result<OrganizationRole, ApiError> {
    let role = level(app, actor, id).await?.role;
    if role.is_admin() {
        return Ok(role);
    }
    Err(ApiError::new(
        ErrorCode::Forbidden,
        format!("Only the organization's admins can {what}. Ask one of them."),
    ))
}

pub(crate) fn missing() -> ApiError {
    ApiError::not_found("organization")
}

/// Something done to an organization, for its admins to read.
pub(crate) fn done<'a>(action: &'static str, id: &'a OrganizationId) -> Done<'a> {
    Done {
        organization: Some(id),
        ..Done::new(action, id.as_str())
    }
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::invalid_field(
            "name",
            "Give the organization a name.",
        ));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::invalid_field(
            "name",
            format!("Keep the name to {MAX_NAME} characters on one line."),
        ));
    }
    Ok(name.to_owned())
}
