//! Fetches a provider's list page by page, with the key that a person has or without one where the
//! list is public. Bounded in pages, time and number; it stores nothing.

use crate::{app::App, fault::Fault, keys::API_KEY, snapshot};
use domain::{
    ApiError, ErrorCode, Operation, ProviderId, SecretId, UserId,
    catalog::is_model_id,
    listing::Listing,
    provider::CredentialKind,
    resolution::{EnvironmentKeys, KeyState},
};
use providers::{Adapter, Auth, Call, Failure, ListPage, Reply, SendError, retry};
use secrecy::SecretString;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use store::secrets::Owner;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Providers whose list needs no key.
const PUBLIC: [ProviderId; 2] = [ProviderId::OpenRouter, ProviderId::Kie];
/// The most pages of one list.
const MAX_PAGES: usize = 20;
/// The most models, and the most voices, of one list.
const MAX_ENTRIES: usize = 5_000;
/// The longest time for all pages.
const LONGEST: Duration = Duration::from_secs(60);
/// How many lists are fetched at a time.
const AT_A_TIME: usize = 8;
/// How many may wait for that in the background.
const WAITING: usize = 64;

/// The longest pause before a call is made again: somebody waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who a list is fetched for.
pub struct Person {
    /// The account.
    pub user: UserId,
    /// Whether it runs the instance.
    pub is_admin: bool,
}

/// Keeps the number of lists that are fetched at a time small.
pub struct Refreshes {
    running: Semaphore,
    places: Arc<Semaphore>,
}

