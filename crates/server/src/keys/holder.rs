//! Whose keys are handled, and by whom. A holder of an organization's keys is only ever made of one of
//! its admins.

use crate::{actor::Actor, app::App, events::Event, fault::Fault, organizations};
use domain::{
    ApiError, OrganizationId, ProviderId,
    keys::KeyAction,
    organization::{SharedKey, SharedKeys},
};
use store::{audit::Note, secrets::Owner, settings::Scope};

use super::{undoable, views};
use crate::audit::{self, Done};

/// Somebody with the right to handle the keys of an owner.
#[derive(Debug, Clone)]
pub struct Holder<'a> {
    pub(super) actor: &'a Actor,
    pub(super) owner: Owner,
}

impl<'a> Holder<'a> {
    /// The acting person with their own keys.
    #[must_use]
    pub fn me(actor: &'a Actor) -> Self {
        Self {
            actor,
            owner: Owner::User(actor.user.id.clone()),
        }
    }

    /// The acting person with the keys of an organization that they are an admin of.
    ///
    /// # Errors
    /// `NOT_FOUND` for an organization that they do not belong to, `FORBIDDEN` for its members.
    pub async fn organization(
        app: &App,
        actor: &'a Actor,
        id: &OrganizationId,
    ) -> Result<Self, ApiError> {
        organizations::admin(app, actor, id, "see and change its keys").await?;
        Ok(Self {
            actor,
            owner: Owner::Organization(id.clone()),
        })
    }

    /// Shared keys are changed only by who has just shown who they are.
    pub(super) fn may_change(&self, app: &App) -> Result<(), ApiError> {
        match self.owner {
            Owner::User(_) => Ok(()),
            Owner::Organization(_) => self.actor.must_have_confirmed(app.clock.now()),
        }
    }

    /// Where the addresses are that the owner's tokens are for.
    pub(super) fn scope(&self) -> Scope {
        match &self.owner {
            Owner::User(id) => Scope::User(id.clone()),
            Owner::Organization(id) => Scope::Organization(id.clone()),
        }
    }

    /// Whose a key is, at the beginning of a sentence.
    pub(super) const fn whose(&self) -> &'static str {
        match self.owner {
            Owner::User(_) => "Your",
            Owner::Organization(_) => "The organization's",
        }
    }

    /// What is done to a key, to be written down with it.
    pub(super) fn note(&self, app: &App, action: KeyAction, slot: ProviderId) -> Note {
        let (organization, target) = match &self.owner {
            Owner::User(_) => (None, slot.as_str().to_owned()),
            Owner::Organization(id) => (Some(id), format!("{id}/{slot}")),
        };
        let done = Done {
            organization,
            ..Done::new(action.as_str(), &target)
        };
        audit::note(app, self.actor, done)
    }
}

/// Tells everybody whom an owner's keys serve that something about them has changed.
///
/// # Errors
/// The database failed.
pub(super) async fn tell(app: &App, owner: &Owner) -> Result<(), Fault> {
    match owner {
        Owner::User(user) => app.events.tell(user, Event::Keys),
        Owner::Organization(id) => {
            for member in store::organizations::members::list(&app.db, id).await? {
                app.events.tell(&member.user_id, Event::Keys);
            }
        }
    }
    Ok(())
}

/// The keys of an organization as the acting person may know them: to its admins as their own, to
/// members that they are there.
///
/// # Errors
/// `NOT_FOUND` for an organization that they do not belong to.
pub async fn shared(app: &App, actor: &Actor, id: &OrganizationId) -> Result<SharedKeys, ApiError> {
    let is_admin = organizations::level(app, actor, id).await?.role.is_admin();
    let owner = Owner::Organization(id.clone());
    let show = |(slot, view)| {
        let key = if is_admin {
            SharedKey::Shown(Box::new(view))
        } else {
            SharedKey::Configured { configured: true }
        };
        (slot, key)
    };
    Ok(SharedKeys {
        keys: views(app, &owner).await?.into_iter().map(show).collect(),
        undo_until: if is_admin {
            undoable(app, &owner).await?
        } else {
            domain::Map::new()
        },
    })
}
