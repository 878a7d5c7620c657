//! Takes a key over that was found in the person's browser. Only an empty slot is filled; a key that
//! is there is compared and stays.

use super::{API_KEY, clean_draft, unreadable};
use crate::{
    actor::Actor,
    app::App,
    audit::{self, Done},
    events::Event,
    fault::Fault,
    models,
    snapshot::{self, Audience},
    vault::NewSecret,
};
use domain::{
    ApiError, ProviderId, SecretId, old_settings::Adopted, provider::CredentialKind,
    resolution::KeyState,
};
use secrecy::SecretString;
use serde_json::json;
use store::secrets::{Inserted, Owner, Slot};

/// Stores a key where the acting person has none.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn adopt(
    app: &App,
    actor: &Actor,
    slot: ProviderId,
    found: &SecretString,
) -> Result<Adopted, ApiError> {
    if slot.key_slot().credential_kind() != CredentialKind::ApiKey {
        let detail = format!("{} takes no API key.", slot.label());
        return Ok(Adopted::Invalid { detail });
    }
    let key = match clean_draft(app, found) {
        Ok(key) => key,
        Err(problem) => {
            let detail = problem.message().to_owned();
            return Ok(Adopted::Invalid { detail });
        }
    };
    match insert(app, actor, slot.key_slot(), &key).await? {
        Inserted::Stored => {
            app.events.tell(&actor.user.id, Event::Keys);
            models::refresh_later(app, &actor.user.id, slot.key_slot());
            Ok(Adopted::Stored)
        }
        Inserted::Present(row) if snapshot::state(app, &row) != KeyState::Ready => {
            let detail = unreadable("Your", slot).detail.clone();
            Ok(Adopted::Invalid { detail })
        }
        Inserted::Present(row) if app.vault.is_of(&row, &key) => Ok(Adopted::Same),
        Inserted::Present(_) => Ok(Adopted::KeptExisting),
        Inserted::NoOwner => Err(ApiError::unauthenticated()),
    }
}

async fn insert(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
    key: &SecretString,
) -> Result<Inserted, Fault> {
    let owner = Owner::User(actor.user.id.clone());
    let audience = Audience {
        mode: app.config.providers.audience(),
        origins: Vec::new(),
    };
    let (id, now) = (SecretId(app.ids.next()), app.clock.now());
    let slot = Slot {
        owner: &owner,
        provider,
        field: API_KEY,
    };
    let done = Done {
        detail: json!({"from": "browser"}),
        ..Done::new("key.stored", provider.as_str())
    };
    let db = audit::noting(app, actor, done);
    let inserted = store::secrets::insert_if_empty(&db, slot, |version| {
        app.vault.seal(NewSecret {
            id,
            owner: owner.clone(),
            provider,
            field: API_KEY,
            audience_origin: audience.text(),
            version,
            plaintext: key,
            created_by: actor.user.id.clone(),
            now,
        })
    });
    Ok(inserted.await?)
}
