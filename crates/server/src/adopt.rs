//! Takes over what an earlier product left in a person's browser, one thing a call. Nothing that the
//! account holds is changed by it, and the same call again finds what the first one has stored.

use crate::{actor::Actor, app::App, fault::Fault, keys, settings};
use domain::{
    ApiError, ErrorCode, ProviderId,
    old_settings::{Adopted, Target},
    settings::{Change, Field},
};
use secrecy::SecretString;
use store::settings::Scope;

/// One thing that was found.
pub enum Found {
    /// The value of a setting.
    Setting(Field, String),
    /// The key of a provider.
    Key(ProviderId, SecretString),
}

impl Found {
    /// What was found for this target.
    #[must_use]
    pub fn new(target: Target, value: String) -> Self {
        match target {
            Target::Field(field) => Self::Setting(field, value),
            Target::Key(slot) => Self::Key(slot, value.into()),
        }
    }
}

/// Stores what was found where the account has nothing. `shown` is the address that the person
/// agreed to: if somebody else is signed in by now, nothing is stored.
///
/// # Errors
/// `CONFLICT` where somebody else is signed in, `INTERNAL` where the database fails.
pub async fn adopt(
    app: &App,
    actor: &Actor,
    shown: &str,
    found: &Found,
) -> Result<Adopted, ApiError> {
    if shown != actor.user.email {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "Somebody else has signed in in this browser meanwhile. Reload the page.",
        ));
    }
    match found {
        Found::Setting(field, value) => setting(app, actor, *field, value.trim()).await,
        Found::Key(slot, key) => keys::adopt(app, actor, *slot, key).await,
    }
}

async fn setting(app: &App, actor: &Actor, field: Field, value: &str) -> Result<Adopted, ApiError> {
    if value.is_empty() {
        let detail = "There is nothing to store.".to_owned();
        return Ok(Adopted::Invalid { detail });
    }
    let scope = Scope::User(actor.user.id.clone());
    loop {
        let fields = store::settings::load(&app.db, &scope)
            .await
            .map_err(Fault::from)?;
        let stored = fields.get(&field);
        match stored.and_then(|stored| stored.value.as_deref()) {
            Some(there) if there == value => return Ok(Adopted::Same),
            Some(_) => return Ok(Adopted::KeptExisting),
            None => {}
        }
        let change = Change {
            field,
            value: Some(value.to_owned()),
            base: Some(stored.map_or(0, |stored| stored.version)),
        };
        match settings::patch(app, actor, &[change]).await {
            Ok(_) => return Ok(Adopted::Stored),
            // Somebody was faster: what they have stored is looked at.
            Err(error) if error.code == ErrorCode::Conflict => {}
            Err(error) => return refused(error),
        }
    }
}

/// A value that cannot be stored is an answer and not a failure.
fn refused(error: ApiError) -> Result<Adopted, ApiError> {
    match error.code {
        ErrorCode::InvalidInput | ErrorCode::ModelUnavailable | ErrorCode::EndpointNotAllowed => {
            let detail = error.detail.clone();
            Ok(Adopted::Invalid { detail })
        }
        _ => Err(error),
    }
}
