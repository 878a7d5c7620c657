//! Invitations by link: shown once to who invites, bound to an address, good for one acceptance within
//! seven days. Of a link that is wrong, over, used or somebody else's nothing is told.

use super::{admin, done, level};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    auth::{self, SessionToken},
    fault::Fault,
    projects,
};
use domain::{
    ApiError, ErrorCode, InvitationId, OrganizationId, UserId,
    account::OrganizationRole,
    invitation::{Invitation, Invited, InvitedTo, Offer, VALID_MILLIS},
    organization::rights,
};
use serde_json::json;
use store::{
    Db,
    invitations::{self, Found, NewInvitation, OpenRow, Place},
};

/// Invites somebody to an organization, in place of an open invitation to the same address. The link
/// is in this answer and nowhere else.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to, `FORBIDDEN` for who is
/// no admin of it or would make somebody more than themselves, `INVALID_INPUT` for a bad address,
/// `RATE_LIMITED` for too many.
pub async fn invite(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
    email: &str,
    role: OrganizationRole,
) -> Result<Invited, ApiError> {
    let own = admin(app, actor, organization, "invite people").await?;
    if !rights::may_invite(own, role) {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "Only an owner can invite somebody as an owner. Invite them as an admin or as a member.",
        ));
    }
    // Admins may change what is shared.
    if role.is_admin() {
        actor.must_have_confirmed(app.clock.now())?;
    }
    let offer = Offer::Organization {
        organization_id: organization.clone(),
        role,
    };
    write(app, actor, offer, email).await
}

/// Writes an invitation down, and who made it, and makes its link.
pub(crate) async fn write(
    app: &App,
    actor: &Actor,
    offer: Offer,
    email: &str,
) -> Result<Invited, ApiError> {
    app.throttle.link(&actor.user.id, app.clock.now())?;
    let email = auth::normal_address(email).ok_or_else(|| {
        ApiError::invalid_field("email", "Enter an e-mail address such as name@example.com.")
    })?;
    let token = SessionToken::generate()?;
    let token_hash = auth::hash_of_token(token.as_str()).ok_or_else(ApiError::internal)?;
    let now = app.clock.now();
    let invitation = Invitation {
        id: InvitationId(app.ids.next()),
        email,
        offer,
        invited_by: actor.user.name.clone(),
        created_at: now,
        expires_at: now.plus_millis(VALID_MILLIS),
    };
    let (place, role, invites) = match &invitation.offer {
        Offer::Organization {
            organization_id,
            role,
        } => {
            let invites = Done {
                target: invitation.email.as_str(),
                detail: json!({ "role": role }),
                ..done("member.invited", organization_id)
            };
            (Place::Organization(organization_id), role.as_str(), invites)
        }
        Offer::Project { project_id, role } => {
            let invites = Done {
                detail: json!({ "email": invitation.email, "role": role }),
                ..Done::new("project.invited", project_id.as_str())
            };
            (Place::Project(project_id), role.as_str(), invites)
        }
    };
    let new = NewInvitation {
        id: &invitation.id,
        place,
        email: &invitation.email,
        role,
        token_hash: &token_hash,
        invited_by: &actor.user.id,
        created_at: now,
        expires_at: invitation.expires_at,
    };
    invitations::put(&audit::noting(app, actor, invites), &new)
        .await
        .map_err(Fault::from)?;
    let link = format!(
        "{}/invitations/{}",
        app.config.public_origin,
        token.as_str()
    );
    Ok(Invited { invitation, link })
}

