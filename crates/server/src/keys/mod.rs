//! The keys of a person or an organization: stored, shown by their last four characters, tested, removed, brought back. A
//! key goes into the vault and comes back to nobody.

mod adopt;
pub mod health;
mod history;
mod holder;
mod testing;
mod undo;

pub use adopt::adopt;
pub use history::history;
pub use holder::{Holder, shared};
pub use testing::{Draft, test};
pub use undo::{purge_replaced, undo, undoable};

use crate::{
    app::App,
    fault::Fault,
    models,
    snapshot::{self, Audience},
    vault::NewSecret,
};
use domain::{
    ApiError, ErrorCode, Map, ProviderId, SecretId,
    keys::{
        KeyAction, KeyProblem, KeyTested, SecretStatus, SecretView, check_key, check_proxy_token,
        clean_key,
    },
    provider::{CredentialKind, EndpointKind},
    resolution::KeyState,
    settings::Field,
};
use secrecy::SecretString;
use serde::Deserialize;
use store::{
    key_health::KeyHealthRow,
    key_tests::KeyTestRow,
    secrets::{Owner, SecretRow, Slot},
};
use utoipa::ToSchema;

/// The field of an API key.
pub const API_KEY: &str = "api_key";

/// What is sent to store a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "key": "sandbox-1234567890abcdef1234" }))]
pub struct KeyInput {
    /// The key, or the first half of a token pair.
    #[schema(value_type = String, format = Password, write_only)]
    pub key: SecretString,
    /// The second half of a token pair.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub secret: Option<SecretString>,
}

/// The stored keys by slot.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn views(app: &App, owner: &Owner) -> Result<Map<ProviderId, SecretView>, ApiError> {
    let rows = store::secrets::of_owner(&app.db, owner)
        .await
        .map_err(Fault::from)?;
    let tests = store::key_tests::of_owner(&app.db, owner)
        .await
        .map_err(Fault::from)?;
    let healths = store::key_health::of_owner(&app.db, owner)
        .await
        .map_err(Fault::from)?;
    let test = |row: &SecretRow| tests.iter().find(|test| test.secret_id == row.id);
    let health = |row: &SecretRow| healths.iter().find(|health| health.secret_id == row.id);
    Ok(rows
        .iter()
        .map(|row| (row.provider, view(app, row, test(row), health(row))))
        .collect())
}

fn view(
    app: &App,
    row: &SecretRow,
    test: Option<&KeyTestRow>,
    health: Option<&KeyHealthRow>,
) -> SecretView {
    SecretView {
        configured: true,
        last4: row.last4.clone(),
        updated_at: row.created_at,
        status: match snapshot::state(app, row) {
            KeyState::Ready => SecretStatus::Ready,
            KeyState::Unreadable | KeyState::Revoked => SecretStatus::NeedsReentry,
        },
        tested: test.and_then(|test| {
            let report = serde_json::from_str(&test.report).ok()?;
            let at = test.tested_at;
            Some(KeyTested { report, at })
        }),
        health: health.map(|row| health::known(row).without_past_error()),
    }
}

/// Stores a key in place of the one that is there.
///
/// # Errors
/// `INVALID_INPUT` for what is not a key; the stored key is unchanged then. `FORBIDDEN` for an
/// organization's where the acting person has not confirmed lately who they are.
pub async fn put(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
    input: KeyInput,
) -> Result<SecretView, ApiError> {
    holder.may_change(app)?;
    let slot = provider.key_slot();
    let plaintext = match slot.credential_kind() {
        CredentialKind::ApiKey => api_key(app, slot, &input)?,
        CredentialKind::Endpoint => proxy_token(app, &input)?,
        CredentialKind::Operator => {
            return Err(ApiError::invalid_field(
                "provider",
                format!("{} takes no key.", provider.label()),
            ));
        }
    };
    let origins = match slot {
        ProviderId::Modal => modal_origins(app, holder).await?,
        _ => Vec::new(),
    };
    let audience = audience(app, origins);
    let note = holder.note(app, KeyAction::Stored, slot);
    let db = app.db.noting(&note);
    let stored = store::secrets::replace(&db, place(&holder.owner, slot), |version| {
        if version > 1 {
            note.amend(|event| event.action = KeyAction::Replaced.as_str().to_owned());
        }
        sealed(app, holder, slot, &plaintext, audience, version)
    })
    .await
    .map_err(Fault::from)?;
    if !stored {
        return Err(ApiError::not_found("organization"));
    }
    settled(app, holder, slot).await
}