impl Refreshes {
    /// None are fetched in the background; a test that looks at what was asked wants silence.
    #[cfg(test)]
    pub fn none() -> Self {
        Self {
            running: Semaphore::new(AT_A_TIME),
            places: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Default for Refreshes {
    fn default() -> Self {
        Self {
            running: Semaphore::new(AT_A_TIME),
            places: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Refreshes {
    /// A place among those in the background; `None` where all are taken.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Whether nothing is being fetched in the background.
    #[cfg(test)]
    pub fn are_done(&self) -> bool {
        self.places.available_permits() == WAITING
    }
}

/// The adapter that reads a provider's list; `None` where there is no list.
pub fn lister(provider: ProviderId) -> Option<&'static dyn Adapter> {
    Operation::ALL
        .into_iter()
        .filter_map(|operation| providers::adapter(provider, operation))
        .find(|adapter| adapter.list_call(&ListPage::default()).is_some())
}

/// What came of a fetch.
pub struct Fetched {
    /// The list, or in a sentence why the provider did not give it.
    pub outcome: Result<Listing, String>,
    key: Option<Key>,
}

/// The key that a list is fetched with.
struct Key {
    secret: SecretString,
    /// The person's own stored key; `None` for the environment's.
    stored: Option<(ProviderId, SecretId)>,
}

/// Asks the provider for its list.
///
/// # Errors
/// `API_KEY_REQUIRED` and `KEY_UNAVAILABLE` where a key is needed, `INVALID_INPUT` for a provider
/// without a list.
pub async fn fetch(app: &App, person: &Person, provider: ProviderId) -> Result<Fetched, ApiError> {
    let adapter = lister(provider).ok_or_else(|| {
        ApiError::invalid_field(
            "provider",
            format!(
                "{} has no list of models to ask for. The catalogue has those that can be used.",
                provider.label()
            ),
        )
    })?;
    let key = match key(app, person, provider).await {
        Ok(None) if !is_public(adapter, provider) => return Err(missing(provider)),
        Err(_) if is_public(adapter, provider) => None,
        found => found?,
    };
    let secret = key.as_ref().map(|key| &key.secret);
    let fetched = timeout(LONGEST, pages(app, adapter, secret)).await;
    let outcome = match fetched {
        Ok(Ok(listing)) => Ok(listing),
        Ok(Err(failure)) => {
            let secrets: Vec<&SecretString> = secret.into_iter().collect();
            tracing::info!(%provider, %failure, detail = failure.detail(&secrets), "no list");
            Err(failure.fault.advice(provider.label()))
        }
        Err(_) => Err(format!(
            "{} did not list its models in time. Try again in a few minutes.",
            provider.label()
        )),
    };
    Ok(Fetched { outcome, key })
}

/// Whether the key that the list was fetched with is still the one that is stored. What an earlier
/// key saw must not be stored after what its successor sees.
///
/// # Errors
/// The database failed.
pub async fn is_current(app: &App, person: &Person, fetched: &Fetched) -> Result<bool, Fault> {
    let stored = fetched.key.as_ref().and_then(|key| key.stored.as_ref());
    let Some((slot, id)) = stored else {
        return Ok(true);
    };
    let owner = Owner::User(person.user.clone());
    let rows = store::secrets::of_owner_and_provider(&app.db, &owner, *slot).await?;
    Ok(rows.iter().any(|row| row.id == *id))
}

fn is_public(adapter: &dyn Adapter, provider: ProviderId) -> bool {
    PUBLIC.contains(&provider)
        || adapter
            .list_call(&ListPage::default())
            .is_some_and(|call| matches!(call.auth, Auth::None))
}

async fn pages(
    app: &App,
    adapter: &dyn Adapter,
    key: Option<&SecretString>,
) -> Result<Listing, Failure> {
    // The semaphore is never closed; without a permit the fetch would only be less bounded.
    let _running = app.refreshes.running.acquire().await.ok();
    let today = app.clock.today();
    let too_long = || Failure::ours(domain::ProviderFault::TooLarge, "the list has no end");
    let mut whole = Listing::default();
    let mut at = Some(ListPage::default());
    let mut count = 0;
    while let Some(page) = at {
        let Some(call) = adapter.list_call(&page) else {
            break;
        };
        count += 1;
        if count > MAX_PAGES {
            return Err(too_long());
        }
        let reply = send(app, &call, key).await?;
        let (listed, next) = adapter.list_read(&page, &reply, &today)?;
        whole.models.extend(listed.models);
        whole.voices.extend(listed.voices);
        whole.whole |= listed.whole;
        if whole.models.len() > MAX_ENTRIES || whole.voices.len() > MAX_ENTRIES {
            return Err(too_long());
        }
        at = next;
    }
    let mut seen = BTreeSet::new();
    whole
        .models
        .retain(|model| is_model_id(&model.id) && seen.insert((model.operation, model.id.clone())));
    Ok(whole)
}

/// Sends a call that costs nothing, again where that may help.
async fn send(app: &App, call: &Call, key: Option<&SecretString>) -> Result<Reply, Failure> {
    let mut attempt = 1;
    loop {
        let error = match app.outbound.send(call, key).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        let pause = retry::pause(call.purpose, attempt, &error, app.chance.draw());
        let Some(pause) = pause.filter(|pause| *pause <= PATIENCE) else {
            return Err(match error {
                SendError::NotSent(failure) | SendError::Ambiguous(failure) => failure,
            });
        };
        tokio::time::sleep(pause).await;
        attempt += 1;
    }
}

/// The person's own key, or else the environment's where it serves them. A key that is there and
/// cannot be read is never passed over.
async fn key(app: &App, person: &Person, provider: ProviderId) -> Result<Option<Key>, ApiError> {
    if provider.credential_kind() != CredentialKind::ApiKey {
        return Ok(None);
    }
    let slots = [Some(provider.key_slot()), provider.fallback_key()];
    let slots = || slots.into_iter().flatten();
    let owner = Owner::User(person.user.clone());
    for slot in slots() {
        let rows = store::secrets::of_owner_and_provider(&app.db, &owner, slot)
            .await
            .map_err(Fault::from)?;
        if let Some(row) = rows.into_iter().find(|row| row.field == API_KEY) {
            if snapshot::state(app, &row) != KeyState::Ready {
                return Err(unreadable(provider));
            }
            let secret = app.vault.open(&row).map_err(|_| unreadable(provider))?;
            let stored = Some((slot, row.id));
            return Ok(Some(Key { secret, stored }));
        }
    }
    let serves = match app.config.environment_keys {
        EnvironmentKeys::Everyone => true,
        EnvironmentKeys::Admins => person.is_admin,
        EnvironmentKeys::Off => false,
    };
    let environment = &app.config.environment;
    Ok(slots()
        .find_map(|slot| environment.key(slot))
        .filter(|_| serves)
        .map(|secret| Key {
            secret: secret.clone(),
            stored: None,
        }))
}

fn missing(provider: ProviderId) -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::ApiKeyRequired,
        format!(
            "Enter your {} API key first; the list of models is asked for with it.",
            provider.label()
        ),
    );
    error.provider = Some(provider);
    error.missing = vec![API_KEY.to_owned()];
    error
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
