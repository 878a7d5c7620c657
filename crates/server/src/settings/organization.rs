//! The settings of an organization: the defaults that it gives to its members, and the addresses of its
//! own deployments, which only its admins see.

use super::{changed, done, write};
use crate::{
    actor::Actor,
    app::App,
    audit::Done,
    events::Event,
    fault::Fault,
    keys::{self, Holder},
    organizations,
};
use domain::{
    ApiError, OrganizationId,
    error::CurrentValue,
    history::Changed,
    settings::{Change, Field, SettingsView},
};
use store::settings::Scope;

/// An organization's settings; to its members without the addresses.
///
/// # Errors
/// `NOT_FOUND` for an organization that the acting person does not belong to.
pub async fn organization_view(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
) -> Result<SettingsView, ApiError> {
    let is_admin = organizations::level(app, actor, id).await?.role.is_admin();
    let scope = Scope::Organization(id.clone());
    let fields = store::settings::load(&app.db, &scope)
        .await
        .map_err(Fault::from)?;
    let shown = fields
        .into_iter()
        .filter(|(field, _)| is_admin || !matches!(field, Field::Endpoint(_)));
    Ok(SettingsView::from_fields(&shown.collect()))
}

/// Changes an organization's settings: all the wishes or none.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for members, and for addresses where the acting person has not confirmed
/// lately who they are; otherwise as [`super::patch`].
pub async fn organization_patch(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    changes: &[Change],
) -> Result<Vec<CurrentValue>, ApiError> {
    organizations::admin(app, actor, id, "change its settings").await?;
    for change in changes {
        is_settable(change.field)?;
    }
    let addresses = changes
        .iter()
        .any(|change| matches!(change.field, Field::Endpoint(_)));
    if addresses {
        actor.must_have_confirmed(app.clock.now())?;
    }
    let told = Done {
        organization: Some(id),
        ..done("organization.settings", id.as_str(), changes)
    };
    let scope = Scope::Organization(id.clone());
    let written = write(app, actor, &scope, changes, Some(told)).await?;
    if addresses {
        let holder = Holder::organization(app, actor, id).await?;
        keys::bind_proxy_token(app, &holder).await?;
    }
    // What has changed is not for everybody: they load again what they may see.
    let members = store::organizations::members::list(&app.db, id)
        .await
        .map_err(Fault::from)?;
    for member in members {
        app.events.tell(&member.user_id, Event::Missed);
    }
    Ok(written)
}

/// The remembered changes of a field of an organization's settings, for its admins; the newest first.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for members.
pub async fn organization_history(
    app: &App,
    actor: &Actor,
    id: &OrganizationId,
    field: Field,
) -> Result<Vec<Changed>, ApiError> {
    organizations::admin(app, actor, id, "see what was set before").await?;
    changed(app, actor, &Scope::Organization(id.clone()), field).await
}

/// Whether a field has a place at this level.
fn is_settable(field: Field) -> Result<(), ApiError> {
    match field {
        Field::Provider(_) | Field::Model(..) | Field::Endpoint(_) => Ok(()),
        Field::Parameter(..) | Field::Fallback(_) | Field::PreferOwnKeys => {
            Err(ApiError::invalid_field(
                field.to_string(),
                "This is no setting of an organization. Set it in a project or in your own settings.",
            ))
        }
    }
}