/// The open invitations to an organization, the newest first.
///
/// # Errors
/// As [`invite`].
pub async fn open(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Vec<Invitation>, ApiError> {
    admin(app, actor, organization, "see who is invited").await?;
    let place = Place::Organization(organization);
    let rows = invitations::open(&app.db, place, app.clock.now())
        .await
        .map_err(Fault::from)?;
    let offer = |role: &str| {
        Some(Offer::Organization {
            organization_id: organization.clone(),
            role: OrganizationRole::parse(role)?,
        })
    };
    views(rows, offer)
}

/// Rows as their readers see them. `offer` makes of a role what is offered.
pub(crate) fn views(
    rows: Vec<OpenRow>,
    offer: impl Fn(&str) -> Option<Offer>,
) -> Result<Vec<Invitation>, ApiError> {
    let view = |row: OpenRow| {
        Ok(Invitation {
            offer: offer(&row.role).ok_or(Fault::Damaged("role of an invitation"))?,
            id: row.id,
            email: row.email,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    };
    rows.into_iter().map(view).collect()
}

/// Takes an open invitation back: its link is good for nothing any more.
///
/// # Errors
/// As [`invite`], `NOT_FOUND` for an invitation that is not open.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<(), ApiError> {
    admin(app, actor, organization, "withdraw invitations").await?;
    let action = Done {
        target: id.as_str(),
        ..done("member.uninvited", organization)
    };
    let db = audit::noting(app, actor, action);
    take_back(&db, Place::Organization(organization), id).await
}

/// Takes an open invitation to a place back.
pub(crate) async fn take_back(
    db: &Db,
    place: Place<'_>,
    id: &InvitationId,
) -> Result<(), ApiError> {
    let withdrawn = invitations::withdraw(db, place, id)
        .await
        .map_err(Fault::from)?;
    if withdrawn {
        return Ok(());
    }
    Err(ApiError::not_found("invitation"))
}

/// What a link is for, to the person whom it invites.
///
/// # Errors
/// `NOT_FOUND` for a link that is wrong, over, used or somebody else's; `RATE_LIMITED`.
pub async fn look(app: &App, actor: &Actor, token: &str) -> Result<InvitedTo, ApiError> {
    app.throttle.link(&actor.user.id, app.clock.now())?;
    let hash = auth::hash_of_token(token).ok_or_else(unknown)?;
    let found = invitations::find(&app.db, &hash, &actor.user.id, app.clock.now())
        .await
        .map_err(Fault::from)?;
    Ok(seen(found.ok_or_else(unknown)?))
}

/// Accepts an invitation. Who is there already keeps the part that they have, and is answered it.
///
/// # Errors
/// As [`look`].
pub async fn accept(app: &App, actor: &Actor, token: &str) -> Result<InvitedTo, ApiError> {
    app.throttle.link(&actor.user.id, app.clock.now())?;
    let hash = auth::hash_of_token(token).ok_or_else(unknown)?;
    let (user, now) = (&actor.user.id, app.clock.now());
    // To where and as what a link leads never changes.
    let found = invitations::find(&app.db, &hash, user, now)
        .await
        .map_err(Fault::from)?;
    let offered = seen(found.ok_or_else(unknown)?);
    let db = audit::noting(app, actor, joins(user, &offered.offer));
    let found = invitations::accept(&db, &hash, user, now)
        .await
        .map_err(Fault::from)?;
    let (found, has_come) = found.ok_or_else(unknown)?;
    let accepted = seen(found);
    if !has_come {
        return as_before(app, actor, accepted).await;
    }
    Ok(accepted)
}

/// What somebody does who accepts an offer.
fn joins<'a>(who: &'a UserId, offer: &'a Offer) -> Done<'a> {
    let target = who.as_str();
    match offer {
        Offer::Organization {
            organization_id,
            role,
        } => Done {
            target,
            detail: json!({ "role": role }),
            ..done("member.joined", organization_id)
        },
        Offer::Project { project_id, role } => Done {
            detail: json!({ "project_id": project_id, "role": role }),
            ..Done::new("project.joined", target)
        },
    }
}

/// What an invitation was to, with the part that somebody has there anyway.
async fn as_before(app: &App, actor: &Actor, to: InvitedTo) -> Result<InvitedTo, ApiError> {
    let offer = match to.offer {
        Offer::Organization {
            organization_id, ..
        } => Offer::Organization {
            role: level(app, actor, &organization_id).await?.role,
            organization_id,
        },
        Offer::Project { project_id, .. } => Offer::Project {
            role: projects::get(app, actor, &project_id).await?.role,
            project_id,
        },
    };
    Ok(InvitedTo { offer, ..to })
}

fn seen(found: Found) -> InvitedTo {
    match found {
        Found::Organization(row) => InvitedTo {
            offer: Offer::Organization {
                organization_id: row.organization_id,
                role: row.role,
            },
            name: row.name,
            invited_by: row.invited_by,
            expires_at: row.expires_at,
        },
        Found::Project(row) => InvitedTo {
            offer: Offer::Project {
                project_id: row.project_id,
                role: row.role,
            },
            name: row.name,
            invited_by: row.invited_by,
            expires_at: row.expires_at,
        },
    }
}

fn unknown() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "There is no such invitation for you: it was used, withdrawn or replaced, has expired after 7 days, or is for another address. Ask for a new one.",
    )
}

/// Deletes the invitations that can no longer be accepted.
///
/// # Errors
/// The database failed.
pub async fn purge(db: &Db, now: domain::Timestamp) -> Result<u64, Fault> {
    Ok(invitations::purge(db, now).await?)
}