/// What follows when a slot holds another key: it is told, and the models that the key may use are
/// fetched.
async fn settled(app: &App, holder: &Holder<'_>, slot: ProviderId) -> Result<SecretView, ApiError> {
    holder::tell(app, &holder.owner).await?;
    // Lists of models belong to people.
    if let Owner::User(user) = &holder.owner {
        models::refresh_later(app, user, slot);
    }
    let row = find(app, holder, slot)
        .await?
        .ok_or_else(|| ApiError::not_found("key"))?;
    Ok(view(app, &row, None, None))
}

fn api_key(app: &App, slot: ProviderId, input: &KeyInput) -> Result<SecretString, ApiError> {
    if input.secret.is_some() {
        return Err(ApiError::invalid_field(
            "secret",
            format!("{} takes a single API key.", slot.label()),
        ));
    }
    clean_draft(app, &input.key)
        .map_err(|problem| ApiError::invalid_field("key", problem.message()))
}

/// A typed key without what was copied along with it.
fn clean_draft(app: &App, typed: &SecretString) -> Result<SecretString, KeyProblem> {
    app.vault.tidy(typed, |typed| {
        let key = clean_key(typed);
        check_key(key).map(|()| key.to_owned())
    })
}

/// Both halves of a Modal proxy token as the one secret that is stored.
fn proxy_token(app: &App, input: &KeyInput) -> Result<SecretString, ApiError> {
    let secret = input.secret.as_ref().ok_or_else(|| {
        ApiError::invalid_field(
            "secret",
            "A Modal proxy token has two halves: the key begins with wk-, the secret with ws-. Enter both.",
        )
    })?;
    let clean = |typed: &str| Ok::<_, ApiError>(clean_key(typed).to_owned());
    let key = app.vault.tidy(&input.key, clean)?;
    let secret = app.vault.tidy(secret, clean)?;
    let both = app.vault.pair(&key, &secret);
    app.vault.tidy(&both, |both| {
        let (key, secret) = both.split_once('\n').unwrap_or_default();
        check_proxy_token(key, secret)
            .map(|()| both.to_owned())
            .map_err(|(field, problem)| ApiError::invalid_field(field, format!("This {problem}.")))
    })
}

/// The place of an owner's key.
const fn place(owner: &Owner, provider: ProviderId) -> Slot<'_> {
    Slot {
        owner,
        provider,
        field: API_KEY,
    }
}

/// A secret, sealed for its owner's slot.
fn sealed(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
    plaintext: &SecretString,
    audience_origin: String,
    version: i64,
) -> store::secrets::NewSecret {
    app.vault.seal(NewSecret {
        id: SecretId(app.ids.next()),
        owner: holder.owner.clone(),
        provider,
        field: API_KEY,
        audience_origin,
        version,
        plaintext,
        created_by: holder.actor.user.id.clone(),
        now: app.clock.now(),
    })
}

/// What a key that is entered now is bound to.
fn audience(app: &App, origins: Vec<String>) -> String {
    let mode = app.config.providers.audience();
    Audience { mode, origins }.text()
}

