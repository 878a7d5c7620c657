//! What was done to keys, settings, roles and people, and by whom: written down in the transaction that
//! does it, shown to the admins whom it concerns. Nothing of it is ever a secret.

pub mod export;
mod read;
pub mod words;

pub use read::{Event, Page, Query, Who, of_instance, of_organization};

use crate::{
    actor::Actor,
    app::App,
    clock::{Clock, Ids},
    fault::Fault,
};
use domain::{OrganizationId, UserId};
use serde_json::{Value, json};
use std::net::IpAddr;
use store::{
    Db,
    audit::{NewEvent, Note},
};

/// Who acts on the command line of the server. No account has this id.
pub const OPERATOR: &str = "operator";

/// One thing that the acting person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<'a> {
    /// What, such as `key.replaced`.
    pub action: &'static str,
    /// To which key, setting, project or person.
    pub target: &'a str,
    /// The organization whose admins may read of it.
    pub organization: Option<&'a OrganizationId>,
    /// More about it.
    pub detail: Value,
}

impl<'a> Done<'a> {
    /// Something about which there is nothing more to say, and which no organization has to know.
    #[must_use]
    pub fn new(action: &'static str, target: &'a str) -> Self {
        Self {
            action,
            target,
            organization: None,
            detail: json!({}),
        }
    }
}

/// The database for a change that the acting person makes: what they do is written down in the
/// transaction that does it, and only if it does.
#[must_use]
pub fn noting(app: &App, actor: &Actor, done: Done<'_>) -> Db {
    app.db.noting(&note(app, actor, done))
}

/// The same where more about it is known only inside the transaction, for [`Db::noting`].
#[must_use]
pub fn note(app: &App, actor: &Actor, done: Done<'_>) -> Note {
    Note::new(event(app, actor, done))
}

/// What the acting person does, for what takes an event into its transaction by itself.
#[must_use]
pub fn event(app: &App, actor: &Actor, done: Done<'_>) -> NewEvent {
    Scribe {
        db: &app.db,
        clock: &app.clock,
        ids: &app.ids,
    }
    .event(&actor.user.id, actor.address, done)
}

/// Writes down what is done where there is no actor: on the way to becoming one, and on the command
/// line.
#[derive(Debug, Clone, Copy)]
pub struct Scribe<'a> {
    /// Where.
    pub db: &'a Db,
    /// When.
    pub clock: &'a Clock,
    /// New ids.
    pub ids: &'a Ids,
}

impl Scribe<'_> {
    /// What somebody does, to be written down in the transaction that does it.
    #[must_use]
    pub fn event(&self, who: &UserId, address: Option<IpAddr>, done: Done<'_>) -> NewEvent {
        NewEvent {
            id: self.ids.next(),
            at: self.clock.now(),
            actor_id: who.clone(),
            action: done.action.to_owned(),
            target: done.target.to_owned(),
            detail: done.detail.to_string(),
            organization_id: done.organization.cloned(),
            address: address.map(|address| address.to_string()),
        }
    }

    /// What the operator does on the command line.
    #[must_use]
    pub fn by_operator(&self, done: Done<'_>) -> NewEvent {
        self.event(&UserId(OPERATOR.to_owned()), None, done)
    }

    /// The database for a change that somebody makes, which writes it down.
    #[must_use]
    pub fn noting(&self, who: &UserId, address: Option<IpAddr>, done: Done<'_>) -> Db {
        self.db.noting(&Note::new(self.event(who, address, done)))
    }

    /// Writes down what changes nothing in the database by itself, such as a sign-in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(
        &self,
        who: &UserId,
        address: Option<IpAddr>,
        done: Done<'_>,
    ) -> Result<(), Fault> {
        let event = self.event(who, address, done);
        Ok(store::audit::append(self.db, &event).await?)
    }
}
