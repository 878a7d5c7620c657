//! The catalogue that counts: what was shipped as it stands in the database, with the operator's
//! corrections, and for each person with their providers' own lists laid over it. It is held in
//! memory; nothing here asks a provider.

use super::{
    correction::Correction,
    people::{Found, People},
};
use crate::{app::Parts, fault::Fault};
use domain::{
    Operation, ProviderId, Timestamp, UserId,
    catalog::{Catalog, Model},
    listing::{Listing, overlay},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, Weak},
    time::Duration,
};
use store::{
    Db,
    catalog::{ModelRow, State},
    listings::Applied,
};

/// How often a server looks whether another one on the same database changed something.
const LOOK: Duration = Duration::from_secs(30);
/// What is said of a model that is no longer shipped.
const WITHDRAWN: &str = "No longer offered: this model is no longer in the catalogue.";

/// The catalogue of a running server.
pub struct Live {
    shipped: Catalog,
    standing: RwLock<Standing>,
    people: People,
}

#[derive(Clone)]
struct Standing {
    catalog: Arc<Catalog>,
    corrections: Arc<Vec<Said>>,
    version: i64,
    lists_version: i64,
}

/// What the operator said of one model, and on which day.
struct Said {
    model: (Operation, ProviderId, String),
    correction: Correction,
    day: String,
}

/// One model as it goes into the database.
#[derive(Serialize)]
struct Shipped<'a> {
    operation: Operation,
    provider: ProviderId,
    model: &'a str,
    shipped: String,
}

impl Live {
    /// Loads what this program ships into the database, unless it stands there, and reads what
    /// counts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn start(db: &Db, shipped: Catalog, now: Timestamp) -> Result<Self, Fault> {
        let rows = shipped
            .models
            .iter()
            .map(|model| {
                Ok(Shipped {
                    operation: model.operation,
                    provider: model.provider,
                    model: &model.id,
                    shipped: serde_json::to_string(model)?,
                })
            })
            .collect::<Result<Vec<_>, serde_json::Error>>()?;
        let rows = serde_json::to_string(&rows)?;
        let release = hex::encode(Sha256::digest(&rows));
        if store::catalog::ship(db, &release, &rows, now).await? {
            tracing::info!(models = shipped.models.len(), "the catalogue was loaded");
        }
        let standing = read(db, &shipped).await?;
        Ok(Self {
            shipped,
            standing: RwLock::new(standing),
            people: People::default(),
        })
    }

    /// The catalogue without anybody's lists.
    #[must_use]
    pub fn current(&self) -> Arc<Catalog> {
        self.standing().catalog
    }

    /// The catalogue with a person's lists laid over it. One look into memory where it was asked
    /// for before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn for_user(&self, db: &Db, user: &UserId) -> Result<Arc<Catalog>, Fault> {
        let standing = self.standing();
        let epoch = match self.people.find(user, standing.version) {
            Found::Without => return Ok(standing.catalog),
            Found::With(catalog) => return Ok(catalog),
            Found::Unknown { epoch } => epoch,
        };
        let lists = store::listings::applied(db, user).await?;
        if lists.is_empty() {
            self.people.keep_without(user, epoch);
            return Ok(standing.catalog);
        }
        let catalog = with_lists(&standing.catalog, &standing.corrections, &lists);
        let catalog = Arc::new(catalog);
        let kept = Arc::clone(&catalog);
        self.people.keep(user, kept, standing.version, epoch);
        Ok(catalog)
    }

    /// Forgets what is held of a person: their lists have changed.
    pub fn forget(&self, user: &UserId) {
        self.people.forget(user);
    }

    /// Reads again what counts.
    ///
    /// # Errors
    /// The database failed; what was read before goes on to count.
    pub async fn reload(&self, db: &Db) -> Result<(), Fault> {
        let standing = read(db, &self.shipped).await?;
        let mut held = self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if standing.lists_version != held.lists_version {
            self.people.forget_all();
        }
        if standing.version >= held.version {
            *held = standing;
        }
        Ok(())
    }

    /// Reads again what another server has changed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn look(&self, db: &Db) -> Result<(), Fault> {
        let State {
            version,
            lists_version,
            ..
        } = store::catalog::state(db).await?;
        let held = self.standing();
        if version != held.version || lists_version != held.lists_version {
            self.reload(db).await?;
        }
        Ok(())
    }

    fn standing(&self) -> Standing {
        self.standing
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Looks again and again whether another server on the same database changed the catalogue or a
/// list, as long as the application lives.
pub async fn watch(parts: Weak<Parts>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(parts) = parts.upgrade() else {
            return;
        };
        if let Err(fault) = parts.catalog.look(&parts.db).await {
            tracing::warn!(%fault, "the catalogue could not be looked at");
        }
    }
}

