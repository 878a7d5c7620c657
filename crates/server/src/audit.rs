//! What was done to keys, settings, roles and people, and by whom: written down by the use case that
//! did it. Nothing of it is ever a secret.

use crate::{actor::Actor, app::App, fault::Fault};
use domain::{ApiError, OrganizationId};
use serde_json::{Value, json};
use store::audit::NewEvent;

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

/// Writes down what the acting person did.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn record(app: &App, actor: &Actor, done: Done<'_>) -> Result<(), ApiError> {
    let mut detail = done.detail;
    if let (Some(organization), Value::Object(detail)) = (done.organization, &mut detail) {
        detail.insert("organization_id".to_owned(), json!(organization));
    }
    let event = NewEvent {
        id: app.ids.next(),
        at: app.clock.now(),
        actor_id: actor.user.id.clone(),
        action: done.action.to_owned(),
        target: done.target.to_owned(),
        detail: detail.to_string(),
    };
    Ok(store::audit::append(&app.db, &event)
        .await
        .map_err(Fault::from)?)
}
