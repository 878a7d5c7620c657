//! The models of a provider as a person sees them, and the provider's own lists: fetched on demand
//! or after a key changed, compared, and applied. What would change a model in use waits for
//! consent, and a fetch that fails changes nothing.

mod compare;
mod fetch;

pub use fetch::Refreshes;

use crate::{actor::Actor, app::App, events::Event, fault::Fault};
use domain::{
    ApiError, Operation, ProviderId, UserId,
    listing::Listing,
    model_list::{KnownModel, ListProblem, ModelList, Source},
};
use fetch::Person;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use store::listings::{Fetched, ListRow};

/// The models of a provider, of all operations or of one.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn view(
    app: &App,
    actor: &Actor,
    provider: ProviderId,
    operation: Option<Operation>,
) -> Result<ModelList, ApiError> {
    let catalog = app.catalog_for(actor).await?;
    let row = row(app, &actor.user.id, provider).await?;
    let listing: Option<Listing> = row.as_ref().and_then(|row| read(&row.applied));
    let listed: BTreeSet<(Operation, &str)> = listing
        .iter()
        .flat_map(|listing| &listing.models)
        .map(|model| (model.operation, model.id.as_str()))
        .collect();
    let fetched_at = row.as_ref().and_then(|row| row.applied_at);
    let data = catalog
        .models
        .iter()
        .filter(|model| model.provider == provider)
        .filter(|model| operation.is_none_or(|operation| model.operation == operation))
        .map(|model| {
            let is_listed = listed.contains(&(model.operation, model.sent_id()));
            KnownModel {
                model: model.clone(),
                source: source(is_listed),
                fetched_at: fetched_at.filter(|_| is_listed),
            }
        })
        .collect();
    let pending = row.as_ref().is_some_and(|row| row.pending.is_some());
    let difference = row.as_ref().and_then(|row| {
        read(if pending {
            &row.pending_difference
        } else {
            &row.difference
        })
    });
    let now = app.clock.now();
    Ok(ModelList {
        data,
        source: source(listing.is_some()),
        fetched_at,
        age_seconds: fetched_at.map(|at| (now.0 - at.0).max(0) / 1_000),
        difference,
        pending,
        problem: row.and_then(|row| {
            row.problem
                .zip(row.problem_at)
                .map(|(message, at)| ListProblem { message, at })
        }),
        refreshable: fetch::lister(provider).is_some(),
    })
}

const fn source(is_listed: bool) -> Source {
    if is_listed {
        Source::Provider
    } else {
        Source::Catalogue
    }
}

/// Asks the provider for its list. It counts at once, or waits for consent where it changes
/// something that is in use. Where the provider does not give it, the list of before stays and the
/// reason is kept beside it: that is no error here.
///
/// # Errors
/// `API_KEY_REQUIRED` and `KEY_UNAVAILABLE` where a key is needed, `INVALID_INPUT` for a provider
/// without a list.
pub async fn refresh(app: &App, actor: &Actor, provider: ProviderId) -> Result<(), ApiError> {
    app.throttle.ask(&actor.user.id, app.clock.now())?;
    let person = Person {
        user: actor.user.id.clone(),
        is_admin: actor.user.is_admin,
    };
    refresh_of(app, &person, provider).await
}

/// Asks the provider for its list in the background, where it has one: a key has changed. Of too
/// many at a time the last ones are left out; they can be asked for by hand.
pub fn refresh_later(app: &App, user: &UserId, provider: ProviderId) {
    if fetch::lister(provider).is_none() {
        return;
    }
    let Some(place) = app.refreshes.place() else {
        tracing::info!(%provider, "too many lists are being fetched; this one is left out");
        return;
    };
    let (app, user) = (app.clone(), user.clone());
    tokio::spawn(async move {
        let _place = place;
        let account = match store::users::by_id(&app.db, &user).await {
            Ok(Some(account)) => account,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "a list could not be fetched");
                return;
            }
        };
        let person = Person {
            user,
            is_admin: account.is_admin,
        };
        if let Err(error) = refresh_of(&app, &person, provider).await {
            tracing::info!(%provider, code = ?error.code, "a list could not be fetched");
        }
    });
}

