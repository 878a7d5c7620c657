//! A person's own keys: stored, shown by their last four characters, tested, removed. A key goes
//! into the vault and comes back to nobody.

use crate::{actor::Actor, app::App, events::Event, fault::Fault, snapshot, vault::NewSecret};
use domain::{
    ApiError, ErrorCode, Operation, ProviderId, SecretId,
    keys::{Finding, FindingResult, KeyReport, SecretStatus, SecretView, check_key, clean_key},
    provider::CredentialKind,
    resolution::KeyState,
};
use providers::CheckStep;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::{
    audit::NewEvent,
    secrets::{Owner, SecretRow, Slot},
};

/// The field of an API key.
pub const API_KEY: &str = "api_key";

/// What is sent to store a key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInput {
    /// The key, or the first half of a token pair.
    pub key: SecretString,
    /// The second half of a token pair.
    #[serde(default)]
    pub secret: Option<SecretString>,
}

/// The stored keys by slot.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn views(app: &App, actor: &Actor) -> Result<BTreeMap<ProviderId, SecretView>, ApiError> {
    let owner = Owner::User(actor.user.id.clone());
    let rows = store::secrets::of_owner(&app.db, &owner)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .iter()
        .map(|row| (row.provider, view(app, row)))
        .collect())
}

fn view(app: &App, row: &SecretRow) -> SecretView {
    SecretView {
        configured: true,
        last4: row.last4.clone(),
        updated_at: row.created_at,
        status: match snapshot::state(app, row) {
            KeyState::Ready => SecretStatus::Ready,
            KeyState::Unreadable | KeyState::Revoked => SecretStatus::NeedsReentry,
        },
    }
}

/// Stores a key in place of the one that is there.
///
/// # Errors
/// `INVALID_INPUT` for what is not a key; the stored key is unchanged then.
pub async fn put(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
    input: KeyInput,
) -> Result<SecretView, ApiError> {
    takes_api_key(provider)?;
    if input.secret.is_some() {
        return Err(ApiError::invalid_field(
            "secret",
            format!("{} takes a single API key.", provider.label()),
        ));
    }
    let plaintext = app.vault.tidy(&input.key, |typed| {
        let key = clean_key(typed);
        check_key(key).map(|()| key.to_owned())
    });
    let plaintext =
        plaintext.map_err(|problem| ApiError::invalid_field("key", problem.message()))?;
    let now = app.clock.now();
    let id = SecretId(app.ids.next());
    let owner = Owner::User(actor.user.id.clone());
    let slot = Slot {
        owner: &owner,
        provider,
        field: API_KEY,
    };
    store::secrets::replace(&app.db, slot, |version| {
        app.vault.seal(NewSecret {
            id,
            owner: owner.clone(),
            provider,
            field: API_KEY,
            audience_origin: app.config.providers.audience(),
            version,
            plaintext: &plaintext,
            created_by: actor.user.id.clone(),
            now,
        })
    })
    .await
    .map_err(Fault::from)?;
    audit(app, actor, "key.replaced", provider).await?;
    app.events.tell(&actor.user.id, Event::Keys);
    let row = find(app, actor, provider)
        .await?
        .ok_or_else(|| ApiError::not_found("key"))?;
    Ok(view(app, &row))
}

/// Removes a key; also one that cannot be read any more.
///
/// # Errors
/// `NOT_FOUND` where none is stored.
pub async fn remove(app: &App, actor: &Actor, provider: ProviderId) -> Result<(), ApiError> {
    let owner = Owner::User(actor.user.id.clone());
    let removed = store::secrets::delete(&app.db, &owner, provider)
        .await
        .map_err(Fault::from)?;
    if !removed {
        return Err(ApiError::not_found("key"));
    }
    audit(app, actor, "key.removed", provider).await?;
    app.events.tell(&actor.user.id, Event::Keys);
    Ok(())
}

async fn audit(
    app: &App,
    actor: &Actor,
    action: &str,
    provider: ProviderId,
) -> Result<(), ApiError> {
    let event = NewEvent {
        id: app.ids.next(),
        at: app.clock.now(),
        actor_id: actor.user.id.clone(),
        action: action.to_owned(),
        target: provider.as_str().to_owned(),
        detail: "{}".to_owned(),
    };
    Ok(store::audit::append(&app.db, &event)
        .await
        .map_err(Fault::from)?)
}