/// The origins of the owner's own Modal deployments, each once.
async fn modal_origins(app: &App, holder: &Holder<'_>) -> Result<Vec<String>, ApiError> {
    let endpoints = own_endpoints(app, holder).await?;
    let mut origins: Vec<String> = endpoints
        .into_iter()
        .filter(|(kind, _)| *kind != EndpointKind::Suno)
        .filter_map(|(_, url)| Some(snapshot::endpoint(&url)?.origin))
        .collect();
    origins.sort_unstable();
    origins.dedup();
    Ok(origins)
}

/// The addresses that the owner has stored.
async fn own_endpoints(
    app: &App,
    holder: &Holder<'_>,
) -> Result<Vec<(EndpointKind, String)>, ApiError> {
    let fields = store::settings::load(&app.db, &holder.scope())
        .await
        .map_err(Fault::from)?;
    let endpoints = fields
        .into_iter()
        .filter_map(|(field, stored)| match field {
            Field::Endpoint(kind) => Some((kind, stored.value?)),
            _ => None,
        });
    Ok(endpoints.collect())
}

/// A proxy token that was stored before any address is bound to the first addresses that are.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn bind_proxy_token(app: &App, holder: &Holder<'_>) -> Result<(), ApiError> {
    let Some(row) = find(app, holder, ProviderId::Modal).await? else {
        return Ok(());
    };
    let bound = !Audience::of(&row).origins.is_empty();
    if bound || snapshot::state(app, &row) != KeyState::Ready {
        return Ok(());
    }
    let origins = modal_origins(app, holder).await?;
    if origins.is_empty() {
        return Ok(());
    }
    let Ok(token) = app.vault.open(&row) else {
        return Ok(());
    };
    let audience = audience(app, origins);
    let slot = place(&holder.owner, ProviderId::Modal);
    store::secrets::reseal(&app.db, slot, |version| {
        sealed(app, holder, ProviderId::Modal, &token, audience, version)
    })
    .await
    .map_err(Fault::from)?;
    Ok(holder::tell(app, &holder.owner).await?)
}

/// Removes a key; also one that cannot be read any more. It is out of use at once.
///
/// # Errors
/// `NOT_FOUND` where none is stored; `FORBIDDEN` as [`put`].
pub async fn remove(app: &App, holder: &Holder<'_>, provider: ProviderId) -> Result<(), ApiError> {
    holder.may_change(app)?;
    let provider = provider.key_slot();
    let note = holder.note(app, KeyAction::Removed, provider);
    let (db, now) = (app.db.noting(&note), app.clock.now());
    let removed = store::secrets::delete(&db, &holder.owner, provider, now)
        .await
        .map_err(Fault::from)?;
    if !removed {
        return Err(ApiError::not_found("key"));
    }
    if let Owner::User(user) = &holder.owner {
        models::forget(app, user, provider).await?;
    }
    Ok(holder::tell(app, &holder.owner).await?)
}

/// The stored key that serves a provider, opened, and its row.
async fn stored(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
) -> Result<(SecretString, SecretRow), ApiError> {
    let row = match (find(app, holder, provider).await?, provider.fallback_key()) {
        (None, Some(fallback)) => find(app, holder, fallback).await?,
        (row, _) => row,
    };
    let row = row.ok_or_else(|| testing::missing(provider))?;
    if snapshot::state(app, &row) != KeyState::Ready {
        return Err(unreadable(holder.whose(), provider));
    }
    let key = app.vault.open(&row);
    let key = key.map_err(|_| unreadable(holder.whose(), provider))?;
    Ok((key, row))
}

async fn find(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
) -> Result<Option<SecretRow>, ApiError> {
    let rows = store::secrets::of_owner_and_provider(&app.db, &holder.owner, provider)
        .await
        .map_err(Fault::from)?;
    Ok(rows.into_iter().find(|row| row.field == API_KEY))
}

fn unreadable(whose: &str, provider: ProviderId) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::KeyUnavailable,
        format!(
            "{whose} {} API key can no longer be read and needs to be entered again.",
            provider.label()
        ),
    );
    error.provider = Some(provider);
    error
}
