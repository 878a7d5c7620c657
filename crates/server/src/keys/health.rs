//! How stored keys fare at their providers: written down where it is new, told where it turns. It
//! decides nothing, and a job or a test never fails for want of it.

use super::holder::tell;
use crate::{app::App, fault::Fault, vault::Owner};
use domain::{
    ProviderFault, SecretId,
    keys::{HealthChange, KeyHealth, KeyReport},
};
use store::key_health::KeyHealthRow;

/// How a provider took a stored key: `Ok`, or a fault that is the key's.
pub type Outcome = Result<(), ProviderFault>;

/// Writes down how a provider took a stored key.
pub async fn note(app: &App, owner: &Owner, id: &SecretId, outcome: Outcome) {
    note_by(app, owner, id, |_| Some(outcome)).await;
}

/// Writes down what a free test of a stored key says about it.
pub async fn note_test(app: &App, owner: &Owner, id: &SecretId, report: &KeyReport) {
    note_by(app, owner, id, |known| known.outcome_of_test(report)).await;
}

/// What is known of a key.
pub(super) fn known(row: &KeyHealthRow) -> KeyHealth {
    KeyHealth {
        last_ok_at: row.last_ok_at,
        last_error_at: row.last_error_at,
        last_error: row.last_error,
    }
}

async fn note_by(
    app: &App,
    owner: &Owner,
    id: &SecretId,
    outcome: impl FnOnce(&KeyHealth) -> Option<Outcome>,
) {
    if let Err(fault) = write(app, owner, id, outcome).await {
        tracing::warn!(%fault, "how a key fares could not be written down");
    }
}

async fn write(
    app: &App,
    owner: &Owner,
    id: &SecretId,
    outcome: impl FnOnce(&KeyHealth) -> Option<Outcome>,
) -> Result<(), Fault> {
    let now = app.clock.now();
    let row = store::key_health::of_key(&app.db, owner, id).await?;
    let health = row.as_ref().map(known).unwrap_or_default();
    let Some(outcome) = outcome(&health) else {
        return Ok(());
    };
    let change = health.change(outcome, now);
    if change == HealthChange::Nothing {
        return Ok(());
    }
    let written = store::key_health::record(&app.db, owner, id, outcome, now).await?;
    if written && change == HealthChange::Turned {
        tell(app, owner).await?;
    }
    Ok(())
}