async fn read(db: &Db, shipped: &Catalog) -> Result<Standing, Fault> {
    let (state, rows) = store::catalog::all(db).await?;
    let mut models: Vec<Model> = rows
        .iter()
        .filter_map(|row| released(row, shipped))
        .collect();
    let corrections: Vec<Said> = rows.iter().filter_map(said).collect();
    lay_over(&mut models, &corrections);
    let catalog = Catalog {
        defaults: shipped.defaults.clone(),
        providers: shipped.providers.clone(),
        models,
    };
    Ok(Standing {
        catalog: Arc::new(catalog),
        corrections: Arc::new(corrections),
        version: state.version,
        lists_version: state.lists_version,
    })
}

/// The model of a row as a release has it; `None` where this version of the program cannot read it.
fn released(row: &ModelRow, shipped: &Catalog) -> Option<Model> {
    let own = shipped.model(row.operation, row.provider, &row.model);
    let mut model = match serde_json::from_str::<Model>(&row.shipped) {
        Ok(model) => model,
        Err(error) => {
            tracing::warn!(model = row.model, %error, "a model of another release cannot be read");
            own?.clone()
        }
    };
    // What this program ships itself is offered by it, whatever other releases do.
    if own.is_none()
        && let Some(at) = row.withdrawn_at
    {
        model.notice = Some(WITHDRAWN.to_owned());
        let any_model = shipped
            .provider(row.provider)
            .is_some_and(|provider| provider.open_models);
        let day = day(at);
        if !any_model && !model.is_retired(&day) {
            model.retires_on = Some(day);
        }
    }
    Some(model)
}

/// What the operator said of the model of a row.
fn said(row: &ModelRow) -> Option<Said> {
    let (text, at) = row.corrected.as_deref().zip(row.corrected_at)?;
    match serde_json::from_str(text) {
        Ok(correction) => Some(Said {
            model: (row.operation, row.provider, row.model.clone()),
            correction,
            day: day(at),
        }),
        Err(error) => {
            tracing::warn!(model = row.model, %error, "a correction cannot be read");
            None
        }
    }
}

/// Puts what the operator said above all that releases and lists say.
fn lay_over(models: &mut [Model], corrections: &[Said]) {
    for said in corrections {
        let (operation, provider, id) = &said.model;
        let is_meant = |model: &&mut Model| {
            model.operation == *operation && model.provider == *provider && model.id == *id
        };
        if let Some(model) = models.iter_mut().find(is_meant) {
            said.correction.lay_over(model, &said.day);
        }
    }
}

/// The day of a moment in UTC, `YYYY-MM-DD`.
pub(super) fn day(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(10).collect()
}

/// The catalogue with lists laid over it. The operator's word stands above a list's.
fn with_lists(catalog: &Catalog, corrections: &[Said], lists: &[Applied]) -> Catalog {
    let mut listings: BTreeMap<ProviderId, Listing> = BTreeMap::new();
    for list in lists {
        match serde_json::from_str(&list.applied) {
            Ok(listing) => drop(listings.insert(list.provider, listing)),
            Err(error) => {
                tracing::warn!(provider = %list.provider, %error, "a stored list cannot be read");
            }
        }
    }
    let mut models: Vec<Model> = catalog
        .models
        .iter()
        .filter(|model| !listings.contains_key(&model.provider))
        .cloned()
        .collect();
    for (provider, listing) in &listings {
        for operation in Operation::ALL
            .into_iter()
            .filter(|operation| provider.serves(*operation))
        {
            let listed = |model: &Model| {
                let mut all = listing.models.iter();
                all.any(|entry| entry.operation == operation && entry.id == model.sent_id())
            };
            // What the catalogue has dropped and the provider lists is known from the list alone.
            let known = catalog
                .models_of(operation, *provider)
                .filter(|model| model.notice.as_deref() != Some(WITHDRAWN) || !listed(model))
                .cloned()
                .collect();
            models.extend(overlay(known, *provider, operation, listing));
        }
    }
    lay_over(&mut models, corrections);
    Catalog {
        defaults: catalog.defaults.clone(),
        providers: catalog.providers.clone(),
        models,
    }
}

#[cfg(test)]
mod tests;