fn takes_api_key(provider: ProviderId) -> Result<(), ApiError> {
    if provider.credential_kind() == CredentialKind::ApiKey {
        return Ok(());
    }
    Err(ApiError::invalid_field(
        "provider",
        format!("{} does not take an API key here.", provider.label()),
    ))
}

/// Tests the stored key, or the given one without storing it. Nothing that costs is asked for, and
/// nothing stored changes.
///
/// # Errors
/// `API_KEY_REQUIRED` where there is neither, `KEY_UNAVAILABLE` where the stored one cannot be read.
pub async fn test(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
    draft: Option<SecretString>,
) -> Result<KeyReport, ApiError> {
    takes_api_key(provider)?;
    let key = match draft {
        Some(draft) => match app.vault.tidy(&draft, |typed| {
            let key = clean_key(typed);
            check_key(key).map(|()| key.to_owned())
        }) {
            Ok(key) => key,
            Err(problem) => return Ok(not_a_key(problem.message())),
        },
        None => stored(app, actor, provider).await?,
    };
    let adapter = Operation::ALL
        .into_iter()
        .find_map(|operation| providers::adapter(provider, operation))
        .ok_or_else(|| {
            ApiError::invalid_field(
                "provider",
                format!("{} is not available yet.", provider.label()),
            )
        })?;
    let mut report = KeyReport {
        format: Finding::new(FindingResult::Ok, "This has the form of a key."),
        host: Finding::skipped(),
        auth: Finding::skipped(),
        quota: Finding::skipped(),
        models: Finding::skipped(),
    };
    let mut stage = 0;
    while let Some(call) = adapter.check_call(stage) {
        match app.outbound.send(&call, Some(&key)).await {
            Ok(reply) => {
                report.host =
                    Finding::new(FindingResult::Ok, format!("{} answers.", provider.label()));
                match adapter.check_read(stage, &reply) {
                    CheckStep::Next(next) => stage = next,
                    CheckStep::Done(found) => {
                        report.auth = found.auth;
                        report.quota = found.quota;
                        report.models = found.models;
                        break;
                    }
                }
            }
            Err(error) => {
                tracing::info!(%provider, fault = ?error.failure().fault, "key test got no answer");
                report.host = Finding::new(
                    FindingResult::Failed,
                    format!(
                        "{} could not be reached. Try again in a minute.",
                        provider.label()
                    ),
                );
                break;
            }
        }
    }
    Ok(report)
}

fn not_a_key(message: &str) -> KeyReport {
    KeyReport {
        format: Finding::new(FindingResult::Failed, message),
        host: Finding::skipped(),
        auth: Finding::skipped(),
        quota: Finding::skipped(),
        models: Finding::skipped(),
    }
}

async fn stored(app: &App, actor: &Actor, provider: ProviderId) -> Result<SecretString, ApiError> {
    let Some(row) = find(app, actor, provider).await? else {
        let mut error = ApiError::new(
            ErrorCode::ApiKeyRequired,
            format!("Enter your {} API key first.", provider.label()),
        );
        error.provider = Some(provider);
        error.missing = vec![API_KEY.to_owned()];
        return Err(error);
    };
    if snapshot::state(app, &row) != KeyState::Ready {
        return Err(unreadable(provider));
    }
    app.vault.open(&row).map_err(|_| unreadable(provider))
}

async fn find(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
) -> Result<Option<SecretRow>, ApiError> {
    let owner = Owner::User(actor.user.id.clone());
    let rows = store::secrets::of_owner_and_provider(&app.db, &owner, provider)
        .await
        .map_err(Fault::from)?;
    Ok(rows.into_iter().find(|row| row.field == API_KEY))
}

fn unreadable(provider: ProviderId) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::KeyUnavailable,
        format!(
            "Your {} API key can no longer be read and needs to be entered again.",
            provider.label()
        ),
    );
    error.provider = Some(provider);
    error
}
