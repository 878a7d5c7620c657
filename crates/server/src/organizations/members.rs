//! Who belongs to an organization and as what. The rules are in [`domain::organization::rights`]; they
//! are asked where the roles are locked.

use super::{done, level, missing};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    fault::Fault,
};
use domain::{
    ApiError, OrganizationId, UserId,
    account::OrganizationRole,
    organization::{
        Member,
        rights::{Change, Refusal},
    },
};
use serde_json::json;
use store::organizations::members::{self, Changed};

/// Everybody who belongs to an organization, owners first. Addresses and since when are for admins.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to.
pub async fn list(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Vec<Member>, ApiError> {
    let is_admin = level(app, actor, organization).await?.role.is_admin();
    let rows = members::list(&app.db, organization)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .map(|row| Member {
            is_me: row.user_id == actor.user.id,
            email: is_admin.then_some(row.email),
            since: is_admin.then_some(row.created_at),
            user_id: row.user_id,
            name: row.name,
            role: row.role,
        })
        .collect())
}

/// Gives a member another part.
///
/// # Errors
/// `NOT_FOUND` for an organization or a member that is not there, `FORBIDDEN` where the acting
/// person may not, `CONFLICT` for the last owner.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
    member: &UserId,
    role: OrganizationRole,
) -> Result<Vec<Member>, ApiError> {
    let own = level(app, actor, organization).await?.role;
    if own.is_admin() && role.is_admin() {
        actor.must_have_confirmed(app.clock.now())?;
    }
    let (wish, action) = (Change::Role(role), "member.role_changed");
    change(app, actor, organization, member, wish, action).await?;
    list(app, actor, organization).await
}

/// Takes a member out of an organization; of oneself, leaves it.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
    member: &UserId,
) -> Result<(), ApiError> {
    let action = if *member == actor.user.id {
        "member.left"
    } else {
        "member.removed"
    };
    change(app, actor, organization, member, Change::Removal, action).await
}

/// Leaves an organization.
///
/// # Errors
/// `NOT_FOUND`, or `CONFLICT` for the last owner.
pub async fn leave(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<(), ApiError> {
    remove(app, actor, organization, &actor.user.id).await
}

async fn change(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
    member: &UserId,
    change: Change,
    action: &'static str,
) -> Result<(), ApiError> {
    let done = Done {
        target: member.as_str(),
        ..done(action, organization)
    };
    let note = audit::note(app, actor, done);
    let hear = |before: OrganizationRole| match change {
        Change::Role(role) if role == before => note.strike(),
        Change::Role(role) => {
            note.amend(|event| event.detail = json!({ "from": before, "to": role }).to_string());
        }
        Change::Removal => {
            note.amend(|event| event.detail = json!({ "from": before }).to_string());
        }
    };
    let db = app.db.noting(&note);
    let changed = members::change(&db, organization, &actor.user.id, member, change, hear)
        .await
        .map_err(Fault::from)?;
    match changed {
        Changed::Done(_) => Ok(()),
        Changed::Refused(refusal) => Err(refusal.into()),
        Changed::NoOrganization => Err(missing()),
        Changed::NoMember => {
            let is_admin = level(app, actor, organization).await?.role.is_admin();
            Err(if is_admin {
                ApiError::not_found("member")
            } else {
                Refusal::AdminsOnly.into()
            })
        }
    }
}