/// The providers whose newest list waits for this person's consent.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn waiting(app: &App, actor: &Actor) -> Result<Vec<ProviderId>, ApiError> {
    Ok(store::listings::waiting(&app.db, &actor.user.id)
        .await
        .map_err(Fault::from)?)
}

/// Forgets a provider's list: the key that it was fetched with is gone.
///
/// # Errors
/// The database failed.
pub async fn forget(app: &App, user: &UserId, provider: ProviderId) -> Result<(), Fault> {
    store::listings::delete(&app.db, user, provider).await?;
    app.catalog.forget(user);
    Ok(())
}

/// Lets the pending list count.
///
/// # Errors
/// `NOT_FOUND` where none waits.
pub async fn apply(app: &App, actor: &Actor, provider: ProviderId) -> Result<(), ApiError> {
    let applied = store::listings::apply(&app.db, &actor.user.id, provider)
        .await
        .map_err(Fault::from)?;
    if !applied {
        return Err(none_waits());
    }
    app.catalog.forget(&actor.user.id);
    Ok(())
}

/// Throws the pending list away.
///
/// # Errors
/// `NOT_FOUND` where none waits.
pub async fn discard(app: &App, actor: &Actor, provider: ProviderId) -> Result<(), ApiError> {
    let discarded = store::listings::discard(&app.db, &actor.user.id, provider)
        .await
        .map_err(Fault::from)?;
    if discarded { Ok(()) } else { Err(none_waits()) }
}

fn none_waits() -> ApiError {
    ApiError::not_found("list that waits for consent")
}

async fn refresh_of(app: &App, person: &Person, provider: ProviderId) -> Result<(), ApiError> {
    let fetched = fetch::fetch(app, person, provider).await?;
    if !fetch::is_current(app, person, &fetched).await? {
        tracing::info!(%provider, "the key was changed while its list was fetched");
        return Ok(());
    }
    match fetched.outcome {
        Ok(listing) => settle(app, &person.user, provider, &listing).await?,
        Err(problem) => {
            let problem = format!("{problem} The models are shown as they were known before.");
            let now = app.clock.now();
            store::listings::fail(&app.db, &person.user, provider, &problem, now)
                .await
                .map_err(Fault::from)?;
        }
    }
    app.events.tell(&person.user, Event::Models { provider });
    Ok(())
}

/// Stores a list that was fetched: applied, or waiting for consent.
async fn settle(
    app: &App,
    user: &UserId,
    provider: ProviderId,
    new: &Listing,
) -> Result<(), Fault> {
    let row = store::listings::get(&app.db, user, provider).await?;
    let old: Option<Listing> = row.as_ref().and_then(|row| read(&row.applied));
    let catalog = app.catalog.current();
    let difference = compare::difference(&catalog, provider, old.as_ref(), new);
    let chosen = store::listings::in_use(&app.db, user, provider).await?;
    let used = compare::used(&catalog, provider, chosen);
    let waits = difference.touches(|operation, id| used.contains(&(operation, id.to_owned())));
    let (list, difference) = (
        serde_json::to_string(new)?,
        serde_json::to_string(&difference)?,
    );
    let fetched = Fetched {
        list: &list,
        difference: &difference,
        at: app.clock.now(),
    };
    if waits {
        store::listings::hold(&app.db, user, provider, fetched).await?;
    } else {
        store::listings::store(&app.db, user, provider, fetched).await?;
        app.catalog.forget(user);
    }
    Ok(())
}

async fn row(app: &App, user: &UserId, provider: ProviderId) -> Result<Option<ListRow>, ApiError> {
    let row = store::listings::get(&app.db, user, provider).await;
    Ok(row.map_err(Fault::from)?)
}

/// What stands in a column; one that cannot be read any more is fetched again.
fn read<T: DeserializeOwned>(column: &Option<String>) -> Option<T> {
    let text = column.as_deref()?;
    serde_json::from_str(text)
        .inspect_err(|error| tracing::warn!(%error, "a stored list cannot be read"))
        .ok()
}
